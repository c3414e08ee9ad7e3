// A price that leaps is more often a mistake, a split or a default than a market: the instrument is held until it is explained.
// Guarantees: without an accepted price, without a jump, or with a split that keeps the holding's worth, nothing is held;
// an owner's trade beside a leap, even one that happens to keep the worth, is no split.

import {
  absolute,
  isLess,
  isMore,
  isPositive,
  type Money,
  money,
  type Price,
  raw,
  type Shares,
  subtract,
  worth,
} from './units.ts';

export interface PriceMove {
  readonly accepted: Price;
  readonly now: Price;
  /** Pieces held by all that we know of our own trades, `null` where that is not known. */
  readonly piecesThen: Shares | null;
  readonly piecesNow: Shares;
  /** RUB that the whole account has more (or less) than by all that we know of our own trades; `null`: not known. */
  readonly cashMoved: Money | null;
}

/** Why the new price is not believed; `null` where it is. */
export function jumpTrouble(move: PriceMove, maxPercent: number): string | null {
  const { accepted, now } = move;
  if (!exceeds(raw(accepted), raw(now), maxPercent) || isSplit(move, maxPercent)) return null;
  const percent = (Number(((raw(now) - raw(accepted)) * 1000n) / raw(accepted)) / 10).toFixed(1);
  return `its price moved ${raw(now) > raw(accepted) ? '+' : ''}${percent} % at once, the limit is ${maxPercent} % (max_price_jump_percent)`;
}

/** Pieces in another whole number of parts at another price, the same worth, and no money for them. */
function isSplit(move: PriceMove, maxPercent: number): boolean {
  const { accepted, now, piecesThen, piecesNow } = move;
  if (piecesThen === null || !isWholeRatio(raw(piecesThen), raw(piecesNow)) || isPaidFor(move)) return false;
  const before = worth(accepted, piecesThen);
  const after = worth(now, piecesNow);
  return !isMore(absolute(subtract(after, before)), money((raw(before) * parts(maxPercent)) / PARTS));
}

/** Each piece became so many, or so many became one and what was left over is gone. */
function isWholeRatio(then: bigint, now: bigint): boolean {
  if (then <= 0n || now <= 0n || then === now) return false;
  return now > then ? now % then === 0n : then / (then / now) === now && then / now > 1n;
}

/** Whether RUB moved the other way for at least half of what the pieces that came or went are worth: a trade. */
function isPaidFor({ accepted, now, piecesThen, piecesNow, cashMoved }: PriceMove): boolean {
  if (cashMoved === null || piecesThen === null) return false;
  const change = subtract(piecesNow, piecesThen);
  const price = isLess(now, accepted) ? now : accepted;
  const least = raw(worth(price, absolute(change))) / 2n;
  return isPositive(change) ? -raw(cashMoved) >= least : raw(cashMoved) >= least;
}

const PARTS = 1_000_000n;
const parts = (percent: number): bigint => BigInt(Math.round(percent * 10_000));

const exceeds = (from: bigint, to: bigint, maxPercent: number): boolean => {
  const move = to > from ? to - from : from - to;
  return move * PARTS > from * parts(maxPercent);
};
