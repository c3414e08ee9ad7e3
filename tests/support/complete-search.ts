// The solver's second oracle, sharing no code with it: a complete search for anything better than a given objective.
// Guarantees: portfolios are judged in bigint; doubles only prune, with a margin for rounding, and only by bounds that hold at
// any price: each line decides for itself what it costs at a price of cash and a price of the floor.

import type { Line, Problem } from '../../src/core/lots.ts';
import { raw } from '../../src/core/units.ts';
import { type Judged, judgeExactly } from './exact-lots.ts';

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
