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
  larger,
  lots,
  type Money,
  money,
  NO_LOTS,
  NO_MONEY,
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
  const afterOf = (entry: Entry, index: number): Lots => solution.lots[index] ?? entry.line.held;
  const tied = entries.filter((entry, index) => isTied(entry, afterOf(entry, index)));
  const cash: CashLeft = {
    left,
    spare: subtract(left, larger(NO_MONEY, problem.cashTarget)),
    tiedIn: tied.map(({ holding }) => holding.ticker),
  };
  return entries.flatMap((entry, index) => {
    const cause = causeOf(entry, afterOf(entry, index), cash, slight);
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

const WARNED_OF: ReadonlySet<string> = new Set([
  'not_tradable',
  'no_price',
  'foreign_order',
  'max_price_jump_percent',
]);

/** One line per instrument that safety, not the owner's rules, keeps as it is. */
export const heldWarnings = (heldBack: readonly HeldBack[]): string[] =>
  heldBack
    .filter(({ rule }) => WARNED_OF.has(rule))
    .map(({ ticker, detail }) => `${ticker} is held: ${detail}`);

interface CashLeft {
  /** Above the floor, after the plan. */
  readonly left: Money;
  /** Above RUB's own target as well. */
  readonly spare: Money;
  /** Instruments whose surplus may not be sold. */
  readonly tiedIn: readonly string[];
}

/** More than its target, by a lot at least, because a rule forbids the sale. */
const isTied = (entry: Entry, after: Lots): boolean =>
  entry.range.minBy !== null &&
  compare(after, entry.range.min) === 0 &&
  isLess(nearestLots(entry), after) &&
  !isLess(offTarget(entry, after), entry.line.lotValue);

function causeOf(entry: Entry, after: Lots, cash: CashLeft, slight: Money): Omit<HeldBack, 'ticker'> | null {
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
  if (isMore(ideal, after)) {
    const detail = shortOfCash(cost, cash, !isLess(off, line.lotValue));
    if (detail !== null) return { rule: 'cash', detail };
  }
  if (isLess(ideal, after) && !isLess(off, line.lotValue)) {
    return { rule: 'cash', detail: 'selling more of it would pay for no purchase' };
  }
  const detail = `one lot is ${kopecks(line.lotValue)} RUB, the target is ${kopecks(entry.target)} RUB`;
  return { rule: 'rounding', detail };
}

/** What is missing for one more lot; `null` where money is no reason. */
function shortOfCash(cost: Money, { left, spare, tiedIn }: CashLeft, byALot: boolean): string | null {
  const tied =
    byALot && tiedIn.length > 0 ? `the money is in what may not be sold: ${tiedIn.join(', ')}` : null;
  const needs = `one more lot needs ${kopecks(cost)} RUB`;
  if (isLess(left, cost)) {
    const missing = `${needs}, ${kopecks(left)} RUB is left`;
    return tied === null ? missing : `${tied}; ${missing}`;
  }
  if (!byALot || !isLess(spare, cost)) return null;
  return tied ?? `${needs}, and what is left is RUB's own share`;
}

function nearestLots({ target, line }: Entry): Lots {
  const wanted = raw(subtract(target, line.odd));
  if (wanted <= 0n) return NO_LOTS;
  return lots((wanted + raw(line.lotValue) / 2n) / raw(line.lotValue));
}

const offTarget = ({ target, line }: Entry, after: Lots): Money =>
  absolute(subtract(add(times(line.lotValue, after), line.odd), target));
