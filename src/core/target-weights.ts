// From the wallet to the weights that this iteration aims at: the mode's own, clipped to caps and floors, shifted by `diff`.
// Requires: facts of what the mode reads. Guarantees: weights adding up to 100, or "unknown, because".

import type { Facts, WeightReference } from './facts.ts';
import type { Policy } from './policy.ts';
import { shiftByDiff } from './weights/diff.ts';
import { withinLimits } from './weights/limits.ts';
import { WEIGHTINGS } from './weights/registry.ts';
import type { TargetWeights, Weighed } from './weights/weighting.ts';

export interface Weighing {
  readonly weights: TargetWeights;
  /** Before `diff`. */
  readonly base: TargetWeights;
  readonly reference: WeightReference | null;
  readonly warnings: readonly string[];
}

export type TargetsFound =
  | ({ readonly kind: 'weights' } & Weighing)
  | { readonly kind: 'unknown'; readonly because: string };

export function targetWeights(policy: Policy, facts: Facts, atMs: number): TargetsFound {
  const weighed = baseWeights(policy, facts, atMs);
  if (weighed.kind === 'unknown') return weighed;
  const { reference } = facts;
  const shifted =
    policy.diff.mode === 'off' || reference === null
      ? weighed.weights
      : shiftByDiff(weighed.weights, reference.weights, policy.diff.multiplier);
  return {
    kind: 'weights',
    weights: withinLimits(shifted, policy.weighting),
    base: weighed.weights,
    reference,
    warnings: weighed.warnings,
  };
}

/** The mode's weights inside caps and floors, before `diff`: what a later iteration is compared with. */
export function baseWeights(policy: Policy, facts: Pick<Facts, 'funds' | 'closes'>, atMs: number): Weighed {
  const { wallet, weighting, mode } = policy;
  const weighed = WEIGHTINGS[mode].weigh({ wallet, policy: weighting, ...facts, atMs });
  if (weighed.kind === 'unknown') return weighed;
  return { ...weighed, weights: withinLimits(weighed.weights, weighting) };
}
