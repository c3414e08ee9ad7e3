// TIEBB's `diff`: a target is pushed further the way it has gone since the reference.
// Requires: percents. Guarantees: RUB keeps its weight, nothing is negative, the sum stays 100.

import { RUB } from '../portfolio.ts';
import { spread } from './spread.ts';
import type { TargetWeights } from './weighting.ts';

/** What arithmetic in doubles leaves of zero is zero. */
const NOTHING = 1e-9;

/** Change against the reference in percent of the reference; the weight itself where there was none. */
export const diffPercent = (weight: number, reference: number): number =>
  reference < NOTHING ? weight : ((weight - reference) / reference) * 100;

/** @param multiplier 0..100, percent of the change that is added. */
export function shiftByDiff(
  weights: TargetWeights,
  reference: TargetWeights,
  multiplier: number,
): TargetWeights {
  const shifted = new Map(
    [...weights]
      .filter(([ticker]) => ticker !== RUB)
      .map(([ticker, weight]) => {
        const diff = diffPercent(weight, reference.get(ticker) ?? 0);
        return [ticker, Math.max(0, weight + (diff * multiplier) / 100)] as const;
      }),
  );
  return spread(weights, shifted);
}
