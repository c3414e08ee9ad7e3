// What a record says the account holds, is worth and how far it is from its targets: recomputed from the venue's books and
// from the prices that the venue gave. Only where nobody else touched the account, the clock was true, and no reply since
// the record before was late, stale or corrupt; what the numbers say about each other holds always.

import { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import type { IterationRecord, PositionRecord } from '../../src/core/iteration-record.ts';
import { parseNano } from '../../src/core/units.ts';
import type { Entry } from '../../src/exchange/account.ts';
import { isActive } from '../../src/exchange/order.ts';
import type { Check } from '../check.ts';
import type { FaultKind } from '../faults/fault-kinds.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { maxAgeMs } from './told.ts';

const NANO = 1_000_000_000n;
const RUB = 'RUB';
/** What the owner trades may be looked at a moment late. */
const SEEN_WITHIN_MS = 5 * 60_000;
/** Percentages are rounded to ten-thousandths. */
const ROUNDED = 0.0001;
/** These take nothing from what the bot is told of an account or a price; after any other it may not be what the venue has. */
const HARMLESS: ReadonlySet<string> = new Set<FaultKind>([
  'lost_before',
  'lost_after',
  'error_before',
  'error_after',
  'rate_limited',
  'sent_twice',
  'order_rests',
  'order_partly_filled',
  'order_turned_down',
  'order_turned_down_later',
  'instrument_halted',
  'halted_after_sells',
  'token_revoked',
  'disk_full',
  'second_instance',
  'kill',
  'kill_after_fill',
  'sigterm',
  'kill_switch',
  // An order of the owner's that nobody has met yet only holds cash or pieces: they are there all the same.
  'foreign_order',
  'order_from_before',
]);

interface Since {
  readonly faults: number;
  /** Positions lagged already: whatever was looked at first may be from before. */
  readonly lagging: boolean;
  /** Prices that the venue gave since, nano, by uid. */
  readonly prices: Map<string, bigint[]>;
}

export function valuationChecks(world: World): Check {
  const since = new Map<string, Since>();
  const ours = new Map<string, Set<string>>();
  const wrong = (text: string): void => world.violate('valuation', text);
  const blinded = (): number =>
    Object.entries(world.coverage.tables.faults).reduce(
      (sum, [kind, count]) => (HARMLESS.has(kind) ? sum : sum + count),
      0,
    );
  const isLagging = (): boolean => world.exchange.faults.conditions.positionsLagMs > 0;
  const anew = (account: string): void =>
    void since.set(account, { faults: blinded(), lagging: isLagging(), prices: new Map<string, bigint[]>() });
  for (const { id } of world.accounts) anew(id);

  function told(body: Uint8Array): void {
    try {
      for (const { instrumentUid: uid, price } of GetLastPricesResponse.decode(body).lastPrices) {
        if (price === undefined) continue;
        const nano = BigInt(price.units) * NANO + BigInt(price.nano);
        for (const { prices } of since.values()) prices.set(uid, [...(prices.get(uid) ?? []), nano]);
      }
    } catch {
      // A broken reply tells nothing.
    }
  }

  /** What the columns say about each other. */
  function adds({ iteration, positions, equity_rub, tracking_error_pp: error }: IterationRecord): void {
    const room = ROUNDED * positions.length;
    const sum = (column: 'before_percent' | 'target_percent' | 'after_percent'): number =>
      positions.reduce((all, row) => all + row[column], 0);
    const equity = parseNano(equity_rub ?? '0');
    const before = positions.reduce((all, row) => all + parseNano(row.value_before_rub), 0n);
    if (before !== equity)
      wrong(`${iteration} says ${equity_rub} RUB, its positions add up to ${before} nano`);
    if (equity <= 0n) return;
    for (const column of ['before_percent', 'target_percent', 'after_percent'] as const)
      if (Math.abs(sum(column) - 100) > room) wrong(`${iteration}: ${column} adds up to ${sum(column)}`);
    for (const row of positions) {
      share(iteration, row, 'before', row.value_before_rub, equity);
      const all = positions.reduce((whole, each) => whole + parseNano(each.value_after_rub), 0n);
      share(iteration, row, 'after', row.value_after_rub, all);
    }
    if (error === null) {
      wrong(`${iteration} has positions and no tracking error`);
      return;
    }
    const off = (column: 'before_percent' | 'after_percent'): number =>
      positions.reduce((all, row) => all + Math.abs(row[column] - row.target_percent), 0);
    if (Math.abs(error.before - off('before_percent')) > 2 * room)
      wrong(`${iteration}: tracking error ${error.before} before, the rows say ${off('before_percent')}`);
  }

  function share(
    iteration: string,
    row: PositionRecord,
    when: 'before' | 'after',
    value: string,
    whole: bigint,
  ): void {
    const is = whole === 0n ? 0 : Number((parseNano(value) * 1_000_000_000n) / whole) / 1e7;
    const says = when === 'before' ? row.before_percent : row.after_percent;
    if (Math.abs(says - is) > ROUNDED)
      wrong(`${iteration}: ${row.ticker} is told as ${says} % ${when}, its worth is ${is} %`);
  }

  /** The rows against the books as they are now, less what this iteration's orders did. */
  function books(account: SimAccount, record: IterationRecord, { prices }: Since): void {
    const { exchange } = world;
    const held = exchange.registry.account(account.brokerAccount);
    const fills = [...(ours.get(record.iteration) ?? [])].flatMap((key) =>
      exchange.desk.ordersOfKey(account.brokerAccount, key),
    );
    const listed = new Set(record.positions.map(({ ticker }) => ticker));
    for (const ticker of [...Object.keys(account.wallet), RUB])
      if (!listed.has(ticker)) wrong(`${record.iteration} does not tell of ${ticker}`);
    const trades = record.orders.some(({ filled_lots: lots }) => lots > 0);
    for (const row of record.positions) {
      if (row.ticker === RUB) {
        const spent = fills.reduce(
          (sum, { side, fills: parts }) =>
            parts.reduce((cash, { value, fee }) => cash + (side === 'buy' ? value : -value) + fee, sum),
          0n,
        );
        const moved = sumsSince(held.ledger, world.beganMs(record));
        const fees = fills.reduce(
          (sum, { fills: parts }) => parts.reduce((all, { fee }) => all + fee, sum),
          0n,
        );
        // Where fees are booked later, and the account cannot be looked at any more, the fills tell of none.
        const isFeeLate = world.faults.habits.has('PostOrder');
        const unseen = isFeeLate ? moved.flatMap((sum) => [sum, sum - fees]) : moved;
        amounts(record, row, held.cash() + spent, record.dry_run ? null : held.cash(), unseen);
        continue;
      }
      const instrument = exchange.instrument(row.ticker);
      const now = held.pieces(instrument.uid);
      const bought = fills
        .filter(({ uid }) => uid === instrument.uid)
        .reduce((sum, { side, executed, lot }) => sum + (side === 'buy' ? executed : -executed) * lot, 0n);
      const was = now - bought;
      if (BigInt(row.lot_size) !== instrument.lot) wrong(`${row.ticker} has lots of ${instrument.lot}`);
      if (BigInt(row.lots_before) !== was / instrument.lot)
        wrong(
          `${record.iteration}: ${row.lots_before} lots of ${row.ticker} before, ${was} pieces at the venue`,
        );
      if (!record.dry_run && trades && BigInt(row.lots_after) !== now / instrument.lot)
        wrong(
          `${record.iteration}: ${row.lots_after} lots of ${row.ticker} after, ${now} pieces at the venue`,
        );
      if (row.price_rub === null) continue;
      const price = parseNano(row.price_rub);
      const isKnown = prices.get(instrument.uid)?.includes(price) === true;
      if (!isKnown && !isHeld(record, row) && !isOddHour(record, row) && !ages(account))
        wrong(`${record.iteration}: ${row.ticker} at ${row.price_rub}, which the venue did not say`);
      if (parseNano(row.value_before_rub) !== was * price)
        wrong(`${record.iteration}: ${row.ticker} is told as worth ${row.value_before_rub} before`);
      const after = parseNano(row.value_after_rub);
      const given = [price, ...(prices.get(instrument.uid) ?? [])];
      if (!record.dry_run && trades && !given.some((each) => now * each === after))
        wrong(`${record.iteration}: ${row.ticker} is told as worth ${row.value_after_rub} after`);
    }
  }

  /** By a clock that is wrong the price is none to go by; what is told of the row is the order that is not ours. */
  const isOddHour = (record: IterationRecord, { ticker }: PositionRecord): boolean =>
    world.beganMs(record) - world.skewedAtMs <= SET_LATELY_MS &&
    record.held_back.some((each) => each.ticker === ticker && each.rule === 'foreign_order');

  function amounts(
    record: IterationRecord,
    row: PositionRecord,
    before: bigint,
    after: bigint | null,
    unseen: readonly bigint[],
  ): void {
    const isTold = (says: string, is: bigint): boolean =>
      unseen.some((came) => parseNano(says) === is - came);
    if (!isTold(row.value_before_rub, before))
      wrong(`${record.iteration}: ${row.value_before_rub} RUB before, ${before} nano at the venue`);
    const trades = record.orders.some(({ filled_lots: lots }) => lots > 0);
    if (after !== null && trades && !isTold(row.value_after_rub, after))
      wrong(`${record.iteration}: ${row.value_after_rub} RUB after, ${after} nano at the venue`);
  }

  return {
    onPlan({ iteration, intents }) {
      const keys = ours.get(iteration) ?? new Set();
      ours.set(iteration, keys);
      for (const { request } of intents) keys.add(request.key);
    },
    onReply(method, _request, body) {
      if (method === 'GetLastPrices') told(body);
    },
    onDeath() {
      for (const { id } of world.accounts) anew(id);
    },
    onRecord(record) {
      const account = world.accounts.find(({ id }) => id === record.account);
      const known = since.get(record.account);
      anew(record.account);
      if (account === undefined || known === undefined || record.positions.length === 0) return;
      adds(record);
      const isClear = known.faults === blinded() && !known.lagging && !isLagging() && world.skewMs === 0;
      const { desk } = world.exchange;
      const open = desk.activeOf(account.brokerAccount).some((order) => isActive(order) && !order.foreign);
      const fromMs = world.beganMs(record) - SEEN_WITHIN_MS;
      const isTraded = desk.orders.some(
        ({ accountId, foreign, fills }) =>
          foreign && accountId === account.brokerAccount && fills.some(({ atMs }) => atMs >= fromMs),
      );
      const isKnown = record.orders.every(({ status }) => status !== 'unknown');
      if (isClear && isKnown && !open && !isTraded) books(account, record, known);
    },
  };
}

/**
 * What its owner may have paid in or out since the bot looked, nano: nothing, the last payment, the last two and so on
 * back to the beginning of the iteration. Maintenance that takes an order may bring a payment two minutes later.
 */
function sumsSince(ledger: readonly Entry[], fromMs: number): readonly bigint[] {
  const sums = [0n];
  let sum = 0n;
  for (const { kind, atMs, cash } of ledger.toReversed()) {
    if (atMs < fromMs || (kind !== 'input' && kind !== 'output')) continue;
    sum += cash;
    sums.push(sum);
  }
  return sums;
}

/**
 * Without a price that may be traded on it is worth what it was worth last. What is held back is told as it is after
 * trading; that a price leapt before, which a person must know, is a warning of the record.
 */
const isHeld = ({ held_back: held, warnings }: IterationRecord, { ticker }: PositionRecord): boolean =>
  held.some((each) => each.ticker === ticker && HELD.has(each.rule)) ||
  warnings.some((warning) => warning.startsWith(`${ticker} is held: its price moved`));
/** What was too old at the first look, and so worth what it was worth last, may have a newer price at the next. */
const ages = (account: SimAccount): boolean => maxAgeMs(account) <= 5 * 60_000;

/** An iteration may have asked the hour long before its record. */
const SET_LATELY_MS = 10 * 60_000;

const HELD: ReadonlySet<string> = new Set([
  'no_price',
  'not_tradable',
  'max_price_age',
  'max_price_jump_percent',
]);
