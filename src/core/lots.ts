// The solver: the whole lots closest to the RUB targets that bounds and cash allow.
// Requires: positive lot values, min <= max. Guarantees: the same lots whatever the order of the lines or the unit of money;
// never below the cash floor where the bounds permit; never worse than doing nothing; bounded by nodes, not by time.
// The search ranks in doubles (solver/scores.ts says why that is safe); bigint decides what may be given (solver/verdict.ts)
// and which of the portfolios found is given (solver/choose.ts).

import { assert } from './assert.ts';
import type { Line, Problem, Solution } from './lots-problem.ts';
import { candidatesOf } from './solver/candidates.ts';
import { choose } from './solver/choose.ts';
import { plainest, raisingMost } from './solver/covering.ts';
import { type Frame, makeFrame } from './solver/frame.ts';
import { scoresOf } from './solver/scores.ts';
import { judge, type Verdict } from './solver/verdict.ts';
import { add, compare, isMore, isNegative, isPositive, type Lots, lots, raw } from './units.ts';

export type { Line, Problem, Solution };

export interface SolveOptions {
  /** Nodes that the search may look at in all: its only limit. */
  readonly nodes?: number;
}

/** The usual portfolio needs a few dozen; the hardest use them all, which takes some milliseconds. */
const NODES = 12_000;
/** Above this many lines a node costs more and decides less: the budget shrinks with their number. */
const LINES_AT_FULL_BUDGET = 30;
const budgetFor = (lines: number): number =>
  Math.ceil((NODES * LINES_AT_FULL_BUDGET) / Math.max(LINES_AT_FULL_BUDGET, lines));

/**
 * The portfolio with the least sum of differences from the targets, cash included, and fees, by the tie rule among equals.
 * No position leaves its target, or passes it, by more than the costliest lot that can be traded at all plus the fees,
 * unless cash below the floor has to be covered.
 * @throws {Bug} for a line without a positive lot value or with min above max.
 */
export function solveLots(problem: Problem, options: SolveOptions = {}): Solution {
  for (const { name, lotValue, min, max } of problem.lines) {
    assert(isPositive(lotValue), `the lot value of ${name} must be positive`);
    assert(!isMore(min, max), `${name} allows at least ${raw(min)} and at most ${raw(max)} lots`);
  }
  const order = problem.lines.map((line, index) => ({ line, index })).sort((a, b) => rank(a.line, b.line));
  const frame = makeFrame({ ...problem, lines: order.map(({ line }) => line) });
  const verdict = verdictFor(frame, options.nodes ?? budgetFor(problem.lines.length));
  const counts = problem.lines.map((line) => line.held);
  order.forEach(({ index }, place) => {
    counts[index] = verdict.lots[place] ?? counts[index] ?? lots(0n);
  });
  return { lots: counts, objective: verdict.objective, feasible: !isNegative(verdict.slack) };
}

/** Costly lots first, then by name: any order of the lines is the same problem. */
function rank(a: Line, b: Line): number {
  if (raw(a.lotValue) !== raw(b.lotValue)) return compare(b.lotValue, a.lotValue);
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return (
    compare(a.target, b.target) || compare(a.held, b.held) || compare(a.min, b.min) || compare(a.max, b.max)
  );
}

function verdictFor(frame: Frame, nodes: number): Verdict {
  const most = judge(frame, raisingMost(frame.problem));
  if (isNegative(most.slack)) return most;
  const lotsOf = (trades: Float64Array): Lots[] =>
    frame.problem.lines.map((line, index) => add(line.held, lots(BigInt(trades[index] ?? 0))));
  const confirm = (trades: Float64Array): boolean => judge(frame, lotsOf(trades)).acceptable;
  const candidates = candidatesOf(scoresOf(frame), nodes, confirm);
  const portfolios = [plainest(frame), ...candidates.map(({ trades }) => lotsOf(trades))];
  return choose(portfolios.map((counts) => judge(frame, counts)).filter((verdict) => verdict.acceptable));
}
