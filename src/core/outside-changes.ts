// What changed in the account without us: the owner's trades, deposits, payouts, splits; or another bot undoing our trades.
// Requires: the account as the last iteration left it and as it is now. Guarantees: our own fills are no outside change.

import type { Side } from './order.ts';
import { isNegative, isPositive, isZero, type Money, NO_SHARES, type Shares, subtract } from './units.ts';

export interface Then {
  readonly cash: Money;
  readonly pieces: ReadonlyMap<string, Shares>;
}

export interface OutsideChange {
  readonly uid: string;
  readonly pieces: Shares;
}

export interface OutsideChanges {
  readonly pieces: readonly OutsideChange[];
  /** RUB that came or went. */
  readonly cash: Money;
}

export function outsideChanges(then: Then, now: Then): OutsideChanges {
  const uids = [...new Set([...then.pieces.keys(), ...now.pieces.keys()])].sort();
  const pieces = uids.flatMap((uid) => {
    const change = subtract(now.pieces.get(uid) ?? NO_SHARES, then.pieces.get(uid) ?? NO_SHARES);
    return isZero(change) ? [] : [{ uid, pieces: change }];
  });
  return { pieces, cash: subtract(now.cash, then.cash) };
}

/** Instruments in which somebody traded against the side that we traded last. */
export function reversed(changes: readonly OutsideChange[], ours: ReadonlyMap<string, Side>): string[] {
  return changes
    .filter(({ uid, pieces }) => {
      const side = ours.get(uid);
      return side === 'buy' ? isNegative(pieces) : side === 'sell' ? isPositive(pieces) : false;
    })
    .map(({ uid }) => uid);
}

/**
 * In how many iterations in a row our trades were undone. Only the first counts by itself: after it we must have traded
 * anew (`traded`, by uid), else an owner who trades twice would pass for a bot that works against us.
 */
export function countReversals(
  before: number,
  undone: readonly string[],
  traded: ReadonlySet<string>,
): number {
  if (undone.length === 0) return 0;
  if (before === 0) return 1;
  return undone.some((uid) => traded.has(uid)) ? before + 1 : before;
}

/** One trade that the operations list shows. */
export interface PastTrade {
  readonly uid: string;
  readonly side: Side;
  readonly atMs: number;
}

/** Instruments that changed sides at least twice in these trades: something trades them back and forth. */
export function tradedBackAndForth(trades: readonly PastTrade[]): string[] {
  const byUid = Map.groupBy(
    trades.toSorted((a, b) => a.atMs - b.atMs),
    (trade) => trade.uid,
  );
  return [...byUid]
    .filter(
      ([, list]) =>
        list.filter((trade, index) => index > 0 && trade.side !== list[index - 1]?.side).length >= 2,
    )
    .map(([uid]) => uid)
    .sort();
}
