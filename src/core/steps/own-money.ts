// What is no collateral is bought with own money only, and so is everything while nothing may be bought on margin: such
// purchases together cost at most own RUB and what the plan's sells bring.
// Guarantees: only their most lots get smaller; the same draft where they can be paid.

import type { BoundContext } from '../bounds/bound.ts';
import type { Entry } from '../entry.ts';
import { type Line, type Problem, type Solution, solveLots } from '../lots.ts';
import { buysOnMargin } from '../own-money.ts';
import {
  add,
  isLess,
  isMore,
  isPositive,
  kopecks,
  type Lots,
  larger,
  lots,
  lotsAffordable,
  type Money,
  NO_LOTS,
  NO_MONEY,
  raw,
  smaller,
  subtract,
  times,
  total,
} from '../units.ts';
import { atMost, notBought } from './at-most.ts';
import type { Draft } from './step.ts';

/** After this many tries what is left over is simply not bought. */
const ROUNDS = 3;

export function ownMoneyOnly(context: BoundContext, draft: Draft): Draft {
  const bound = draft.entries.map(({ holding }) => !buysOnMargin(context, holding));
  if (!bound.some(Boolean) || isPaid(draft, bound, true)) return draft;
  const { problem, solution } = narrowed(draft, bound);
  return {
    ...draft,
    problem,
    solution,
    heldBack: [...draft.heldBack, ...named(context, draft, solution, bound)],
  };
}

type Solved = Pick<Draft, 'problem' | 'solution'>;

const isPaid = ({ problem, solution }: Solved, bound: readonly boolean[], withSells: boolean): boolean =>
  !isMore(costOf(problem, solution, bound), ownMoney(problem, solution, withSells));

/** The plan's sells stay, for these purchases have nothing else to be paid with; unless they then sell for nothing. */
function narrowed(draft: Draft, bound: readonly boolean[]): Solved {
  const { problem, solution } = draft;
  const sold = problem.lines.filter((line, index) => isLess(planned(solution, line, index), line.held));
  const pinned = problem.lines.map((line, index) => {
    const count = planned(solution, line, index);
    return isLess(count, line.held) ? { ...line, max: count } : line;
  });
  const first = narrowedTo({ ...problem, lines: pinned }, solution, bound, true);
  const isGood = first.solution.feasible && isPaid(first, bound, true);
  if (isGood) {
    const left = subtract(
      ownMoney(first.problem, first.solution, true),
      costOf(first.problem, first.solution, bound),
    );
    if (!sold.some((line) => !isLess(left, line.lotValue))) return first;
  }
  const second = asMuchAsIsLeft(draft, bound);
  return isGood && !isMore(first.solution.objective, second.solution.objective) ? first : second;
}

function asMuchAsIsLeft(draft: Draft, bound: readonly boolean[]): Solved {
  let now: Solved = draft;
  for (let round = 0; round < ROUNDS; round += 1) {
    now = narrowedTo(now.problem, now.solution, bound, round < ROUNDS - 1);
    if (isPaid(now, bound, true)) return now;
  }
  const lines = now.problem.lines.map((line, index) => (bound[index] ? notBought(line) : line));
  const problem = { ...now.problem, lines };
  return { problem, solution: solveLots(problem) };
}

function narrowedTo(
  problem: Problem,
  solution: Solution,
  bound: readonly boolean[],
  withSells: boolean,
): Solved {
  const most = affordable(problem, solution, bound, ownMoney(problem, solution, withSells));
  const lines = problem.lines.map((line, index) =>
    bound[index] ? atMost(line, most[index] ?? line.held) : line,
  );
  const less = { ...problem, lines };
  return { problem: less, solution: solveLots(less) };
}

const planned = (solution: Solution, line: Line, index: number): Lots => solution.lots[index] ?? line.held;

/** Own RUB, never less than nothing, and at worst what the planned sells bring. */
function ownMoney({ lines, cash, blockedCash }: Problem, solution: Solution, withSells: boolean): Money {
  const sold = lines.map((line, index) => {
    const count = subtract(line.held, planned(solution, line, index));
    return isPositive(count) ? times(subtract(line.lotValue, line.sellReserve), count) : NO_MONEY;
  });
  const free = subtract(cash, blockedCash);
  return larger(NO_MONEY, withSells ? add(free, total(sold)) : free);
}

/** What the bound purchases cost at worst. */
function costOf({ lines }: Problem, solution: Solution, bound: readonly boolean[]): Money {
  return total(
    lines.map((line, index) => {
      const count = subtract(planned(solution, line, index), line.held);
      return bound[index] && isPositive(count) ? times(add(line.lotValue, line.buyReserve), count) : NO_MONEY;
    }),
  );
}

/** The bound purchases that this much pays: each the same part of what it lacks, what rounding leaves to the first. */
function affordable(
  { lines }: Problem,
  solution: Solution,
  bound: readonly boolean[],
  budget: Money,
): readonly Lots[] {
  const wanted = lines.map((line, index) => {
    const count = subtract(planned(solution, line, index), line.held);
    return bound[index] && isPositive(count) ? count : NO_LOTS;
  });
  const cost = lines.map((line) => add(line.lotValue, line.buyReserve));
  const need = raw(total(cost.map((each, index) => times(each, wanted[index] ?? NO_LOTS))));
  const given = wanted.map((count) => (need === 0n ? NO_LOTS : lots((raw(count) * raw(budget)) / need)));
  let left = subtract(budget, total(cost.map((each, index) => times(each, given[index] ?? NO_LOTS))));
  return lines.map((line, index) => {
    const each = cost[index] ?? line.lotValue;
    const now = given[index] ?? NO_LOTS;
    const more = smaller(lotsAffordable(left, each), subtract(wanted[index] ?? NO_LOTS, now));
    left = subtract(left, times(each, more));
    return add(line.held, add(now, more));
  });
}

function named(
  { exposure }: BoundContext,
  draft: Draft,
  solution: Solution,
  bound: readonly boolean[],
): Draft['heldBack'] {
  const why = exposure.ownMoneyOnly
    ? 'nothing is bought on margin now'
    : 'it is no collateral, so it is bought with own money only';
  return draft.entries.flatMap((entry: Entry, index) => {
    const before = planned(draft.solution, entry.line, index);
    const after = planned(solution, entry.line, index);
    if (!bound[index] || !isLess(after, before)) return [];
    const less = times(entry.line.lotValue, subtract(before, after));
    const detail = `${why}: ${kopecks(less)} RUB less of it than its target asks for`;
    return [{ ticker: entry.holding.ticker, rule: 'margin_trading', detail }];
  });
}
