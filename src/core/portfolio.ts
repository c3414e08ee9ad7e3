// One account at one instant: what it holds, at which prices, and what may be traded now. All that `decide` sees.
// Guarantees: values are exact; a holding without a usable price keeps its place with the last accepted one.

import type { Facts } from './facts.ts';
import {
  add,
  isPositive,
  type LotSize,
  type Lots,
  lotValue,
  type Money,
  NO_MONEY,
  type Price,
  type Rate,
  type Shares,
  subtract,
  times,
  total,
  wholeLots,
  worth,
} from './units.ts';

/** Cash is one of the positions; the original's `RUR` is an alias. */
export const RUB = 'RUB';

export interface OrderTypes {
  readonly market: boolean;
  readonly limit: boolean;
  readonly bestPrice: boolean;
}

/** Why a holding may not be traded now, as the iteration record names it. */
export type HoldRule = 'not_tradable' | 'foreign_order' | 'max_price_jump_percent';

export interface Holding {
  readonly ticker: string;
  readonly name: string;
  readonly uid: string;
  readonly isin: string;
  readonly lot: LotSize;
  readonly step: Price;
  /** The price that values it: the fresh quote, or the last accepted one. `null`: never had one. */
  readonly price: Price | null;
  readonly priceTimeMs: number | null;
  /** Age of `price`, counted only over time in which the instrument could trade; `null` without a price. */
  readonly priceAgeMs: number | null;
  /** Why the venue's newest quote was refused; `null` where it was taken. */
  readonly priceProblem: string | null;
  readonly pieces: Shares;
  /** Part of `pieces` that resting orders or the depositary hold. */
  readonly blockedPieces: Shares;
  /** Cost of one piece: by FIFO where the broker says it, else the average; `null`: unknown, or nothing asked for it. */
  readonly averagePrice: Price | null;
  /** Part of its worth that a margin account brings as own money; `null`: bought with own money only. */
  readonly marginRate: Rate | null;
  readonly buyable: boolean;
  readonly sellable: boolean;
  readonly orderTypes: OrderTypes;
  /** Why the venue lets nothing be done in it now; `null` where it can be traded. */
  readonly hold: { readonly rule: HoldRule; readonly detail: string } | null;
  /** In `desired_wallet` (0 % included), as against merely found in the account. */
  readonly listed: boolean;
  /** The wallet named it once and no longer does: kept, whatever is done with other unlisted holdings. */
  readonly vanished: boolean;
}

export interface Snapshot {
  readonly account: string;
  readonly takenAtMs: number;
  readonly exchangeOpen: boolean;
  /** RUB that may be spent; negative when borrowed. */
  readonly cash: Money;
  /** RUB held by orders: counts in the total, never spent. */
  readonly blockedCash: Money;
  readonly holdings: readonly Holding[];
  /** Highest commission rate among this account's recent fills; `null` while there are none. */
  readonly commissionSeen: Rate | null;
  readonly facts: Facts;
}

/** The price if it is one: a price of zero or less is no price, whoever let it in. */
export const usablePrice = ({ price }: Holding): Price | null =>
  price !== null && isPositive(price) ? price : null;

/** Value of all pieces, odd lots included. `null` without a price. */
export function holdingValue(holding: Holding): Money | null {
  const price = usablePrice(holding);
  return price === null ? null : worth(price, holding.pieces);
}

export const lotsHeld = (holding: Holding): Lots => wholeLots(holding.pieces, holding.lot);

export function lotCost(holding: Holding): Money {
  const price = usablePrice(holding);
  return price === null ? NO_MONEY : lotValue(price, holding.lot);
}

/** Value of the pieces that do not make a lot. */
export const oddValue = (holding: Holding): Money =>
  subtract(holdingValue(holding) ?? NO_MONEY, times(lotCost(holding), lotsHeld(holding)));

export const ownCash = (snapshot: Snapshot): Money => add(snapshot.cash, snapshot.blockedCash);

/** Balanced total Q: cash and the given holdings, all of which must have a price. */
export const equityOf = (snapshot: Snapshot, balanced: readonly Holding[]): Money =>
  add(ownCash(snapshot), total(balanced.map((holding) => holdingValue(holding) ?? NO_MONEY)));
