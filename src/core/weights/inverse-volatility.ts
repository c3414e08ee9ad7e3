// `inverse_volatility`: the calmer, the more of it; weights in proportion to 1 / standard deviation of daily returns.
// Requires: one close more than `volatility_window_days` of every ticker with a positive percent, none of them without
// any movement (no floor is guessed). Guarantees: RUB keeps its own percent, sum 100; the same all day long.

import { metricsByHistory } from './by-history.ts';
import { dayOf, deviation } from './close-window.ts';
import { spread } from './spread.ts';
import type { Weighed, Weighting, WeightingInput } from './weighting.ts';

export const inverseVolatility: Weighting = { needs: ['closes'], weigh };

function weigh(input: WeightingInput): Weighed {
  const found = metricsByHistory(input, {
    days: input.policy.volatilityDays,
    endMs: dayOf(input.atMs),
    key: 'volatility_window_days',
    metricOf: (returns) => {
      const risk = deviation(returns);
      return risk === 0 ? null : 1 / risk;
    },
  });
  if (found.kind === 'unknown') return found;
  return { kind: 'weights', weights: spread(input.wallet, found.metrics), warnings: [] };
}
