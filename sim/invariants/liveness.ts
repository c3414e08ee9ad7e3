// Liveness: a stop is obeyed in time, an order of unknown fate is told of within a minute, and once the faults are over
// every account comes to an end of its iterations, or stands still loudly.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { Check } from '../check.ts';
import type { FaultKind } from '../faults/fault-kinds.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { bookWidth, widestBook } from './book-width.ts';

const MINUTE_MS = 60_000;
/** After the minute that the promise allows: the longest that asking about it may take meanwhile. */
const TELLING_MS = 90_000;
const GONE_WITHIN_MS = 10_000;

/** Causes by which an account may stay as it is, as records name them, each with the alert that must have been given. */
const LOUD: readonly (readonly [cause: RegExp, told: RegExp, after?: FaultKind])[] = [
  [/halted since/, /^halted$/],
  [/unresolved|not known yet/, /^(unknown_outcome|order_unfinished)$/],
  // Where what a debt left was sold at the margin call, that has said it.
  [/there is nothing to balance/, /^(paused|margin_call)$/],
  [/max_day_turnover_percent/, /^order_refused$/],
  // What own cash all but pays for is refused like this where a step of the price is a large part of it.
  [/ 30240 /, /^account_stopped$/],
  // A mode that weighs by a price that waits for a person's word weighs nothing.
  [/no price that can be trusted/, /^price_jump$/],
  // Nor by a history with a leap in it, for as long as that is within its window of days.
  [/its close went from .* by more than half in a day/, /^paused$/, 'price_gap'],
];

const causesOf = ({ reason, warnings, held_back }: IterationRecord): string =>
  `${reason} ${warnings.join(' ')} ${held_back.map(({ rule }) => rule).join(' ')}`;

const loudCauseOf = ({ coverage }: World, because: string) =>
  LOUD.find(
    ([cause, , after]) => cause.test(because) && (after === undefined || after in coverage.tables.faults),
  );

/** Nobody is woken for a dry run: its record says what it waits for. */
const isTold = ({ alerts, accounts }: World, { account: of }: IterationRecord, event: RegExp): boolean =>
  accounts.some(({ id, dryRun }) => id === of && dryRun) ||
  alerts.some(({ alert }) => alert.account === of && event.test(alert.event));

/** An iteration that has sold to cover a debt has come to something: whether the account stands still the next one says. */
const hasCovered = ({ status, reason, orders }: IterationRecord): boolean =>
  status === 'partial' && reason?.startsWith('risk_only') === true && orders.some(isFilled);
const isFilled = ({ status }: IterationRecord['orders'][number]): boolean => status === 'filled';

/**
 * Whether a record names a cause for which its account may stay as it is, and that it was told of: it takes two iterations
 * in a row that come to nothing until a pause is.
 */
export function mayStand(world: World, record: IterationRecord): boolean {
  const loud = loudCauseOf(world, causesOf(record));
  return loud !== undefined && isTold(world, record, loud[1]);
}

const IN_ORDER: ReadonlySet<string> = new Set(['balanced', 'nothing_to_do', 'planned']);

/**
 * Prices may rise by more than a step between an order's plan and its turn: what the venue then refuses for want of money,
 * and what has been bought with what was there, leaves an account in order that was so before. Its record says `partial`.
 */
function isSizedAgain({ status, orders }: IterationRecord): boolean {
  const short = orders.filter(({ status: became }) => became !== 'filled');
  const isMade = ({ ticker, direction, error }: IterationRecord['orders'][number]): boolean =>
    direction === 'buy' &&
    /^300(42|34) /.test(error ?? '') &&
    orders.findLast((order) => order.ticker === ticker)?.status === 'filled';
  return status === 'partial' && short.length > 0 && short.every(isMade);
}

/**
 * Outside the main session, and for large orders, a market order waits as a limit at the bound while its book is wider: after
 * a fall one step may be more. What became of it is cancelled, and tried again at the next look, until the book is better.
 */
function waitsForBooks(world: World, account: SimAccount, record: IterationRecord, atMs: number): boolean {
  const { exchange } = world;
  const short = record.orders.filter(({ status }) => status !== 'filled');
  const waits = ({ ticker, direction, status }: IterationRecord['orders'][number]): boolean =>
    (status === 'cancelled' || status === 'partially_filled') &&
    record.warnings.some(
      (warning) => warning.startsWith(`${ticker}: `) && warning.includes(`the ${direction} is a limit at `),
    ) &&
    bookWidth(world, exchange.instrument(ticker), atMs) > widestBook(account);
  return record.status === 'partial' && short.length > 0 && short.every(waits);
}

const COMES_TO_NOTHING: ReadonlySet<string> = new Set(['failed', 'skipped', 'unknown_outcome']);

export function livenessChecks(world: World): Check {
  /** Its orders are being cancelled, as many a minute as the venue's limit lets: the next look says what became of them. */
  const isEnding = (id: string, sinceMs: number): boolean => {
    const open = world.store.journal.openOrders(id);
    const isSoon = world.timeline.now() - sinceMs < 2 * MINUTE_MS;
    return isSoon && open.length > 0 && open.every(({ state }) => state === 'cancelling');
  };

  function judge(account: SimAccount): void {
    const [last, previous] = world.records.filter(({ record }) => record.account === account.id).toReversed();
    if (last === undefined) {
      world.violate('liveness', `${account.id} never recorded an iteration`);
      return;
    }
    const { record, atMs } = last;
    // A dry run has no memory of its account: a list that was cut names others, and is the last word for this program.
    if (account.dryRun && /no account has the id/.test(record.reason ?? '')) return;
    if (world.beganMs(record) < world.calmAtMs) {
      world.violate('liveness', `${account.id} has stood still since ${record.finished_at}`);
      return;
    }
    // Whether that is so by the venue's books is for balance.ts to say.
    if (IN_ORDER.has(record.status) || !record.exchange_open) return;
    const because = causesOf(record);
    const loud = loudCauseOf(world, because);
    // Of an account that waits with orders in the book a run takes any `partial` for its last word.
    if (account.patient && hasCovered(record)) return;
    if (loud !== undefined) {
      // Of a pause the second iteration that comes to nothing tells.
      const isFirst =
        loud[1].test('paused') && previous !== undefined && !COMES_TO_NOTHING.has(previous.record.status);
      if (!isFirst && !isEnding(account.id, atMs) && !isTold(world, record, loud[1]))
        world.violate('liveness', `${account.id} stands still in silence: ${because}`);
      return;
    }
    if (record.status === 'partial' && account.patient) return;
    if (waitsForBooks(world, account, record, atMs)) return;
    const wasInOrder =
      previous !== undefined &&
      world.beganMs(previous.record) >= world.calmAtMs &&
      IN_ORDER.has(previous.record.status);
    if (wasInOrder && world.liveliness > 0 && isSizedAgain(record)) return;
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
