// Why a position that no rule holds is not at its nearest lots: the money is not there, or lots are whole.

import { type Entry, nearestLots } from './entry.ts';
import type { Cause } from './plan.ts';
import { worthOf } from './solver/frame.ts';
import { isCovering } from './steps/moves.ts';
import type { Draft } from './steps/step.ts';
import {
  absolute,
  add,
  compare,
  isLess,
  isMore,
  isPositive,
  kopecks,
  kopecksUp,
  type Lots,
  type Money,
  NO_MONEY,
  smaller,
  subtract,
} from './units.ts';
import { worstCash } from './worst-cash.ts';

export interface CashLeft {
  /** Above the floor, after the plan. */
  readonly left: Money;
  /** Above RUB's own target as well, a debt that is wanted included. */
  readonly spare: Money;
  /** Instruments whose surplus may not be sold. */
  readonly tiedIn: readonly string[];
  /** What else this plan has its money for; `null`: nothing. */
  readonly elsewhere: string | null;
}

export function cashLeft(draft: Draft): CashLeft {
  const { entries, problem, solution } = draft;
  const after = worstCash(problem, solution);
  const left = subtract(after, problem.cashFloor);
  const tied = entries.filter((entry, index) => isTied(entry, solution.lots[index] ?? entry.line.held));
  return {
    left,
    spare: smaller(left, subtract(add(after, problem.blockedCash), problem.cashTarget)),
    tiedIn: tied.map(({ holding }) => holding.ticker),
    elsewhere: elsewhereIn(draft),
  };
}

/** The solver spends what it may: what is over all the same was raised for RUB, or was for purchases that a step took away. */
function elsewhereIn(draft: Draft): string | null {
  if (isCovering(draft)) return 'RUB is brought to its floor first, nothing is bought meanwhile';
  const waiting = draft.entries.filter(({ holding, line, target }, index) =>
    isLess(worthOf(line, draft.solution.lots[index] ?? line.held), target)
      ? draft.heldBack.some(({ ticker, rule }) => ticker === holding.ticker && rule !== 'cash')
      : false,
  );
  if (waiting.length === 0) return null;
  return `the plan's money was for what waits: ${waiting.map(({ holding }) => holding.ticker).join(', ')}`;
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
    const why = detail ?? (byALot ? cash.elsewhere : null);
    if (why !== null) return { rule: 'cash', detail: why };
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
  const needs = `one more lot needs ${kopecksUp(cost)} RUB`;
  if (isLess(left, cost)) {
    const short = `${needs}, ${kopecks(left)} RUB is left`;
    return tied === null ? short : `${tied}; ${short}`;
  }
  if (!byALot || !isLess(spare, missing)) return null;
  if (isLess(spare, cost)) return tied ?? `${needs}, and what is left is RUB's own share`;
  return tied ?? `${kopecksUp(missing)} RUB are missing to its target, ${kopecks(spare)} RUB is to spare`;
}
