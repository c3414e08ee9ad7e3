// What a portfolio is worth as an answer: its objective, whether it may be given, and what ranks it in a tie.
// Guarantees: exact; nothing that decides between portfolios comes from anywhere else.

import {
  absolute,
  add,
  isLess,
  isMore,
  isNegative,
  type Lots,
  larger,
  type Money,
  NO_MONEY,
  raw,
  smaller,
  subtract,
} from '../units.ts';
import { type Account, accountOf, type Frame, worthOf } from './frame.ts';

export interface Verdict {
  readonly lots: readonly Lots[];
  readonly objective: Money;
  /** Worst-case spendable RUB less the floor. */
  readonly slack: Money;
  /** Sum of squared differences from the targets, cash included (nano-rubles squared). */
  readonly squares: bigint;
  readonly orders: number;
  readonly turnover: Money;
  /** Inside the floor and the overshoot rule. */
  readonly acceptable: boolean;
}

/** Judges a portfolio; `counts` has one entry per line. */
export function judge(frame: Frame, counts: readonly Lots[]): Verdict {
  const { problem } = frame;
  const after = accountOf(problem, counts);
  const reach = add(frame.costliest, after.fees);
  const cashGap = subtract(after.cash, problem.cashTarget);
  let objective = add(absolute(cashGap), after.fees);
  let squares = raw(cashGap) ** 2n;
  let inside = !isNegative(after.slack) && cashInside(frame, after, reach);
  problem.lines.forEach((line, index) => {
    const count = counts[index] ?? line.held;
    const gap = subtract(worthOf(line, count), line.target);
    objective = add(objective, absolute(gap));
    squares += raw(gap) ** 2n;
    const start = subtract(worthOf(line, frame.nearest[index] ?? line.held), line.target);
    const tooLow = !frame.covering && isLess(gap, subtract(smaller(start, NO_MONEY), reach));
    inside &&= !tooLow && !isMore(gap, add(larger(start, NO_MONEY), reach));
  });
  return {
    lots: counts,
    objective,
    slack: after.slack,
    squares,
    orders: after.orders,
    turnover: after.turnover,
    acceptable: inside,
  };
}

/**
 * Cash keeps the overshoot rule, but for what covers the floor. Upwards that is cash at worst, all reserves spent: a
 * reserve that turns out not to be needed is no overshoot.
 */
function cashInside(frame: Frame, after: Account, reach: Money): boolean {
  const { cashTarget, blockedCash, cashFloor } = frame.problem;
  const starts = [frame.cashNow, frame.cashForced];
  const lowest = subtract(starts.reduce(smaller<Money>, cashTarget), reach);
  if (isLess(after.cash, lowest)) return false;
  const highest = add(starts.reduce(larger<Money>, cashTarget), reach);
  const atWorst = add(after.slack, add(blockedCash, cashFloor));
  return !isMore(atWorst, highest) || (frame.covering && !isMore(after.slack, reach));
}
