// `min_improvement_pp`: a plan that hardly helps is not traded; fees and taxes are real, half a point of drift is not.
// Guarantees: never holds back covering a negative balance, a first lot, or a weight that goes to 0.

import type { Entry } from './entry.ts';
import { type Problem, type Solution, solveLots } from './lots.ts';
import type { HeldBack } from './plan.ts';
import type { Policy, Stage } from './policy.ts';
import { isLess, isMore, isPositive, isZero, subtract } from './units.ts';

export interface Worthwhile {
  readonly problem: Problem;
  readonly solution: Solution;
  readonly heldBack: readonly HeldBack[];
}

/** The part of a plan that is worth trading: all of it, its exempt moves only, or nothing. */
export function keepWorthwhile(
  entries: readonly Entry[],
  plan: Worthwhile,
  improvementPp: number,
  policy: Policy,
  stage: Stage,
): Worthwhile {
  const { problem, solution } = plan;
  const belowFloor = isLess(subtract(problem.cash, problem.blockedCash), problem.cashFloor);
  if (stage.kind === 'buys' || belowFloor || improvementPp >= policy.minImprovementPp) return plan;

  const moves = entries.map((entry, index) => ({ entry, after: solution.lots[index] ?? entry.line.held }));
  const frozen = moves.filter(
    ({ entry, after }) => after !== entry.line.held && !isExempt(entry, after, policy),
  );
  if (frozen.length === 0) return plan;

  const detail = `would lower the tracking error by ${improvementPp.toFixed(3)} pp, the least worth trading is ${policy.minImprovementPp} pp`;
  const heldBack = [
    ...plan.heldBack,
    ...frozen.map(({ entry }) => ({ ticker: entry.holding.ticker, rule: 'min_improvement_pp', detail })),
  ];
  const lines = moves.map(({ entry, after }, index) => {
    const line = problem.lines[index] ?? entry.line;
    const free = after !== line.held && isExempt(entry, after, policy);
    return free
      ? { ...line, max: isMore(after, line.held) ? after : line.max }
      : { ...line, min: line.held, max: line.held };
  });
  const narrowed = { ...problem, lines };
  const rest = solveLots(narrowed);
  if (rest.feasible) return { problem: narrowed, solution: rest, heldBack };
  const still = lines.map((line) => ({ ...line, min: line.held, max: line.held }));
  return {
    problem: { ...problem, lines: still },
    solution: solveLots({ ...problem, lines: still }),
    heldBack,
  };
}

function isExempt(entry: Entry, after: Entry['line']['held'], policy: Policy): boolean {
  const { held } = entry.line;
  if (isZero(entry.target)) return isLess(after, held);
  return policy.minOneLot && isZero(held) && isPositive(after);
}
