// What the broker demands of a plan that may leave a debt: own money for what is no collateral, and enough collateral.
// Requires: to stand after whatever may change a plan's purchases, and again after what limits its sells.
// Guarantees: the same draft where nothing may be owed or both hold.

import { solveLots } from '../lots.ts';
import { isPositive } from '../units.ts';
import { notBought } from './at-most.ts';
import { ownMoneyOnly } from './own-money.ts';
import type { Step } from './step.ts';
import { sufficientCollateral } from './sufficiency.ts';

const ROUNDS = 3;

export const marginLimits: Step = (context, draft) => {
  if (!isPositive(context.exposure.debtLimit) || !draft.solution.feasible) return draft;
  let now = draft;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = sufficientCollateral(context, ownMoneyOnly(context, now));
    if (next === now) return now;
    now = next;
  }
  // The two do not agree: what is held satisfies both as well as it ever did.
  const lines = now.problem.lines.map(notBought);
  const problem = { ...now.problem, lines };
  return { ...now, problem, solution: solveLots(problem) };
};
