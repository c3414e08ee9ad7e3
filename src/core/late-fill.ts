// What one order did to its account after its iteration's record, or without one. Pure: the order and the record, if any.
// Guarantees: what a record tells of is never told twice.

import { type Filled, fillWorth } from './fill-worth.ts';
import type { IterationRecord } from './iteration-record.ts';
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
} from './units.ts';

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

export interface SentOrder extends Filled {
  readonly ticker: string;
  readonly firstSentMs: number | null;
  readonly commission: Money | null;
}

/** `null` where the record tells all of it. @param record of the order's iteration; `null`: it has none */
export function lateFill(order: SentOrder, record: IterationRecord | null): LateFill | null {
  const { request, ticker, firstSentMs } = order;
  const told = record?.orders.find((each) => each.idempotency_key === request.key);
  const toldLots = lots(BigInt(told?.filled_lots ?? 0));
  const more = subtract(order.executed, toldLots);
  if (!isPositive(more) || firstSentMs === null) return null;
  // Of an order without fills the record names the planned amount.
  const toldWorth = told && isPositive(toldLots) ? money(parseNano(told.amount_rub)) : NO_MONEY;
  const toldFee = told ? money(parseNano(told.commission_rub)) : NO_MONEY;
  const worth = subtract(fillWorth(order), toldWorth);
  const pieces = piecesIn(more, request.lot);
  const bought = request.side === 'buy';
  return {
    atMs: firstSentMs,
    ticker,
    pieces: bought ? pieces : negate(pieces),
    cash: bought ? negate(worth) : worth,
    fee: subtract(order.commission ?? NO_MONEY, toldFee),
  };
}

/** What it won or lost against the price at which the account was valued next, and its fee. `price`: nano, `null` unknown. */
export const resultOf = (fill: LateFill, price: bigint | null): Money => {
  const gained = price === null ? NO_MONEY : add(money(raw(fill.pieces) * price), fill.cash);
  return subtract(gained, fill.fee);
};
