// One order as the venue keeps it, and what it holds of its account while it is active.
// Raw bigints: nano per piece, lots, pieces.

export interface Fill {
  readonly tradeId: string;
  readonly atMs: number;
  readonly lots: bigint;
  readonly price: bigint;
  /** Worth without commission. */
  readonly value: bigint;
  readonly fee: bigint;
}

/** Lots that a fault plan executes at a later time, whatever the book says. */
export interface PlannedFill {
  readonly atMs: number;
  readonly lots: bigint;
}

export type VenueStatus = 'new' | 'partial' | 'filled' | 'cancelled' | 'rejected';

export interface NewOrder {
  readonly accountId: string;
  /** Idempotency key. */
  readonly key: string;
  readonly uid: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'market' | 'limit' | 'bestprice';
  readonly lots: bigint;
  /** Only for `limit`. */
  readonly price: bigint | null;
  readonly confirmMargin: boolean;
  readonly timeInForce: 'day' | 'fill_and_kill' | 'fill_or_kill';
  /** Placed by the owner elsewhere, not through this API key. */
  readonly foreign: boolean;
}

export interface VenueOrder extends NewOrder {
  readonly id: string;
  readonly currency: string;
  readonly figi: string;
  /** Pieces per lot when it was accepted. */
  readonly lot: bigint;
  /** Worst price it may execute at: its limit, or the worst level a market order was accepted against. */
  readonly bound: bigint;
  /** Last price when it was accepted. */
  readonly initialPrice: bigint;
  readonly createdMs: number;
  readonly expiresMs: number;
  /** Commission in billionths. */
  readonly rate: bigint;
  status: VenueStatus;
  executed: bigint;
  finalMs: number | null;
  message: string;
  readonly fills: Fill[];
  /** Fills that a fault plan still owes; `null` = it meets the book. Empty = it rests until cancelled. */
  plan: PlannedFill[] | null;
  /** Last step of the tape it was matched against. */
  scannedStep: number;
}

const NANO = 1_000_000_000n;
const KOPECK = 10_000_000n;

/** Commission of a worth, rounded up to whole kopecks. */
export function commission(value: bigint, rate: bigint): bigint {
  const exact = value * rate;
  const unit = KOPECK * NANO;
  return ((exact + unit - 1n) / unit) * KOPECK;
}

export const isActive = (order: VenueOrder): boolean => order.status === 'new' || order.status === 'partial';
export const remaining = (order: VenueOrder): bigint => order.lots - order.executed;
export const executedValue = (order: VenueOrder): bigint =>
  order.fills.reduce((sum, fill) => sum + fill.value, 0n);
export const chargedFee = (order: VenueOrder): bigint =>
  order.fills.reduce((sum, fill) => sum + fill.fee, 0n);

/** Worth of what is left, at the worst price. */
const remainingValue = (order: VenueOrder): bigint => remaining(order) * order.lot * order.bound;

/** Cash that an active buy holds: the rest at its worst price and the commission that would come with it. */
export function reservedCash(order: VenueOrder): bigint {
  if (!isActive(order) || order.side === 'sell') return 0n;
  const rest = remainingValue(order);
  const fee = commission(executedValue(order) + rest, order.rate) - chargedFee(order);
  return rest + fee;
}

/** Pieces that an active sell holds. */
export const reservedPieces = (order: VenueOrder): bigint =>
  isActive(order) && order.side === 'sell' ? remaining(order) * order.lot : 0n;

/** What makes two requests under one key the same request. */
export const fingerprintOf = (order: NewOrder): string =>
  [
    order.accountId,
    order.uid,
    order.side,
    order.type,
    order.lots,
    order.price ?? '-',
    order.confirmMargin,
    order.timeInForce,
  ].join('|');
