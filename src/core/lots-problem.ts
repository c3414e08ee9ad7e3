// What the solver is asked and what it answers: lines with bounds and targets, cash with a target and a floor.

import type { Lots, Money } from './units.ts';

/** One tradable line of the problem. */
export interface Line {
  readonly name: string;
  /** Worth of one lot at the price that values it; more than zero. */
  readonly lotValue: Money;
  /** Commission expected per lot traded, either way. */
  readonly fee: Money;
  /**
   * Reserved on top of `lotValue` per lot bought (at least `fee`): what the order may cost at worst, or, where a debt
   * limit shrinks with the total, what it takes from what may be spent.
   */
  readonly buyReserve: Money;
  /** Withheld from `lotValue` per lot sold (at least `fee`): proceeds at worst. */
  readonly sellReserve: Money;
  /** Whole lots held now. */
  readonly held: Lots;
  /** Worth of the odd pieces, which stay. */
  readonly odd: Money;
  readonly target: Money;
  /** Fewest and most lots allowed after the trade, min <= max. */
  readonly min: Lots;
  readonly max: Lots;
}

export interface Problem {
  readonly lines: readonly Line[];
  /** RUB counted in the total now: spendable and blocked; negative when borrowed. */
  readonly cash: Money;
  /** Part of `cash` held by orders: counts, cannot be spent. */
  readonly blockedCash: Money;
  readonly cashTarget: Money;
  /** Spendable RUB (cash - blocked) must not end below this, reserves paid. */
  readonly cashFloor: Money;
}

export interface Solution {
  /** Lots held after the trade, one per line, in the order of the lines. */
  readonly lots: readonly Lots[];
  /** Sum of |value - target| over lines and cash after fees, plus the fees. */
  readonly objective: Money;
  /** False where no portfolio inside the bounds reaches the cash floor: then `lots` raises the most cash there is. */
  readonly feasible: boolean;
}
