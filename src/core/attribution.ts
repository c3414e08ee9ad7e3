// Why a position stays off its target: the rule that bound it, cash, or rounding to whole lots.

import type { BoundContext, BoundRule } from './bounds/bound.ts';
import type { Entry } from './entry.ts';
import type { Problem, Solution } from './lots.ts';
import type { HeldBack } from './plan.ts';
import { usablePrice } from './portfolio.ts';
import {
  absolute,
  add,
  compare,
  isLess,
  isMore,
  isPositive,
  isZero,
  kopecks,
  type Lots,
  lots,
  type Money,
  money,
  NO_LOTS,
  raw,
  subtract,
  times,
} from './units.ts';
import { worstCash } from './worst-cash.ts';

/** Differences that cash or rounding leaves are named from this part of the total on; a rule's are always named. */
const WORTH_NAMING = 1000n;

/** Every position that a rule, cash or rounding keeps off its target by more than a lot and a thousandth of the total. */
export function attribute(
  entries: readonly Entry[],
  problem: Problem,
  solution: Solution,
  equity: Money,
): HeldBack[] {
  const slight = money(raw(equity) / WORTH_NAMING);
  const left = subtract(worstCash(problem, solution), problem.cashFloor);
  return entries.flatMap((entry, index) => {
    const after = solution.lots[index] ?? entry.line.held;
    const cause = causeOf(entry, after, left, slight);
    return cause ? [{ ticker: entry.holding.ticker, ...cause }] : [];
  });
}

/** What has no price at all has no line: its cause is the first safety rule that holds it. */
export function attributeUnpriced(context: BoundContext, rules: readonly BoundRule[]): HeldBack[] {
  const unpriced = context.balanced.filter((holding) => usablePrice(holding) === null);
  if (unpriced.length === 0) return [];
  const bounds = rules.flatMap((rule) => rule(context));
  return unpriced.flatMap(({ ticker }) => {
    const bound = bounds.find((each) => each.ticker === ticker);
    return bound ? [{ ticker, rule: bound.rule, detail: bound.detail }] : [];
  });
}

function causeOf(entry: Entry, after: Lots, cashLeft: Money, slight: Money): Omit<HeldBack, 'ticker'> | null {
  const { range, line } = entry;
  const frozen = range.minBy !== null && range.minBy === range.maxBy;
  if (frozen && range.minBy) return { rule: range.minBy.rule, detail: range.minBy.detail };
  const ideal = nearestLots(entry);
  if (isLess(ideal, after) && compare(after, range.min) === 0 && range.minBy) {
    return { rule: range.minBy.rule, detail: range.minBy.detail };
  }
  if (isMore(ideal, after) && compare(after, range.max) === 0 && range.maxBy) {
    return { rule: range.maxBy.rule, detail: range.maxBy.detail };
  }
  const nothing = isZero(after) && isPositive(entry.target);
  const off = offTarget(entry, after);
  if (!nothing && (isLess(off, line.lotValue) || isLess(off, slight))) return null;
  const cost = add(line.lotValue, line.buyReserve);
  if (isMore(ideal, after) && isLess(cashLeft, cost)) {
    return {
      rule: 'cash',
      detail: `one more lot needs ${kopecks(cost)} RUB, ${kopecks(cashLeft)} RUB is left`,
    };
  }
  if (isLess(ideal, after) && !isLess(off, line.lotValue)) {
    return { rule: 'cash', detail: 'selling more of it would pay for no purchase' };
  }
  const detail = `one lot is ${kopecks(line.lotValue)} RUB, the target is ${kopecks(entry.target)} RUB`;
  return { rule: 'rounding', detail };
}

function nearestLots({ target, line }: Entry): Lots {
  const wanted = raw(subtract(target, line.odd));
  if (wanted <= 0n) return NO_LOTS;
  return lots((wanted + raw(line.lotValue) / 2n) / raw(line.lotValue));
}

const offTarget = ({ target, line }: Entry, after: Lots): Money =>
  absolute(subtract(add(times(line.lotValue, after), line.odd), target));
