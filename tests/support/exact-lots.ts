// Two oracles for the solver, sharing no code with it: every portfolio tried (small ranges), and a complete search for
// anything better than a given objective.
// Guarantees: amounts are judged in bigint; the doubles of the complete search only prune, with a margin for rounding.

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
const lesser = (...amounts: readonly bigint[]): bigint => amounts.toSorted((a, b) => (a < b ? -1 : 1))[0]!;
const greater = (...amounts: readonly bigint[]): bigint => amounts.toSorted((a, b) => (a > b ? -1 : 1))[0]!;

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
  const held = raw(line.held);
  if (held < raw(line.min)) return raw(line.min);
  return held > raw(line.max) ? raw(line.max) : held;
};

export const nothingDone = (problem: Problem): Judged => judgeExactly(problem, problem.lines.map(clamped));

/** Names of the lines (`cash` included) that break the overshoot rule; empty where it is kept. */
export function overshoots(problem: Problem, after: Judged): string[] {
  const forced = nothingDone(problem);
  const lots = problem.lines.filter(
    (line) => raw(line.min) < raw(line.held) || raw(line.max) > raw(line.held),
  );
  const costliest = lots.reduce((most, line) => (raw(line.lotValue) > most ? raw(line.lotValue) : most), 0n);
  const reach = costliest + after.fees;
  const spendableNow = raw(problem.cash) - raw(problem.blockedCash) - raw(problem.cashFloor);
  const covering = spendableNow < 0n || forced.slack < 0n;
  const names: string[] = [];
  problem.lines.forEach((line, index) => {
    const worth = (count: bigint): bigint => raw(line.odd) + count * raw(line.lotValue);
    const [before, target, now] = [worth(clamped(line)), raw(line.target), worth(after.lots[index]!)];
    if (!covering && now < (before < target ? before : target) - reach) names.push(line.name);
    if (now > (before > target ? before : target) + reach) names.push(line.name);
  });
  const starts = [raw(problem.cash), forced.cash, raw(problem.cashTarget)];
  const least = starts.reduce((a, b) => (a < b ? a : b)) - reach;
  const most = starts.reduce((a, b) => (a > b ? a : b)) + reach;
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
  const mostSlack = all.reduce((most, each) => (each.slack > most ? each.slack : most), all[0]!.slack);
  const allowed = all.filter((each) => each.slack >= 0n && overshoots(problem, each).length === 0);
  if (allowed.length === 0) return { feasible: mostSlack >= 0n, least: null, best: null, mostSlack };
  const least = allowed.reduce(
    (low, each) => (each.objective < low ? each.objective : low),
    allowed[0]!.objective,
  );
  const tied = allowed.filter((each) => each.objective * 1000n <= least * 1001n);
  const best = tied.reduce((a, b) => (ranksBefore(b, a) ? b : a));
  return { feasible: true, least, best, mostSlack };
}

function ranksBefore(a: Judged, b: Judged): boolean {
  if (a.orders !== b.orders) return a.orders < b.orders;
  if (a.squares !== b.squares) return a.squares < b.squares;
  return a.turnover < b.turnover;
}

// ---- the complete search

interface Bend {
  readonly lot: number;
  readonly fee: number;
  readonly up: number;
  readonly down: number;
  readonly gap: number;
  readonly low: number;
  readonly high: number;
  readonly place: number;
  readonly bends: readonly number[];
}

const cost = (line: Bend, d: number): number => Math.abs(line.gap + line.lot * d) + line.fee * Math.abs(d);
const spend = (line: Bend, d: number): number => line.lot * d + line.fee * Math.abs(d);
const drain = (line: Bend, d: number): number => (d > 0 ? d * line.up : d * line.down);

interface Hunt {
  readonly problem: Problem;
  readonly lines: readonly Bend[];
  readonly trades: bigint[];
  readonly margin: number;
  best: Judged | null;
  upper: bigint;
  nodes: number;
}

/**
 * The best portfolio (bounds and floor kept, no other rule) whose objective is below `upper`, `null` where there is none.
 * @throws where it needs more than `most` nodes: it never answers without having looked everywhere.
 */
export function betterThan(problem: Problem, upper: bigint, most = 300_000): Judged | null {
  const lines = problem.lines.map(bendsOf).sort((a, b) => b.lot - a.lot || a.place - b.place);
  const scale = lines.reduce(
    (sum, line) => sum + Math.abs(line.gap) + line.lot,
    Math.abs(Number(raw(problem.cash))),
  );
  const hunt: Hunt = {
    problem,
    lines,
    trades: problem.lines.map(() => 0n),
    margin: scale * 1e-11,
    best: null,
    upper,
    nodes: most,
  };
  const slack = raw(problem.cash) - raw(problem.blockedCash) - raw(problem.cashFloor);
  hunting(hunt, 0, 0, Number(raw(problem.cash) - raw(problem.cashTarget)), Number(slack));
  return hunt.best;
}

/** A proven lower bound of the objective, without overshoot rule. */
export function provenBound(problem: Problem): number {
  const lines = problem.lines.map(bendsOf);
  const slack = raw(problem.cash) - raw(problem.blockedCash) - raw(problem.cashFloor);
  return boundFrom(lines, 0, 0, Number(raw(problem.cash) - raw(problem.cashTarget)), Number(slack));
}

function bendsOf(line: Line, place: number): Bend {
  const [lot, low, high] = [
    raw(line.lotValue),
    raw(line.min) - raw(line.held),
    raw(line.max) - raw(line.held),
  ];
  const gap = raw(line.odd) + raw(line.held) * lot - raw(line.target);
  const zero = Number(-gap) / Number(lot);
  const bends = [
    Number(low),
    Number(high),
    0,
    Math.floor(zero) - 1,
    Math.floor(zero),
    Math.ceil(zero),
    Math.ceil(zero) + 1,
  ];
  return {
    lot: Number(lot),
    fee: Number(raw(line.fee)),
    up: Number(lot + raw(line.buyReserve)),
    down: Number(lot - raw(line.sellReserve)),
    gap: Number(gap),
    low: Number(low),
    high: Number(high),
    place,
    bends: bends.filter((d) => d >= Number(low) && d <= Number(high)),
  };
}

/** Each line for itself, at a price of cash (`theta`, -1..1) and of the floor (`mu`, 0 or more): never above the truth. */
function separate(lines: readonly Bend[], from: number, theta: number, mu: number): number {
  let sum = 0;
  for (let index = from; index < lines.length; index += 1) {
    const line = lines[index]!;
    let least = Number.POSITIVE_INFINITY;
    for (const d of line.bends) {
      least = Math.min(least, cost(line, d) - theta * spend(line, d) + mu * drain(line, d));
    }
    sum += least;
  }
  return sum;
}

function boundFrom(
  lines: readonly Bend[],
  from: number,
  paid: number,
  cashGap: number,
  slack: number,
): number {
  const at = (theta: number, mu: number): number =>
    paid + theta * cashGap - mu * slack + separate(lines, from, theta, mu);
  const free = peak((theta) => at(theta, 0), -1, 1);
  const tight = peak((mu) => at(1, mu), 0, 4);
  return Math.max(free, tight);
}

/** Largest value of a concave function that a section search comes by; any value it returns is a true one. */
function peak(of: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let best = Math.max(of(a), of(b));
  for (let step = 0; step < 18; step += 1) {
    const [left, right] = [a + (b - a) * 0.45, a + (b - a) * 0.55];
    const [l, r] = [of(left), of(right)];
    best = Math.max(best, l, r);
    if (l < r) a = left;
    else b = right;
  }
  return best;
}

function hunting(hunt: Hunt, level: number, paid: number, cashGap: number, slack: number): void {
  hunt.nodes -= 1;
  if (hunt.nodes < 0) throw new Error('the complete search needs more nodes than it was given');
  const line = hunt.lines[level];
  if (line === undefined) {
    const lots = hunt.problem.lines.map((each, index) => raw(each.held) + hunt.trades[index]!);
    const judged = judgeExactly(hunt.problem, lots);
    if (judged.slack < 0n || judged.objective >= hunt.upper) return;
    [hunt.best, hunt.upper] = [judged, judged.objective];
    return;
  }
  const look = (d: number): number =>
    boundFrom(hunt.lines, level + 1, paid + cost(line, d), cashGap - spend(line, d), slack - drain(line, d));
  const wanted = (bound: number): boolean => bound <= Number(hunt.upper) + hunt.margin;
  const go = (d: number): void => {
    hunt.trades[line.place] = BigInt(d);
    hunting(hunt, level + 1, paid + cost(line, d), cashGap - spend(line, d), slack - drain(line, d));
  };
  // The bound is convex in the trade: below its least point it falls, above it rises.
  const start = bottom(look, line.low, line.high);
  for (let d = start; d <= line.high && wanted(look(d)); d += 1) go(d);
  for (let d = start - 1; d >= line.low && wanted(look(d)); d -= 1) go(d);
}

/** A whole number at which a convex function is least. */
function bottom(of: (d: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  while (a < b) {
    const middle = Math.floor((a + b) / 2);
    if (of(middle) <= of(middle + 1)) b = middle;
    else a = middle + 1;
  }
  return a;
}
