// A price that leaps is more often a mistake, a split or a default than a market: the instrument is held until it is explained.
// Guarantees: without an accepted price, without a jump, or with a split that keeps the holding's worth, nothing is held.

import {
  absolute,
  isMore,
  isPositive,
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
}

/** Why the new price is not believed; `null` where it is. */
export function jumpTrouble(move: PriceMove, maxPercent: number): string | null {
  const { accepted, now } = move;
  if (!exceeds(raw(accepted), raw(now), maxPercent) || isSplit(move, maxPercent)) return null;
  const percent = (Number(((raw(now) - raw(accepted)) * 1000n) / raw(accepted)) / 10).toFixed(1);
  return `its price moved ${raw(now) > raw(accepted) ? '+' : ''}${percent} % at once, the limit is ${maxPercent} % (max_price_jump_percent)`;
}

/** Other pieces at another price, but the same worth: a split or a consolidation. */
function isSplit({ accepted, now, piecesThen, piecesNow }: PriceMove, maxPercent: number): boolean {
  if (piecesThen === null || !isPositive(piecesThen) || raw(piecesThen) === raw(piecesNow)) return false;
  const before = worth(accepted, piecesThen);
  const after = worth(now, piecesNow);
  return !isMore(absolute(subtract(after, before)), money((raw(before) * parts(maxPercent)) / PARTS));
}

const PARTS = 1_000_000n;
const parts = (percent: number): bigint => BigInt(Math.round(percent * 10_000));

const exceeds = (from: bigint, to: bigint, maxPercent: number): boolean => {
  const move = to > from ? to - from : from - to;
  return move * PARTS > from * parts(maxPercent);
};
