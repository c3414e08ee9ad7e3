// A step narrows a solved plan for one rule that no single instrument's bound can say, and solves again.
// Requires: a draft that the steps before it have passed. Guarantees: bounds only get tighter, except for the first lot;
// a draft that could not reach its cash floor passes unchanged.

import type { BoundContext } from '../bounds/bound.ts';
import type { Entry } from '../entry.ts';
import type { Problem, Solution } from '../lots.ts';
import type { Side } from '../order.ts';
import type { HeldBack } from '../plan.ts';
import type { Lots, Money } from '../units.ts';

export interface Draft {
  readonly entries: readonly Entry[];
  readonly problem: Problem;
  readonly solution: Solution;
  /** What the steps so far held back, with the rule. */
  readonly heldBack: readonly HeldBack[];
  /** `min_improvement_pp` left nothing but what it does not ask about. */
  readonly onlyExempt?: boolean;
  /** Orders above `confirmationThresholdRub`. */
  readonly confirmations?: readonly LargeMove[];
  /** Positions sold to pay for the instruments of `buy_requires_total_marginal_sell`. */
  readonly funded?: Funded;
}

export interface Funded {
  /** Lots sold per line. */
  readonly sales: ReadonlyMap<number, Lots>;
  /** What the purchases cost at worst that they pay for. */
  readonly cost: Money;
}

/** A move that needs a person's yes, as large as it would be if all were agreed. */
export interface LargeMove {
  readonly ticker: string;
  readonly side: Side;
  readonly lots: Lots;
  /** Without it the plan goes on without this move. */
  readonly agreed: boolean;
}

export type Step = (context: BoundContext, draft: Draft) => Draft;
