// Branch and bound over whole lots: line after line, each trade bounded from below by the relaxation of the lines left.
// Requires: levels in the order in which lines are decided. Guarantees: deterministic; stops at its budget of nodes
// with the best found so far; brings back nothing that breaks floor or limits beyond rounding error.

import { boundOf, edgeAt, type Suffix, takenAt, tradeAt } from './relaxation.ts';
import { costOf, drainOf, type ScoreLine, type Scores, spendOf } from './scores.ts';

/** A leaf or a partial portfolio as the search adds it up. */
export interface Tally {
  readonly cost: number;
  readonly cashGap: number;
  readonly slack: number;
  readonly orders: number;
  readonly squares: number;
}

/** What the search is after. */
export interface Goal {
  /** Whether nothing under a node of that bound can be wanted. */
  cut(level: number, bound: number, tally: Tally): boolean;
  /** Whether nothing of that bound can be wanted whatever its tally: ends the walk along a line. */
  hopeless(bound: number): boolean;
  /** Try leaving a line alone before anything else. */
  readonly stillFirst: boolean;
  /** A whole portfolio inside the limits, up to rounding. */
  accept(trades: Float64Array, objective: number, tally: Tally): void;
}

export interface Search {
  readonly scores: Scores;
  readonly levels: readonly (readonly ScoreLine[])[];
  readonly relaxed: readonly (readonly Suffix[])[];
  readonly trades: Float64Array;
  readonly goal: Goal;
  nodes: number;
}

export const startOf = (scores: Scores): Tally => ({
  cost: 0,
  cashGap: scores.cashGap,
  slack: scores.slack,
  orders: 0,
  squares: 0,
});

export function after(tally: Tally, line: ScoreLine, d: number): Tally {
  const gap = line.gap + line.lot * d;
  return {
    cost: tally.cost + costOf(line, d),
    cashGap: tally.cashGap - spendOf(line, d),
    slack: tally.slack - drainOf(line, d),
    orders: tally.orders + (d === 0 ? 0 : 1),
    squares: tally.squares + gap * gap,
  };
}

/** Least objective that any completion of `tally` from `level` on can have. */
export function boundAt(search: Search, level: number, tally: Tally): number {
  let bound = Number.NEGATIVE_INFINITY;
  for (const suffixes of search.relaxed) {
    const suffix = suffixes[level];
    if (suffix) bound = Math.max(bound, boundHere(suffix, tally, search.scores));
  }
  return bound;
}

const boundHere = (suffix: Suffix, tally: Tally, scores: Scores): number =>
  suffix.resource === 'cash'
    ? tally.cost + boundOf(suffix, tally.cashGap, scores)
    : tally.cost + tally.cashGap + boundOf(suffix, tally.slack, scores);

/** The relaxation that says most at this node. */
function tightest(search: Search, level: number, tally: Tally): Suffix | undefined {
  let [best, most]: [Suffix | undefined, number] = [undefined, Number.NEGATIVE_INFINITY];
  for (const suffixes of search.relaxed) {
    const suffix = suffixes[level];
    const bound = suffix ? boundHere(suffix, tally, search.scores) : most;
    if (bound > most || !best) [best, most] = [suffix, bound];
  }
  return best;
}

/** Searches everything under a node. */
export function explore(search: Search, level: number, tally: Tally): void {
  const lines = search.levels[level];
  if (!lines) {
    finish(search, tally);
    return;
  }
  const suffix = tightest(search, level, tally);
  if (!suffix) return;
  const left = suffix.resource === 'cash' ? tally.cashGap : tally.slack;
  const position = takenAt(suffix, left, search.scores);
  if (Number.isNaN(position)) return;
  const [line] = lines;
  if (line && lines.length === 1) walk(search, level, line, tally, tradeAt(suffix, line, position));
  else settleBlock(search, level, lines, tally, suffix, position);
}

function finish(search: Search, tally: Tally): void {
  const { scores } = search;
  if (tally.slack < -scores.grain || tally.cashGap < scores.cashLow - scores.grain) return;
  const high = tally.cashGap > scores.cashHigh + scores.grain;
  if (high && !(scores.covering && tally.slack <= scores.costliest + scores.grain)) return;
  search.goal.accept(search.trades, tally.cost + Math.abs(tally.cashGap), {
    ...tally,
    squares: tally.squares + tally.cashGap * tally.cashGap,
  });
}

/** Tries the trades of one line from the fractional optimum outwards, the lower bound first. */
function walk(search: Search, level: number, line: ScoreLine, tally: Tally, start: number): void {
  const still = search.goal.stillFirst && line.lowest <= 0 && line.highest >= 0;
  if (still) tryTrade(search, level, line, tally, 0);
  let down = Math.floor(start + 1e-9);
  let up = down + 1;
  let downBound = look(search, level, line, tally, down);
  let upBound = look(search, level, line, tally, up);
  while (search.nodes > 0) {
    const goDown = downBound <= upBound;
    const bound = goDown ? downBound : upBound;
    if (bound === Number.POSITIVE_INFINITY || search.goal.hopeless(bound)) return;
    const d = goDown ? down : up;
    if (!still || d !== 0) tryTrade(search, level, line, tally, d);
    if (goDown) {
      down -= 1;
      downBound = look(search, level, line, tally, down);
    } else {
      up += 1;
      upBound = look(search, level, line, tally, up);
    }
  }
}

function look(search: Search, level: number, line: ScoreLine, tally: Tally, d: number): number {
  if (d < line.lowest || d > line.highest) return Number.POSITIVE_INFINITY;
  search.nodes -= 1;
  return boundAt(search, level + 1, after(tally, line, d));
}

function tryTrade(search: Search, level: number, line: ScoreLine, tally: Tally, d: number): void {
  const next = after(tally, line, d);
  if (search.goal.cut(level + 1, boundAt(search, level + 1, next), next)) return;
  search.trades[line.index] = d;
  explore(search, level + 1, next);
}

/** Puts a block of lines where the fractional optimum has them, the one that it splits on either side. */
function settleBlock(
  search: Search,
  level: number,
  lines: readonly ScoreLine[],
  tally: Tally,
  suffix: Suffix,
  position: number,
): void {
  const index = edgeAt(suffix, position);
  for (const line of lines) search.trades[line.index] = line.lowest;
  let split: { line: ScoreLine; from: number; to: number } | undefined;
  for (const { edge, place } of suffix.own) {
    if (place < index) search.trades[edge.line.index] = edge.to;
    else if (place === index) split = edge;
  }
  let rest = tally;
  for (const line of lines) {
    if (line !== split?.line) rest = after(rest, line, search.trades[line.index] ?? 0);
  }
  search.nodes -= lines.length;
  if (!split) {
    explore(search, level + 1, rest);
    return;
  }
  const trade = tradeAt(suffix, split.line, position);
  for (const d of new Set([Math.floor(trade), Math.ceil(trade)])) {
    tryTrade(search, level, split.line, rest, d);
  }
}
