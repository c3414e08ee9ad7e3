// Liveness: a stop is obeyed in time, an order of unknown fate is told of within a minute, and once the faults are over
// every account is in order by the venue's books, or stands still loudly.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { Check } from '../check.ts';
import { type SimAccount, TICKERS } from '../generate-accounts.ts';
import type { World } from '../world.ts';

const MINUTE_MS = 60_000;
/** After the minute that the promise allows: the longest that asking about it may take meanwhile. */
const TELLING_MS = 90_000;
const GONE_WITHIN_MS = 10_000;

/** Causes by which an account may stay as it is, as records name them, each with the alert that must have been given. */
const LOUD: readonly (readonly [RegExp, RegExp])[] = [
  [/halted since/, /^halted$/],
  [/unresolved|not known yet/, /^(unknown_outcome|order_unfinished)$/],
  [/there is nothing to balance/, /^paused$/],
  [/max_day_turnover_percent/, /^order_refused$/],
  // A mode that weighs by a price that waits for a person's word weighs nothing.
  [/no price that can be trusted/, /^price_jump$/],
];

export function livenessChecks(world: World): Check {
  const wasAlerted = (account: string, event: RegExp): boolean =>
    world.alerts.some(({ alert }) => alert.account === account && event.test(alert.event));

  function inTruth(account: SimAccount, record: IterationRecord): string | null {
    const { exchange, timeline } = world;
    const held = record.held_back.filter(
      ({ rule }) => !['rounding', 'cash', 'min_improvement_pp'].includes(rule),
    );
    // What waits for a person's word on its price is worth what it was worth before.
    if (wasAlerted(account.id, /^price_jump$/)) return null;
    if (held.length > 0 || !account.plain || record.mode !== 'manual' || world.accountMoved(account, record))
      return null;
    const books = exchange.registry.account(account.brokerAccount);
    const sum = Object.values(account.wallet).reduce((total, percent) => total + percent, 0);
    const sells = account.block.unlisted_positions === 'sell';
    const rows = TICKERS.map((ticker) => {
      const instrument = exchange.instrument(ticker);
      const price = exchange.market.last(instrument, timeline.now())?.price ?? 0n;
      const worth = Number((books.pieces(instrument.uid) * price) / 1_000_000n) / 1_000;
      const lot = Number((instrument.lot * price) / 1_000_000n) / 1_000;
      const listed = ticker in account.wallet;
      return { ticker, worth, lot, listed, target: (account.wallet[ticker] ?? 0) / sum };
    }).filter(({ listed }) => listed || sells);
    const rub = Number(books.cash() / 1_000_000n) / 1_000;
    const total = rows.reduce((all, { worth }) => all + worth, rub);
    const lotMax = Math.max(
      ...rows.filter(({ worth, target }) => worth > 0 || target > 0).map(({ lot }) => lot),
      0,
    );
    const improvement = Number(account.block.min_improvement_pp ?? 0.25) / 100;
    const room = 2.1 * lotMax + total * (improvement + 0.008 + 0.01 * world.liveliness);
    const off = [...rows, { ticker: 'RUB', worth: rub, target: (account.wallet.RUB ?? 0) / sum }].find(
      ({ worth, target }) => Math.abs(worth - target * total) > room,
    );
    return off === undefined
      ? null
      : `${off.ticker} is worth ${off.worth.toFixed(2)} of ${total.toFixed(2)} RUB, its target is ${(off.target * 100).toFixed(1)} %`;
  }

  function judge(account: SimAccount): void {
    const last = world.records.findLast(({ record }) => record.account === account.id);
    if (last === undefined) {
      world.violate('liveness', `${account.id} never recorded an iteration`);
      return;
    }
    const { record } = last;
    if (Date.parse(record.started_at) < world.calmAtMs) {
      world.violate('liveness', `${account.id} has stood still since ${record.finished_at}`);
      return;
    }
    if (['balanced', 'nothing_to_do'].includes(record.status)) {
      const trouble = inTruth(account, record);
      if (trouble !== null)
        world.violate('balanced in truth', `${account.id} (${record.status}): ${trouble}`);
      return;
    }
    if (record.status === 'planned' || !record.exchange_open) return;
    const because = `${record.reason} ${record.warnings.join(' ')} ${record.held_back.map(({ rule }) => rule).join(' ')}`;
    const loud = LOUD.find(([cause]) => cause.test(because));
    if (loud !== undefined) {
      if (!wasAlerted(account.id, loud[1]))
        world.violate('liveness', `${account.id} stands still in silence: ${because}`);
      return;
    }
    if (record.status === 'partial' && account.block.order_type !== 'market') return;
    world.violate('liveness', `${account.id} is not in order after the faults: ${record.status} ${because}`);
  }

  return {
    onSettle({ before, after }) {
      if (after.state !== 'unknown' || before.state === 'unknown') return;
      const { life, timeline } = world;
      const { key } = after.request;
      const dueMs = (after.firstSentMs ?? timeline.now()) - world.skewMs + MINUTE_MS + TELLING_MS;
      timeline.at(Math.max(dueMs, timeline.now() + TELLING_MS), () => {
        if (life === null || !life.alive || life !== world.life || life.stoppedMs !== null) return;
        if (world.store.journal.order(key)?.state !== 'unknown') return;
        const told = world.alerts.some(
          ({ alert }) =>
            alert.message.includes(key) ||
            (alert.account === after.account && /^(token_refused|account_stopped)$/.test(alert.event)),
        );
        if (!told && world.skewMs === 0) world.violate('liveness', `nobody was told of unknown order ${key}`);
      });
    },
    onStop(life) {
      world.timeline.at(world.timeline.now() + GONE_WITHIN_MS, () => {
        if (life.alive)
          world.violate('liveness', `life ${life.number} still runs ${GONE_WITHIN_MS} ms after SIGTERM`);
      });
    },
    atEnd() {
      for (const account of world.accounts) judge(account);
    },
  };
}
