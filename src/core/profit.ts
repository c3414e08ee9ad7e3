// Profit of a whole position: price only, before fees, from what one piece cost. `null`: the cost is not known.

import { type Holding, usablePrice } from './portfolio.ts';
import { isPositive, raw } from './units.ts';

/** Percents as whole numbers with this many decimals, so that comparing them is exact. */
const SCALE = 1_000_000_000n;

/** Price over cost less one, in percent, for people. */
export function profitPercent(holding: Holding): number | null {
  const price = usablePrice(holding);
  const cost = costOf(holding);
  if (price === null || cost === null) return null;
  return Number((raw(price) * 100n * SCALE) / cost - 100n * SCALE) / Number(SCALE);
}

/** Whether it is at least `percent` (exact); false where the cost is not known. */
export function earnsAtLeast(holding: Holding, percent: number): boolean {
  const price = usablePrice(holding);
  const cost = costOf(holding);
  if (price === null || cost === null) return false;
  const least = BigInt(Math.round(percent * Number(SCALE)));
  return raw(price) * 100n * SCALE >= cost * (100n * SCALE + least);
}

const costOf = ({ averagePrice }: Holding): bigint | null =>
  averagePrice !== null && isPositive(averagePrice) ? raw(averagePrice) : null;
