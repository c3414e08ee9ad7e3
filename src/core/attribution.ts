// Why a position stays off its target: the rule that bound it, cash, or rounding to whole lots.

import type { Entry } from './entry.ts';
import type { Problem, Solution } from './lots.ts';
import type { HeldBack } from './plan.ts';
import {
  absolute,
  add,
  compare,
  decimal,
  isLess,
  isMore,
  isPositive,
  isZero,
  type Lots,
  lots,
  type Money,
  NO_LOTS,
  negate,
  raw,
  subtract,
  times,
} from './units.ts';

/** Every lot of difference that has a cause worth naming. A rounding of less than a lot has none. */
export function attribute(entries: readonly Entry[], problem: Problem, solution: Solution): HeldBack[] {
  const left = subtract(worstCash(problem, solution), problem.cashFloor);
  return entries.flatMap((entry, index) => {
    const after = solution.lots[index] ?? entry.line.held;
    const cause = causeOf(entry, after, left);
    return cause ? [{ ticker: entry.holding.ticker, ...cause }] : [];
  });
}

function causeOf(entry: Entry, after: Lots, cashLeft: Money): Omit<HeldBack, 'ticker'> | null {
  const { range, line } = entry;
  const frozen = range.minBy !== null && range.minBy === range.maxBy;
  if (frozen && range.minBy) return { rule: range.minBy.rule, detail: range.minBy.detail };
  const ideal = nearestLots(entry);
  const isOneLotAway = raw(absolute(subtract(after, ideal))) >= 1n;
  if (isLess(ideal, after) && compare(after, range.min) === 0 && range.minBy) {
    return { rule: range.minBy.rule, detail: range.minBy.detail };
  }
  if (isMore(ideal, after) && compare(after, range.max) === 0 && range.maxBy) {
    return { rule: range.maxBy.rule, detail: range.maxBy.detail };
  }
  if (isMore(ideal, after) && isLess(cashLeft, add(line.lotValue, line.buyReserve))) {
    return { rule: 'cash', detail: `one more lot needs ${decimal(add(line.lotValue, line.buyReserve))} RUB` };
  }
  const nothing = isZero(after) && isPositive(entry.target);
  if (!nothing && (!isOneLotAway || isLess(offTarget(entry, after), line.lotValue))) return null;
  const detail = `one lot is ${decimal(line.lotValue)} RUB, the target is ${decimal(entry.target)} RUB`;
  return { rule: 'rounding', detail };
}

function nearestLots({ target, line }: Entry): Lots {
  const wanted = raw(subtract(target, line.odd));
  if (wanted <= 0n) return NO_LOTS;
  return lots((wanted + raw(line.lotValue) / 2n) / raw(line.lotValue));
}

const offTarget = ({ target, line }: Entry, after: Lots): Money =>
  absolute(subtract(add(times(line.lotValue, after), line.odd), target));

/** Spendable RUB after the plan if every order costs its reserve. */
function worstCash(problem: Problem, solution: Solution): Money {
  return problem.lines.reduce(
    (cash, line, index) => {
      const change = subtract(solution.lots[index] ?? line.held, line.held);
      if (isPositive(change)) return subtract(cash, times(add(line.lotValue, line.buyReserve), change));
      return add(cash, times(subtract(line.lotValue, line.sellReserve), negate(change)));
    },
    subtract(problem.cash, problem.blockedCash),
  );
}
