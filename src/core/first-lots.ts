// `min_one_lot`, the first lot: a positive target that would get nothing is given one lot.
// Requires: a solved plan. Guarantees: paid from cash and the sells of that plan only; no other sell is added or enlarged.

import { inProportion } from './bounds/keep-one-lot.ts';
import type { Entry } from './entry.ts';
import type { Line, Problem, Solution } from './lots.ts';
import { solveLots } from './lots.ts';
import type { HeldBack } from './plan.ts';
import {
  add,
  compare,
  isLess,
  isPositive,
  isZero,
  kopecks,
  kopecksUp,
  larger,
  lots,
  lotsUpTo,
  type Money,
  smaller,
  subtract,
  times,
  total,
} from './units.ts';

export interface FirstLots {
  readonly problem: Problem;
  readonly solution: Solution;
  readonly heldBack: readonly HeldBack[];
}

export function addFirstLots(
  entries: readonly Entry[],
  problem: Problem,
  base: Solution,
  equity: Money,
): FirstLots {
  const unchanged = { problem, solution: base, heldBack: [] };
  if (!base.feasible) return unchanged;
  const firsts = entries
    .map((entry, index) => ({ entry, index, planned: base.lots[index] ?? entry.line.held }))
    .filter(({ entry, index }) => wantsFirstLot(entry, problem.lines[index] ?? entry.line, equity));
  const granted = firsts.filter(({ planned }) => isPositive(planned));
  const wanting = firsts
    .filter(({ planned }) => isZero(planned))
    .sort(
      (a, b) =>
        compare(firstCost(a.entry), firstCost(b.entry)) || (a.entry.line.name < b.entry.line.name ? -1 : 1),
    );
  if (wanting.length === 0) return unchanged;

  let budget = subtract(spendable(problem, base), total(granted.map(({ entry }) => firstCost(entry))));
  const chosen = new Set(granted.map(({ index }) => index));
  const heldBack: HeldBack[] = [];
  for (const { entry, index } of wanting) {
    const cost = firstCost(entry);
    if (isLess(budget, cost)) {
      const detail = `its first lot needs ${kopecksUp(cost)} RUB, ${kopecks(budget)} RUB is left for first lots`;
      heldBack.push({ ticker: entry.holding.ticker, rule: 'cash', detail });
    } else {
      chosen.add(index);
      budget = subtract(budget, cost);
    }
  }
  if (chosen.size === granted.length) return { ...unchanged, heldBack };
  const lines = problem.lines.map((line, index) => withFirstLot(line, base.lots[index], chosen.has(index)));
  const widened = { ...problem, lines };
  const solution = solveLots(widened);
  return solution.feasible ? { problem: widened, solution, heldBack } : { ...unchanged, heldBack };
}

/** Has none and is to have one; what the plan buys of its own accord must not lose its first lot to another's. */
function wantsFirstLot({ target }: Entry, line: Line, equity: Money): boolean {
  return isZero(line.held) && isPositive(line.max) && inProportion(line.lotValue, target, equity);
}

const firstCost = (entry: Entry): Money => add(entry.line.lotValue, entry.line.buyReserve);

/** Cash above the floor once the plan's sells are paid out and nothing is bought. */
function spendable(problem: Problem, base: Solution): Money {
  const free = subtract(subtract(problem.cash, problem.blockedCash), problem.cashFloor);
  return problem.lines.reduce((sum, line, index) => {
    const planned = base.lots[index] ?? line.held;
    if (!isLess(planned, line.held)) return sum;
    return add(sum, times(subtract(line.lotValue, line.sellReserve), subtract(line.held, planned)));
  }, free);
}

/** A chosen line buys one; every other sells at most what the plan sold anyway, or what it has above its own target. */
function withFirstLot(line: Line, planned: Line['held'] | undefined, chosen: boolean): Line {
  if (chosen) return { ...line, min: lots(1n) };
  const sold = smaller(planned ?? line.held, lotsUpTo(line.target, line.odd, line.lotValue));
  return { ...line, min: larger(line.min, smaller(line.held, sold)) };
}
