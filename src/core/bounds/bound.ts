// A bound: the fewest and the most lots that one rule allows in one instrument, and why.
// Every rule of this folder has the same shape; `combine` intersects what they say, the earlier rule winning a conflict.

import type { Exposure } from '../leverage.ts';
import type { Aim, Policy, Stage } from '../policy.ts';
import type { Holding, Snapshot } from '../portfolio.ts';
import { lotsHeld } from '../portfolio.ts';
import { compare, isLess, isMore, type Lots, type Money } from '../units.ts';

export interface Bound {
  readonly ticker: string;
  readonly min?: Lots;
  readonly max?: Lots;
  readonly rule: string;
  readonly detail: string;
}

export interface BoundContext {
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  readonly stage: Stage;
  /** The holdings that take part in the balance. */
  readonly balanced: readonly Holding[];
  /** Balanced total. */
  readonly equity: Money;
  /** RUB target per ticker, RUB included. */
  readonly targets: ReadonlyMap<string, Money>;
  readonly exposure: Exposure;
  readonly aim: Aim;
  /** What the solver goes for, RUB included: the targets, or as far as `aim` goes towards them (rebalance/aimed.ts). */
  readonly aimed: ReadonlyMap<string, Money>;
}

export type BoundRule = (context: BoundContext) => readonly Bound[];

/** Both ends for one instrument, each with the bound that set it (`null`: nothing but what the caller started from). */
export interface Range {
  readonly min: Lots;
  readonly max: Lots;
  readonly minBy: Bound | null;
  readonly maxBy: Bound | null;
}

/** Nothing may change in this holding. */
export const frozenAt = (holding: Holding, rule: string, detail: string): Bound => ({
  ticker: holding.ticker,
  min: lotsHeld(holding),
  max: lotsHeld(holding),
  rule,
  detail,
});

/** Intersects bounds in order of precedence; a later bound that would leave nothing is cut back to what is left. */
export function combine(start: Range, bounds: readonly Bound[]): Range {
  let range = start;
  for (const bound of bounds) {
    if (bound.min !== undefined && sets(isMore(bound.min, range.min), bound.min, range.min, range.minBy)) {
      range = { ...range, min: isMore(bound.min, range.max) ? range.max : bound.min, minBy: bound };
    }
    if (bound.max !== undefined && sets(isLess(bound.max, range.max), bound.max, range.max, range.maxBy)) {
      range = { ...range, max: isLess(bound.max, range.min) ? range.min : bound.max, maxBy: bound };
    }
  }
  return range;
}

/** A bound that coincides with an end that nobody has set yet is its reason too. */
const sets = (narrows: boolean, end: Lots, now: Lots, by: Bound | null): boolean =>
  narrows || (by === null && compare(end, now) === 0);
