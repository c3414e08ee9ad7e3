// The solver's judge and its first oracle, sharing no code with it: what a portfolio is worth by the contract, and the best
// of all portfolios where there are few enough to try each one. All in bigint.

import type { Line, Problem } from '../../src/core/lots.ts';
import { raw } from '../../src/core/units.ts';

/** Amounts in nano-rubles, lots per line. */
export interface Judged {
  readonly lots: readonly bigint[];
  readonly objective: bigint;
  /** Worst-case spendable cash less the floor. */
  readonly slack: bigint;
  readonly cash: bigint;
  readonly fees: bigint;
  readonly orders: number;
  readonly squares: bigint;
  readonly turnover: bigint;
}

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const ascending = (amounts: readonly bigint[]): bigint[] => amounts.toSorted((a, b) => (a < b ? -1 : 1));
const lesser = (...amounts: readonly bigint[]): bigint => ascending(amounts)[0]!;
const greater = (...amounts: readonly bigint[]): bigint => ascending(amounts).at(-1)!;

/** What a portfolio is worth, by the formulas of the contract. */
export function judgeExactly(problem: Problem, lots: readonly bigint[]): Judged {
  let cash = raw(problem.cash);
  let slack = cash - raw(problem.blockedCash) - raw(problem.cashFloor);
  let [fees, turnover, gaps, squares, orders] = [0n, 0n, 0n, 0n, 0];
  problem.lines.forEach((line, index) => {
    const count = lots[index]!;
    const d = count - raw(line.held);
    const value = raw(line.lotValue);
    fees += size(d) * raw(line.fee);
    turnover += size(d) * value;
    cash -= d * value + size(d) * raw(line.fee);
    slack -= d > 0n ? d * (value + raw(line.buyReserve)) : d * (value - raw(line.sellReserve));
    const gap = raw(line.odd) + count * value - raw(line.target);
    gaps += size(gap);
    squares += gap * gap;
    if (d !== 0n) orders += 1;
  });
  const cashGap = cash - raw(problem.cashTarget);
  const objective = gaps + size(cashGap) + fees;
  return { lots, objective, slack, cash, fees, orders, squares: squares + cashGap * cashGap, turnover };
}

const clamped = (line: Line): bigint => {
  return lesser(greater(raw(line.held), raw(line.min)), raw(line.max));
};

export const nothingDone = (problem: Problem): Judged => judgeExactly(problem, problem.lines.map(clamped));

/** Names of the lines (`cash` included) that break the overshoot rule; empty where it is kept. */
export function overshoots(problem: Problem, after: Judged): string[] {
  const forced = nothingDone(problem);
  const lots = problem.lines.filter(
    (line) => raw(line.min) < raw(line.held) || raw(line.max) > raw(line.held),
  );
  const costliest = greater(0n, ...lots.map((line) => raw(line.lotValue)));
  const reach = costliest + after.fees;
  const spendableNow = raw(problem.cash) - raw(problem.blockedCash) - raw(problem.cashFloor);
  const covering = spendableNow < 0n || forced.slack < 0n;
  const names: string[] = [];
  problem.lines.forEach((line, index) => {
    const worth = (count: bigint): bigint => raw(line.odd) + count * raw(line.lotValue);
    const [before, target, now] = [worth(clamped(line)), raw(line.target), worth(after.lots[index]!)];
    if (!covering && now < lesser(before, target) - reach) names.push(line.name);
    if (now > greater(before, target) + reach) names.push(line.name);
  });
  const starts = [raw(problem.cash), forced.cash, raw(problem.cashTarget)];
  const least = lesser(...starts) - reach;
  const most = greater(...starts) + reach;
  const atWorst = after.slack + raw(problem.blockedCash) + raw(problem.cashFloor);
  if (after.cash < least || (atWorst > most && !(covering && after.slack <= reach))) names.push('cash');
  return names;
}

export interface Exhausted {
  readonly feasible: boolean;
  /** Least objective among what may be given; the one to give by the tie rule. `null` where nothing may. */
  readonly least: bigint | null;
  readonly best: Judged | null;
  /** Most worst-case cash there is. */
  readonly mostSlack: bigint;
}

/** Tries every portfolio inside the bounds. */
export function exhaust(problem: Problem): Exhausted {
  const all: Judged[] = [];
  const lots: bigint[] = [];
  const visit = (index: number): void => {
    const line = problem.lines[index];
    if (line === undefined) {
      all.push(judgeExactly(problem, [...lots]));
      return;
    }
    for (let count = raw(line.min); count <= raw(line.max); count += 1n) {
      lots[index] = count;
      visit(index + 1);
    }
  };
  visit(0);
  const mostSlack = all.reduce((most, each) => greater(most, each.slack), all[0]!.slack);
  const allowed = all.filter((each) => each.slack >= 0n && overshoots(problem, each).length === 0);
  if (allowed.length === 0) return { feasible: mostSlack >= 0n, least: null, best: null, mostSlack };
  const least = allowed.reduce((low, each) => lesser(low, each.objective), allowed[0]!.objective);
  const tied = allowed.filter((each) => each.objective * 1000n <= least * 1001n);
  const best = tied.reduce((a, b) => (ranksBefore(b, a) ? b : a));
  return { feasible: true, least, best, mostSlack };
}

function ranksBefore(a: Judged, b: Judged): boolean {
  if (a.orders !== b.orders) return a.orders < b.orders;
  if (a.squares !== b.squares) return a.squares < b.squares;
  return a.turnover < b.turnover;
}
