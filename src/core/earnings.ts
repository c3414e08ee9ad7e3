// What an account earned between two iterations, from their records alone.
// Profit is what its holdings did at the records' prices, and what trading cost. What those do not explain came from or
// went to the outside: deposits, withdrawals, dividends, taxes, trades by hand. Both add up to the change of equity.
// Guarantees: each record adds an amount of its own (`earnedFrom`), so the sums of parts are the sum of the whole.

import type { IterationRecord, PositionRecord } from './iteration-record.ts';
import { type LateFill, resultOf } from './late-fill.ts';
import { add, type Money, money, NO_MONEY, parseNano, raw, subtract, total } from './units.ts';

export interface Earned {
  readonly profit: Money;
  /** Paid in less paid out. */
  readonly flows: Money;
}

export interface Earnings extends Earned {
  readonly first: Money;
  readonly last: Money;
}

/**
 * @param records of one account, oldest first; those without a valuation say nothing. `null` where none has one.
 * @param late fills that the records do not tell of
 */
export function earnings(
  records: readonly IterationRecord[],
  late: readonly LateFill[] = [],
): Earnings | null {
  const valued = records.filter(isValued);
  const [first, last] = [valued[0], valued.at(-1)];
  if (!first || !last) return null;
  const parts = valued.map((record, at) => earnedFrom(record, valued[at + 1] ?? null, late));
  return {
    profit: total(parts.map(({ profit }) => profit)),
    flows: total(parts.map(({ flows }) => flows)),
    first: worthBefore(first),
    last: worthAfter(last),
  };
}

/** What one valued record earned, and what it held until the `next` one; without a next one only the former. */
export function earnedFrom(
  record: IterationRecord,
  next: IterationRecord | null,
  late: readonly LateFill[],
): Earned {
  const own = subtract(worthAfter(record), worthBefore(record));
  if (next === null) return { profit: own, flows: NO_MONEY };
  const moved = add(priceMoves(record, next), lateResults(late, record, next));
  return {
    profit: add(own, moved),
    flows: subtract(subtract(worthBefore(next), worthAfter(record)), moved),
  };
}

export const isValued = (record: IterationRecord): boolean => record.positions.length > 0;

const sum = (rows: readonly PositionRecord[], value: (row: PositionRecord) => string): Money =>
  rows.reduce((all, row) => add(all, money(parseNano(value(row)))), NO_MONEY);

export const worthBefore = (record: IterationRecord): Money =>
  sum(record.positions, (row) => row.value_before_rub);

/** A plan that nobody carried out changed nothing. */
export const worthAfter = (record: IterationRecord): Money =>
  record.dry_run ? worthBefore(record) : sum(record.positions, (row) => row.value_after_rub);

/** What the fills that were first sent from one record on cost or brought until the next. */
const lateResults = (late: readonly LateFill[], record: IterationRecord, next: IterationRecord): Money =>
  total(
    late
      .filter(({ atMs }) => atMs >= Date.parse(record.started_at) && atMs < Date.parse(next.started_at))
      .map((fill) => {
        const price = next.positions.find((row) => row.ticker === fill.ticker)?.price_rub ?? null;
        return resultOf(fill, price === null ? null : parseNano(price));
      }),
  );

/** What the holdings after one iteration gained until the next, at its prices. */
function priceMoves(record: IterationRecord, next: IterationRecord): Money {
  const prices = new Map(next.positions.map((row) => [row.ticker, row.price_rub]));
  return record.positions.reduce((all, row) => {
    const now = prices.get(row.ticker);
    if (row.price_rub === null || now == null) return all;
    const [from, to] = [parseNano(row.price_rub), parseNano(now)];
    const value = raw(money(parseNano(record.dry_run ? row.value_before_rub : row.value_after_rub)));
    return from === 0n ? all : add(all, money((value * (to - from)) / from));
  }, NO_MONEY);
}
