// Gives or takes an amount where it is missing (or too much) most: the largest gap shrinks to the next, then both together.

import { type Money, money, raw } from '../units.ts';

/**
 * Parts of `amount` per gap, none larger than its gap; where the gaps add up to less, each is filled and the rest is left.
 * @param gaps 0 or more each
 */
export function level(amount: Money, gaps: readonly Money[]): Money[] {
  const whole = gaps.reduce((sum, gap) => sum + raw(gap), 0n);
  if (raw(amount) <= 0n) return gaps.map(() => money(0n));
  if (whole <= raw(amount)) return [...gaps];
  const left = levelLeft(raw(amount), gaps);
  return gaps.map((gap) => money(raw(gap) > left ? raw(gap) - left : 0n));
}

/** What remains of every gap that is filled at all; rounded up, so that the parts never exceed the amount. */
function levelLeft(amount: bigint, gaps: readonly Money[]): bigint {
  const sorted = gaps.map(raw).sort((a, b) => (a === b ? 0 : a > b ? -1 : 1));
  let sum = 0n;
  for (const [index, gap] of sorted.entries()) {
    sum += gap;
    const count = BigInt(index + 1);
    const next = sorted[index + 1] ?? 0n;
    // Brought down to the next gap, these would take more than there is: the level lies above it.
    if (sum - next * count >= amount) return (sum - amount + count - 1n) / count;
  }
  return 0n;
}
