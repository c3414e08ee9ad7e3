// What an account earned between two iterations, from their records alone.
// Profit is what its holdings did at the records' prices, and what trading cost. What those do not explain came from or
// went to the outside: deposits, withdrawals, dividends, taxes, trades by hand. Both add up to the change of equity.

import type { IterationRecord, PositionRecord } from '../core/iteration-record.ts';
import { add, type Money, money, NO_MONEY, parseNano, raw, subtract, total } from '../core/units.ts';
import { type LateFill, resultOf } from './late-fills.ts';

export interface Earnings {
  readonly profit: Money;
  /** Paid in less paid out. */
  readonly flows: Money;
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
  const valued = records.filter((record) => record.positions.length > 0);
  const [first, last] = [valued[0], valued.at(-1)];
  if (!first || !last) return null;
  let profit = NO_MONEY;
  let flows = NO_MONEY;
  valued.forEach((record, at) => {
    profit = add(profit, subtract(worthAfter(record), worthBefore(record)));
    const next = valued[at + 1];
    if (!next) return;
    const moved = add(priceMoves(record, next), lateResults(late, record, next));
    profit = add(profit, moved);
    flows = add(flows, subtract(subtract(worthBefore(next), worthAfter(record)), moved));
  });
  return { profit, flows, first: worthBefore(first), last: worthAfter(last) };
}

const sum = (rows: readonly PositionRecord[], value: (row: PositionRecord) => string): Money =>
  rows.reduce((total, row) => add(total, money(parseNano(value(row)))), NO_MONEY);

const worthBefore = (record: IterationRecord): Money => sum(record.positions, (row) => row.value_before_rub);

/** A plan that nobody carried out changed nothing. */
const worthAfter = (record: IterationRecord): Money =>
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
  return record.positions.reduce((total, row) => {
    const now = prices.get(row.ticker);
    if (row.price_rub === null || now == null) return total;
    const [from, to] = [parseNano(row.price_rub), parseNano(now)];
    const value = raw(money(parseNano(record.dry_run ? row.value_before_rub : row.value_after_rub)));
    return from === 0n ? total : add(total, money((value * (to - from)) / from));
  }, NO_MONEY);
}
