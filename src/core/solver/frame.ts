// What every portfolio of one problem is judged against, and what trading to it does to cash, in exact money.

import type { Line, Problem } from '../lots-problem.ts';
import {
  absolute,
  add,
  isLess,
  isMore,
  isNegative,
  isPositive,
  isZero,
  type Lots,
  larger,
  type Money,
  NO_MONEY,
  smaller,
  subtract,
  times,
} from '../units.ts';

/** What the rules compare a portfolio with. */
export interface Frame {
  readonly problem: Problem;
  /** Fewest moves that the bounds allow: what is held, brought inside min..max. */
  readonly nearest: readonly Lots[];
  /** Value of the costliest lot among the lines that can be traded; 0 where none can. */
  readonly costliest: Money;
  readonly cashNow: Money;
  /** Cash once the bounds' forced moves are made. */
  readonly cashForced: Money;
  /** Cash below the floor has to be covered, now or after the forced moves. */
  readonly covering: boolean;
}

/** Lines keep their order. */
export function makeFrame(problem: Problem): Frame {
  const nearest = problem.lines.map((line) => clamp(line.held, line));
  const costliest = problem.lines
    .filter((line) => isLess(line.min, line.held) || isMore(line.max, line.held))
    .reduce((most, line) => larger(most, line.lotValue), NO_MONEY);
  const forced = accountOf(problem, nearest);
  const slackNow = subtract(subtract(problem.cash, problem.blockedCash), problem.cashFloor);
  return {
    problem,
    nearest,
    costliest,
    cashNow: problem.cash,
    cashForced: forced.cash,
    covering: isNegative(slackNow) || isNegative(forced.slack),
  };
}

/** Odd pieces included. */
export const worthOf = (line: Line, count: Lots): Money => add(line.odd, times(line.lotValue, count));

/** As near as the bounds allow. */
export const clamp = (count: Lots, line: Line): Lots => smaller(larger(count, line.min), line.max);

export interface Account {
  /** RUB after trades and fees. */
  readonly cash: Money;
  /** Spendable RUB at worst, all reserves paid, less the floor. */
  readonly slack: Money;
  readonly fees: Money;
  readonly turnover: Money;
  readonly orders: number;
}

/** Cash, worst-case slack and cost of trading to `counts`. */
export function accountOf(problem: Problem, counts: readonly Lots[]): Account {
  let { cash } = problem;
  let slack = subtract(subtract(problem.cash, problem.blockedCash), problem.cashFloor);
  let fees = NO_MONEY;
  let turnover = NO_MONEY;
  let orders = 0;
  problem.lines.forEach((line, index) => {
    const traded = subtract(counts[index] ?? line.held, line.held);
    if (isZero(traded)) return;
    const count = absolute(traded);
    const value = times(line.lotValue, traded);
    const fee = times(line.fee, count);
    const reserve = times(isPositive(traded) ? line.buyReserve : line.sellReserve, count);
    cash = subtract(subtract(cash, value), fee);
    slack = subtract(subtract(slack, value), reserve);
    fees = add(fees, fee);
    turnover = add(turnover, absolute(value));
    orders += 1;
  });
  return { cash, slack, fees, turnover, orders };
}
