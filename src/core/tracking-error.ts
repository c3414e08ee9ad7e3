// Tracking error: the sum of |weight - target weight| over all positions, RUB included, in percentage points.

import { type Money, percentOf, total } from './units.ts';

/** Weights are shares of the values' own sum, so fees paid do not count as drift. */
export function trackingError(positions: readonly { value: Money; targetPercent: number }[]): number {
  const whole = total(positions.map((position) => position.value));
  return positions.reduce(
    (sum, position) => sum + Math.abs(percentOf(position.value, whole) - position.targetPercent),
    0,
  );
}
