// `min_improvement_pp`: a plan that hardly helps is not traded; fees and taxes are real, half a point of drift is not.
// Guarantees: never holds back covering a negative balance, a first lot, or a weight that goes to 0.

import type { Entry } from './entry.ts';
import { type Problem, type Solution, solveLots } from './lots.ts';
import type { HeldBack } from './plan.ts';
import type { Policy, Stage } from './policy.ts';
import { compare, isLess, isPositive, isZero, type Lots, lots, subtract } from './units.ts';

export interface Worthwhile {
  readonly problem: Problem;
  readonly solution: Solution;
  readonly heldBack: readonly HeldBack[];
  /** Nothing is left in it but what is exempt. */
  readonly onlyExempt?: boolean;
}

/**
 * The part of a plan that is worth trading: all of it, its exempt moves only, or nothing.
 * @param improvementOf tracking error that a solution takes away from the present one, in percentage points.
 */
export function keepWorthwhile(
  entries: readonly Entry[],
  plan: Worthwhile,
  improvementOf: (solution: Solution) => number,
  policy: Policy,
  stage: Stage,
): Worthwhile {
  const least = policy.minImprovementPp;
  const belowFloor = isLess(subtract(plan.problem.cash, plan.problem.blockedCash), plan.problem.cashFloor);
  if (isUnderWay(stage) || belowFloor || least <= 0) return plan;
  const improvement = improvementOf(plan.solution);
  if (improvement >= least) return plan;

  const exempt = exemptMoves(entries, plan, policy);
  // A first lot that the other moves pay for brings them along; so do moves that help enough once the exempt ones are made.
  if (!exempt.solution.feasible) return plan;
  const rest = improvement - improvementOf(exempt.solution);
  if (rest >= least) return plan;

  const detail = `would lower the tracking error by ${rest.toFixed(3)} pp, the least worth trading is ${least} pp`;
  const heldBack = entries
    .filter((entry, index) => {
      const wanted = plan.solution.lots[index] ?? entry.line.held;
      return compare(wanted, exempt.solution.lots[index] ?? entry.line.held) !== 0;
    })
    .map((entry) => ({ ticker: entry.holding.ticker, rule: 'min_improvement_pp', detail }));
  return { ...exempt, heldBack: [...plan.heldBack, ...heldBack], onlyExempt: true };
}

/**
 * What was traded was worth it together with what follows. Where every sell was refused, or nothing was worth it but what
 * is exempt (a first lot makes nothing else worth trading), what follows stands alone.
 */
const isUnderWay = (stage: Stage): boolean =>
  stage.kind === 'buys' &&
  stage.onlyExempt !== true &&
  (stage.traded === undefined || isPositive(stage.traded));

/** The plan with every other line left as it is. Infeasible where the exempt purchases cannot be paid without the rest. */
function exemptMoves(
  entries: readonly Entry[],
  { problem, solution }: Worthwhile,
  policy: Policy,
): Pick<Worthwhile, 'problem' | 'solution'> {
  const lines = entries.map((entry, index) => {
    const line = problem.lines[index] ?? entry.line;
    const count = exemptLots(entry, solution.lots[index] ?? line.held, policy);
    return { ...line, min: count, max: count };
  });
  const narrowed = { ...problem, lines };
  return { problem: narrowed, solution: solveLots(narrowed) };
}

/** Where an exempt move ends: the sale of a weight that goes to 0, and one lot, the first, of what has none. */
function exemptLots({ target, line }: Entry, planned: Lots, policy: Policy): Lots {
  if (isZero(target)) return isLess(planned, line.held) ? planned : line.held;
  return policy.minOneLot && isZero(line.held) && isPositive(planned) ? lots(1n) : line.held;
}
