// Fills that no record of an iteration tells of: of an iteration that was killed before its record, or learned after it.
// Guarantees: read from the journal's orders, so nothing is lost by a kill; what a record tells of is never told twice.

import type { IterationRecord } from '../core/iteration-record.ts';
import {
  add,
  isPositive,
  lots,
  type Money,
  money,
  NO_MONEY,
  negate,
  parseNano,
  piecesIn,
  raw,
  type Shares,
  subtract,
  total,
} from '../core/units.ts';
import { fillWorth } from '../engine/fill-worth.ts';
import type { IterationRow, Journal, JournaledOrder } from '../ports.ts';

/** What one order did to the account after its iteration's record, or without one. */
export interface LateFill {
  /** When it was first sent. */
  readonly atMs: number;
  readonly ticker: string;
  /** Signed: bought less sold. */
  readonly pieces: Shares;
  /** Signed, without the fee. */
  readonly cash: Money;
  readonly fee: Money;
}

export interface LateFills {
  readonly turnover: Money;
  readonly fees: Money;
  /** Orders that no record names. */
  readonly orders: number;
  readonly fills: readonly LateFill[];
}

const DAY_MS = 86_400_000;

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
  const record = row && (JSON.parse(row.record) as IterationRecord);
  const fees = total(orders.map((order) => order.commission ?? NO_MONEY));
  return {
    turnover: subtract(total(orders.map(fillWorth)), row?.turnover ?? NO_MONEY),
    fees: subtract(fees, row?.commission ?? NO_MONEY),
    orders: record ? 0 : orders.filter((order) => order.attempts > 0).length,
    fills: orders.flatMap((order) => lateFill(order, record)),
  };
}

function lateFill(order: JournaledOrder, record: IterationRecord | null): LateFill[] {
  const { request, ticker, firstSentMs } = order;
  const told = record?.orders.find((each) => each.idempotency_key === request.key);
  const toldLots = lots(BigInt(told?.filled_lots ?? 0));
  const more = subtract(order.executed, toldLots);
  if (!isPositive(more) || firstSentMs === null) return [];
  // Of an order without fills the record names the planned amount.
  const toldWorth = told && isPositive(toldLots) ? money(parseNano(told.amount_rub)) : NO_MONEY;
  const toldFee = told ? money(parseNano(told.commission_rub)) : NO_MONEY;
  const worth = subtract(fillWorth(order), toldWorth);
  const pieces = piecesIn(more, request.lot);
  const bought = request.side === 'buy';
  return [
    {
      atMs: firstSentMs,
      ticker,
      pieces: bought ? pieces : negate(pieces),
      cash: bought ? negate(worth) : worth,
      fee: subtract(order.commission ?? NO_MONEY, toldFee),
    },
  ];
}

/** What it won or lost against the price at which the account was valued next, and its fee. `price`: nano, `null` unknown. */
export const resultOf = (fill: LateFill, price: bigint | null): Money => {
  const gained = price === null ? NO_MONEY : add(money(raw(fill.pieces) * price), fill.cash);
  return subtract(gained, fill.fee);
};
