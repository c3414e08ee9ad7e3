// Fills that no record of an iteration tells of: of an iteration that was killed before its record, or learned after it.
// Guarantees: read from the journal's orders, so nothing is lost by a kill; what a record tells of is never told twice.

import { fillWorth } from '../core/fill-worth.ts';
import { type LateFill, lateFill } from '../core/late-fill.ts';
import { DAY_MS } from '../core/moscow-day.ts';
import { type Money, NO_MONEY, subtract, total } from '../core/units.ts';
import type { IterationRow, Journal, JournaledOrder } from '../ports.ts';
import { storedRecord } from './stored-record.ts';

export interface LateFills {
  readonly turnover: Money;
  readonly fees: Money;
  /** Orders that no record names. */
  readonly orders: number;
  readonly fills: readonly LateFill[];
}

/** Those of an account's orders that changed last at or after `sinceMs`. */
export function lateFills(journal: Journal, account: string, sinceMs: number): LateFills {
  const recent = journal.fillsSince(account, sinceMs);
  const earliest = recent.reduce((ms, order) => Math.min(ms, order.firstSentMs ?? ms), sinceMs);
  // An order is sent within the iteration that planned it, which takes less than a day.
  const rows = journal.iterations({ account, sinceMs: earliest - DAY_MS });
  const rowOf = new Map(rows.map((row) => [row.iteration, row]));
  const late = [...new Set(recent.map((order) => order.iteration))]
    .filter((iteration) => rowOf.get(iteration)?.counted ?? true)
    .map((iteration) => notIn(rowOf.get(iteration) ?? null, journal.ordersOf(iteration)));
  return {
    turnover: total(late.map((each) => each.turnover)),
    fees: total(late.map((each) => each.fees)),
    orders: late.reduce((count, each) => count + each.orders, 0),
    fills: late.flatMap((each) => each.fills),
  };
}

function notIn(row: IterationRow | null, orders: readonly JournaledOrder[]): LateFills {
  const record = row && storedRecord(row);
  const fees = total(orders.map((order) => order.commission ?? NO_MONEY));
  return {
    turnover: subtract(total(orders.map(fillWorth)), row?.turnover ?? NO_MONEY),
    fees: subtract(fees, row?.commission ?? NO_MONEY),
    orders: record ? 0 : orders.filter((order) => order.attempts > 0).length,
    fills: orders.map((order) => lateFill(order, record)).filter((fill) => fill !== null),
  };
}
