// Why a position that no rule holds is not at its nearest lots: the money is not there, or lots are whole.

import { type Entry, nearestLots } from './entry.ts';
import type { Problem, Solution } from './lots.ts';
import type { Cause } from './plan.ts';
import { worthOf } from './solver/frame.ts';
import {
  absolute,
  add,
  compare,
  isLess,
  isMore,
  isPositive,
  kopecks,
  type Lots,
  larger,
  type Money,
  NO_MONEY,
  subtract,
} from './units.ts';
import { worstCash } from './worst-cash.ts';

export interface CashLeft {
  /** Above the floor, after the plan. */
  readonly left: Money;
  /** Above RUB's own target as well. */
  readonly spare: Money;
  /** Instruments whose surplus may not be sold. */
  readonly tiedIn: readonly string[];
}

export function cashLeft(entries: readonly Entry[], problem: Problem, solution: Solution): CashLeft {
  const left = subtract(worstCash(problem, solution), problem.cashFloor);
  const tied = entries.filter((entry, index) => isTied(entry, solution.lots[index] ?? entry.line.held));
  return {
    left,
    spare: subtract(left, larger(NO_MONEY, problem.cashTarget)),
    tiedIn: tied.map(({ holding }) => holding.ticker),
  };
}

/** Where rules would let it end at `wanted` lots and the plan ends at `after`. */
export function cashCause(entry: Entry, wanted: Lots, after: Lots, cash: CashLeft): Omit<Cause, 'lots'> {
  const { line, target } = entry;
  const byALot = !isLess(offTarget(entry, after), line.lotValue);
  if (isMore(after, wanted) && byALot)
    return { rule: 'cash', detail: 'selling more of it would pay for no purchase' };
  if (!isMore(after, wanted)) {
    const missing = byALot ? subtract(target, worthOf(line, after)) : NO_MONEY;
    const detail = shortOfCash(add(line.lotValue, line.buyReserve), cash, missing);
    if (detail !== null) return { rule: 'cash', detail };
  }
  const detail = `one lot is ${kopecks(line.lotValue)} RUB, the target is ${kopecks(target)} RUB`;
  return { rule: 'rounding', detail };
}

/** Lots nearest to the plan's target, whatever this iteration aims at. */
export const idealLots = ({ line, target }: Entry): Lots => nearestLots({ ...line, target });

/** More than its target, by a lot at least, because a rule forbids the sale. */
const isTied = (entry: Entry, after: Lots): boolean =>
  entry.range.minBy !== null &&
  compare(after, entry.range.min) === 0 &&
  isLess(idealLots(entry), after) &&
  !isLess(offTarget(entry, after), entry.line.lotValue);

const offTarget = ({ target, line }: Entry, after: Lots): Money =>
  absolute(subtract(worthOf(line, after), target));

/**
 * What is missing for one more lot, or for all that it is short of; `null` where money is no reason.
 * @param missing to its target, a lot at least; else zero
 */
function shortOfCash(cost: Money, { left, spare, tiedIn }: CashLeft, missing: Money): string | null {
  const byALot = isPositive(missing);
  const tied =
    byALot && tiedIn.length > 0 ? `the money is in what may not be sold: ${tiedIn.join(', ')}` : null;
  const needs = `one more lot needs ${kopecks(cost)} RUB`;
  if (isLess(left, cost)) {
    const short = `${needs}, ${kopecks(left)} RUB is left`;
    return tied === null ? short : `${tied}; ${short}`;
  }
  if (!byALot || !isLess(spare, missing)) return null;
  if (isLess(spare, cost)) return tied ?? `${needs}, and what is left is RUB's own share`;
  return tied ?? `${kopecks(missing)} RUB are missing to its target, ${kopecks(spare)} RUB is to spare`;
}
