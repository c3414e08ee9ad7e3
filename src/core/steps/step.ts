// A step narrows a solved plan for one rule that no single instrument's bound can say, and solves again.
// Requires: a draft that the steps before it have passed. Guarantees: bounds only get tighter, except for the first lot;
// a draft that could not reach its cash floor passes unchanged.

import type { BoundContext } from '../bounds/bound.ts';
import type { Entry } from '../entry.ts';
import type { Problem, Solution } from '../lots.ts';
import type { HeldBack } from '../plan.ts';

export interface Draft {
  readonly entries: readonly Entry[];
  readonly problem: Problem;
  readonly solution: Solution;
  /** What the steps so far held back, with the rule. */
  readonly heldBack: readonly HeldBack[];
}

export type Step = (context: BoundContext, draft: Draft) => Draft;
