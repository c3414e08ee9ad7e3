// What a portfolio is worth as an answer, in exact money: its objective, whether it may be given, its rank in a tie.
// Guarantees: everything that decides between portfolios is computed here, from bigint amounts alone.

import type { Line, Problem } from '../lots.ts';
import {
  absolute,
  add,
  compare,
  isLess,
  isMore,
  isNegative,
  isPositive,
  isZero,
  type Lots,
  larger,
  type Money,
  NO_MONEY,
  negate,
  raw,
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
  /** The bounds force nothing and cash can reach its target above the floor. */
  readonly usual: boolean;
}

export interface Verdict {
  readonly lots: readonly Lots[];
  readonly objective: Money;
  readonly fees: Money;
  /** Worst-case spendable RUB less the floor. */
  readonly slack: Money;
  /** Sum of squared differences from the targets, cash included (nano-rubles squared). */
  readonly squares: bigint;
  readonly orders: number;
  readonly turnover: Money;
  /** Inside the floor and the overshoot rule. */
  readonly acceptable: boolean;
}

/** Odd pieces included. */
const worthOf = (line: Line, count: Lots): Money => add(line.odd, times(line.lotValue, count));

const clamp = (count: Lots, line: Line): Lots => smaller(larger(count, line.min), line.max);

export function makeFrame(problem: Problem): Frame {
  const nearest = problem.lines.map((line) => clamp(line.held, line));
  const costliest = problem.lines
    .filter((line) => isLess(line.min, line.held) || isMore(line.max, line.held))
    .reduce((most, line) => larger(most, line.lotValue), NO_MONEY);
  const forced = account(problem, nearest);
  const slackNow = subtract(subtract(problem.cash, problem.blockedCash), problem.cashFloor);
  return {
    problem,
    nearest,
    costliest,
    cashNow: problem.cash,
    cashForced: forced.cash,
    covering: isNegative(slackNow) || isNegative(forced.slack),
    usual: forced.orders === 0 && !isLess(problem.cashTarget, add(problem.cashFloor, problem.blockedCash)),
  };
}

interface Account {
  readonly cash: Money;
  readonly slack: Money;
  readonly fees: Money;
  readonly turnover: Money;
  readonly orders: number;
}

/** Cash, worst-case slack and cost of trading to `counts`. */
function account(problem: Problem, counts: readonly Lots[]): Account {
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

/** Judges a portfolio; `counts` has one entry per line. */
export function judge(frame: Frame, counts: readonly Lots[]): Verdict {
  const { problem } = frame;
  const after = account(problem, counts);
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
    const [below, above] = [add(excess(frame, negate(start)), reach), add(excess(frame, start), reach)];
    inside &&= !isMore(gap, above) && (frame.covering || !isMore(negate(gap), below));
  });
  return {
    lots: counts,
    objective,
    fees: after.fees,
    slack: after.slack,
    squares,
    orders: after.orders,
    turnover: after.turnover,
    acceptable: inside,
  };
}

/**
 * From how far past its target the overshoot rule counts, for a line that is `start` past it (negative: short of it). In the
 * usual case what is past by up to the costliest lot counts from the target, so that a look at the result starts from
 * the same limits and wants nothing more.
 */
export function excess(frame: Frame, start: Money): Money {
  const counted = frame.usual ? frame.costliest : NO_MONEY;
  return isMore(start, counted) ? start : NO_MONEY;
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

/** Lots that raise the most worst-case cash: sells all it may where that pays, buys only what it must. */
export const raisingMost = (problem: Problem): readonly Lots[] =>
  problem.lines.map((line) =>
    isLess(line.sellReserve, line.lotValue)
      ? smaller(line.min, clamp(line.held, line))
      : clamp(line.held, line),
  );

/**
 * The one to take: least objective, and among those within 0.1 % of it the fewest orders, the least sum of squares,
 * the least turnover, then the fewest lots line by line in the order given.
 * Requires: acceptable verdicts, at least one.
 */
export function choose(verdicts: readonly Verdict[]): Verdict | null {
  const least = verdicts.reduce<Money | null>(
    (low, each) => (low === null ? each.objective : smaller(low, each.objective)),
    null,
  );
  if (least === null) return null;
  const tied = verdicts.filter((each) => raw(each.objective) * 1000n <= raw(least) * 1001n);
  return tied.reduce((best, each) => (precedes(each, best) ? each : best));
}

function precedes(a: Verdict, b: Verdict): boolean {
  if (a.orders !== b.orders) return a.orders < b.orders;
  if (a.squares !== b.squares) return a.squares < b.squares;
  const turnover = compare(a.turnover, b.turnover);
  if (turnover !== 0) return turnover < 0;
  for (const [index, count] of a.lots.entries()) {
    const order = compare(count, b.lots[index] ?? count);
    if (order !== 0) return order < 0;
  }
  return false;
}
