// From the wallet to the weights that this iteration aims at: the mode's own inside caps and floors, shifted by `diff`,
// inside caps and floors again. Requires: facts of what the mode reads.
// Guarantees: weights adding up to 100, RUB's own percent among them, or "unknown, because".

import type { Facts, WeightReference } from './facts.ts';
import type { FundFacts } from './fund-facts.ts';
import type { Policy } from './policy.ts';
import { isMidnight } from './weights/close-window.ts';
import { shiftByDiff } from './weights/diff.ts';
import { withinLimits } from './weights/limits.ts';
import { WEIGHTINGS, type WeightingMode } from './weights/registry.ts';
import type { TargetWeights, Weighed, WeightingInput } from './weights/weighting.ts';

export interface Weighing {
  readonly weights: TargetWeights;
  /** Before `diff`. */
  readonly base: TargetWeights;
  /** What `diff` compared with; `null` where there was nothing to compare with, or `diff` is off. */
  readonly reference: WeightReference | null;
  /** Fund data that the mode read; empty where it reads none. */
  readonly funds: ReadonlyMap<string, FundFacts>;
  readonly warnings: readonly string[];
}

export type TargetsFound =
  | ({ readonly kind: 'weights' } & Weighing)
  | { readonly kind: 'unknown'; readonly because: string };

/** @param facts what the mode reads; `reference` in them is looked at only where `diff` is on. */
export function targetWeights(policy: Policy, facts: Facts, atMs: number): TargetsFound {
  const weighed = baseWeights(policy, facts, atMs);
  if (weighed.kind === 'unknown') return weighed;
  const base = weighed.weights;
  const reference = policy.diff.mode === 'off' ? null : facts.reference;
  const shifted = reference === null ? base : shiftByDiff(base, reference.weights, policy.diff.multiplier);
  const limited = withinLimits(shifted, policy.wallet, policy.weighting);
  return {
    kind: 'weights',
    weights: limited.weights,
    base,
    reference,
    funds: readsFunds(policy.mode) ? facts.funds : NO_FUNDS,
    warnings: [...new Set([...weighed.warnings, ...limited.warnings, ...lateStart(policy, reference)])],
  };
}

/** The mode's weights inside caps and floors, before `diff`: what a later iteration is compared with. */
export const baseWeights = (
  policy: Pick<Policy, 'mode' | 'wallet' | 'weighting'>,
  { funds, closes, closeProblems }: Pick<Facts, 'funds' | 'closes' | 'closeProblems'>,
  atMs: number,
): Weighed =>
  weighWithin(policy.mode, {
    wallet: policy.wallet,
    policy: policy.weighting,
    funds,
    closes,
    ...(closeProblems ? { closeProblems } : {}),
    atMs,
  });

/** A mode's weights inside the owner's caps and floors. */
export function weighWithin(mode: WeightingMode, input: WeightingInput): Weighed {
  const weighed = WEIGHTINGS[mode].weigh(input);
  if (weighed.kind === 'unknown') return weighed;
  const { weights, warnings } = withinLimits(weighed.weights, input.wallet, input.policy);
  return { kind: 'weights', weights, warnings: [...weighed.warnings, ...warnings] };
}

const NO_FUNDS: ReadonlyMap<string, FundFacts> = new Map();
const readsFunds = (mode: WeightingMode): boolean =>
  WEIGHTINGS[mode].needs.some((need) => need === 'market_cap' || need === 'aum');

/** The day's first weights stand in where those of midnight could not be rebuilt. */
const lateStart = ({ diff }: Policy, reference: WeightReference | null): string[] =>
  diff.mode !== 'day' || reference === null || isMidnight(reference.atMs)
    ? []
    : [
        `diff: the weights of 00:00 Moscow time are not known, it compares with those of ${new Date(reference.atMs).toISOString()}`,
      ];
