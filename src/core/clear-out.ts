// A weight of 0 that is being sold is sold to the last lot: to the solver the rest is worth the same in cash, to its owner
// a few lots left behind are a position that was to go. Requires: a solved plan. Guarantees: only what is left by rounding,
// at most the value of the costliest lot and the fees, is added to the sales; cash does not pass its target by more than the solver allows.

import type { Problem, Solution } from './lots.ts';
import { solveLots } from './lots.ts';
import {
  add,
  isLess,
  isMore,
  isPositive,
  isZero,
  larger,
  type Money,
  NO_MONEY,
  subtract,
  times,
  total,
} from './units.ts';
import { worstCash } from './worst-cash.ts';

export interface Cleared {
  readonly problem: Problem;
  readonly solution: Solution;
}

export function clearOut(plan: Cleared): Cleared {
  const { problem, solution } = plan;
  const costliest = problem.lines.reduce((most, line) => larger(most, line.lotValue), NO_MONEY);
  const leaves = problem.lines.map((line, index) => {
    const planned = solution.lots[index] ?? line.held;
    return isZero(line.target) && isLess(planned, line.held);
  });
  const left = total(
    problem.lines.map((line, index) =>
      leaves[index] ? times(line.lotValue, subtract(solution.lots[index] ?? line.min, line.min)) : NO_MONEY,
    ),
  );
  const rounding = add(costliest, feesOf(problem, solution));
  if (!solution.feasible || !isPositive(left) || isMore(left, rounding)) return plan;
  const lines = problem.lines.map((line, index) => (leaves[index] ? { ...line, max: line.min } : line));
  const narrowed = { ...problem, lines };
  const cleared = solveLots(narrowed);
  const most = add(larger(problem.cash, problem.cashTarget), add(costliest, feesOf(problem, cleared)));
  const cash = add(worstCash(narrowed, cleared), problem.blockedCash);
  return cleared.feasible && !isMore(cash, most) ? { problem: narrowed, solution: cleared } : plan;
}

function feesOf(problem: Problem, solution: Solution): Money {
  return problem.lines.reduce((fees, line, index) => {
    const planned = solution.lots[index] ?? line.held;
    const traded = isLess(planned, line.held) ? subtract(line.held, planned) : subtract(planned, line.held);
    return add(fees, times(line.fee, traded));
  }, NO_MONEY);
}
