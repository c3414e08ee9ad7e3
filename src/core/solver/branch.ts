// Branch and bound over whole lots: line after line, each trade bounded from below by the relaxation of the lines left,
// tried from where the fractional optimum puts it outwards.
// Requires: levels in the order in which lines are decided, costly lots first. Guarantees: deterministic, ends at its budget
// of nodes, hands over only portfolios that keep floor and limits (up to rounding).

import { boundOf, drainAt, putTrades, takenAt } from './fraction.ts';
import type { Relaxation } from './relaxation.ts';
import type { ScoreLine } from './score-line.ts';
import type { Scores } from './scores.ts';
import { cashStanding, type Tally, withTrade } from './tally.ts';

/** Rounding error below a whole lot must not hide it. */
const HAIR = 1e-9;

/** What a search is after. */
export interface Goal {
  /** Nothing of that bound can be wanted, wherever it is. */
  hopeless(bound: number): boolean;
  /** Nothing can be wanted under a node at which the lines before `level` are decided as tallied. */
  useless(level: number, tally: Tally): boolean;
  /** Leaving a line alone is tried before anything else. */
  readonly stillFirst: boolean;
  /** A whole portfolio; `trades` is the search's own, to be copied. */
  found(trades: Float64Array, tally: Tally): void;
}

/** The tree: a line per level, or a block of lines that are settled together. */
export interface Tree {
  readonly scores: Scores;
  readonly levels: readonly (readonly ScoreLine[])[];
  /** Each with an entry per level and one more; the last one is the tightest about the floor. */
  readonly relaxations: readonly (readonly Relaxation[])[];
}

interface Search extends Tree {
  readonly goal: Goal;
  readonly trades: Float64Array;
  nodes: number;
}

/** Goes through the tree from the root, at most `nodes` nodes. */
export function search(tree: Tree, goal: Goal, start: Tally, nodes: number): void {
  const state: Search = { ...tree, goal, trades: new Float64Array(tree.scores.lines.length), nodes };
  explore(state, 0, start);
}

/** Least objective that any completion of a tally can have, the lines before `level` being decided. */
export function boundAt(tree: Tree, level: number, tally: Tally): number {
  let bound = Number.NEGATIVE_INFINITY;
  for (const each of tree.relaxations) {
    const relaxation = each[level];
    if (relaxation) bound = Math.max(bound, boundBy(relaxation, tally, tree.scores));
  }
  return bound;
}

const boundBy = (relaxation: Relaxation, tally: Tally, scores: Scores): number =>
  relaxation.resource === 'cash'
    ? tally.cost + boundOf(relaxation, tally.cashGap, scores)
    : tally.cost + tally.cashGap + boundOf(relaxation, tally.slack, scores);

/** Everything under a node. */
function explore(state: Search, level: number, tally: Tally): void {
  const lines = state.levels[level];
  if (lines === undefined) {
    if (cashStanding(tally, state.scores) !== 'outside') state.goal.found(state.trades, tally);
    return;
  }
  const optimum = optimumAt(state, level, tally);
  if (optimum === null) return;
  for (const line of lines) state.trades[line.index] = line.lowest;
  putTrades(optimum.relaxation, optimum.taken, state.trades);
  const [line] = lines;
  if (line !== undefined && lines.length === 1) {
    walk(state, level, line, tally, state.trades[line.index] ?? 0);
  } else settleBlock(state, level, lines, tally);
}

interface Optimum {
  readonly relaxation: Relaxation;
  readonly taken: number;
}

/** The fractional optimum of a node: of the first relaxation that keeps the floor. */
function optimumAt(tree: Tree, level: number, tally: Tally): Optimum | null {
  let last: Optimum | null = null;
  for (const each of tree.relaxations) {
    const relaxation = each[level];
    if (relaxation === undefined) continue;
    const left = relaxation.resource === 'cash' ? tally.cashGap : tally.slack;
    const taken = takenAt(relaxation, left, tree.scores);
    if (Number.isNaN(taken)) return null;
    last = { relaxation, taken };
    if (relaxation.resource === 'cash' && drainAt(relaxation, taken) <= tally.slack + tree.scores.grain)
      break;
  }
  return last;
}

/** Tries the trades of one line, the lower bound first: bounds rise away from the fractional optimum. */
function walk(state: Search, level: number, line: ScoreLine, tally: Tally, optimum: number): void {
  const still = state.goal.stillFirst && line.lowest <= 0 && line.highest >= 0;
  if (still) tryTrade(state, level, line, tally, 0);
  let down = Math.floor(optimum + HAIR);
  let up = down + 1;
  let downBound = look(state, level, line, tally, down);
  let upBound = look(state, level, line, tally, up);
  while (state.nodes > 0) {
    const goDown = downBound <= upBound;
    const bound = goDown ? downBound : upBound;
    if (bound === Number.POSITIVE_INFINITY || state.goal.hopeless(bound)) return;
    const d = goDown ? down : up;
    if (!still || d !== 0) descend(state, level, line, tally, d);
    if (goDown) {
      down -= 1;
      downBound = look(state, level, line, tally, down);
    } else {
      up += 1;
      upBound = look(state, level, line, tally, up);
    }
  }
}

function look(state: Search, level: number, line: ScoreLine, tally: Tally, d: number): number {
  if (d < line.lowest || d > line.highest) return Number.POSITIVE_INFINITY;
  state.nodes -= 1;
  return boundAt(state, level + 1, withTrade(tally, line, d));
}

function tryTrade(state: Search, level: number, line: ScoreLine, tally: Tally, d: number): void {
  const bound = look(state, level, line, tally, d);
  if (bound === Number.POSITIVE_INFINITY || state.goal.hopeless(bound)) return;
  descend(state, level, line, tally, d);
}

function descend(state: Search, level: number, line: ScoreLine, tally: Tally, d: number): void {
  const next = withTrade(tally, line, d);
  if (state.goal.useless(level + 1, next)) return;
  state.trades[line.index] = d;
  explore(state, level + 1, next);
}

/**
 * Rounds down a block of lines that stand at the fractional optimum: too many to branch on, and fine enough not to. At most
 * the few lines that it splits lose a lot, and cash gains it, so the floor still holds.
 */
function settleBlock(state: Search, level: number, lines: readonly ScoreLine[], tally: Tally): void {
  state.nodes -= Math.ceil(lines.length / 8);
  let next = tally;
  for (const line of lines) {
    const d = Math.floor((state.trades[line.index] ?? 0) + HAIR);
    state.trades[line.index] = d;
    next = withTrade(next, line, d);
  }
  const bound = boundAt(state, level + 1, next);
  if (bound === Number.POSITIVE_INFINITY || state.goal.hopeless(bound)) return;
  if (!state.goal.useless(level + 1, next)) explore(state, level + 1, next);
}
