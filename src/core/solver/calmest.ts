// Second goal of the search, among portfolios as good as the least: the fewest orders, then the least sum of squares.

import { type Goal, search, type Tree } from './branch.ts';
import { priceAt } from './fraction.ts';
import { cornersOf, relaxedCost, relaxedUse } from './relaxation.ts';
import type { ScoreLine } from './scores.ts';
import {
  type Candidate,
  candidateOf,
  isCalmer,
  mayBeGiven,
  nothingDecided,
  objectiveOf,
  rankOf,
} from './tally.ts';

/**
 * The calmest portfolio of at most `ceiling` that the search finds, `from` where there is none calmer.
 * `confirm` as in `findLeast`.
 */
export function findCalmest(
  tree: Tree,
  from: Candidate,
  ceiling: number,
  nodes: number,
  confirm: (trades: Float64Array) => boolean,
): Candidate {
  const floors = floorsOf(tree, ceiling);
  let best = from;
  const goal: Goal = {
    stillFirst: true,
    hopeless: (bound) => bound > ceiling,
    useless(level, tally) {
      const floor = floors[level] ?? NOTHING;
      const { orders, squares, turnover } = tally;
      return !isCalmer({ orders: orders + floor.orders, squares: squares + floor.squares, turnover }, best);
    },
    found(trades, tally) {
      if (objectiveOf(tally) > ceiling || !isCalmer(rankOf(tally), best)) return;
      if (mayBeGiven(trades, tally, tree.scores, confirm)) best = candidateOf(trades, tally);
    },
  };
  search(tree, goal, nothingDecided(tree.scores), nodes);
  return best;
}

interface Floor {
  readonly orders: number;
  readonly squares: number;
}
const NOTHING: Floor = { orders: 0, squares: 0 };

/** Per level, what the lines from it on cannot do without: orders, and squares of their differences. */
function floorsOf(tree: Tree, ceiling: number): Floor[] {
  const traded = mustTrade(tree, ceiling);
  const floors = [NOTHING];
  for (const lines of tree.levels.toReversed()) {
    const below = floors[0] ?? NOTHING;
    const orders = lines.filter((line) => traded.has(line)).length;
    const squares = lines.reduce((sum, line) => sum + leastSquare(line), 0);
    floors.unshift({ orders: below.orders + orders, squares: below.squares + squares });
  }
  return floors;
}

/** Lines that cannot stay as they are under the ceiling: each decides for itself at the price of the fractional optimum. */
function mustTrade(tree: Tree, ceiling: number): Set<ScoreLine> {
  const { scores } = tree;
  const traded = new Set(scores.lines.filter((line) => line.lowest > 0 || line.highest < 0));
  for (const [relaxation] of tree.relaxations) {
    if (relaxation === undefined) continue;
    const { resource } = relaxation;
    const left = resource === 'cash' ? scores.cashGap : scores.slack;
    const price = priceAt(relaxation, left, scores);
    if (price === Number.NEGATIVE_INFINITY) continue;
    const at = (line: ScoreLine, d: number): number =>
      relaxedCost(resource, line, d) - price * relaxedUse(resource, line, d);
    const least = scores.lines.map((line) => Math.min(...cornersOf(line).map((d) => at(line, d))));
    const extra = price * left + (resource === 'floor' ? scores.cashGap : 0);
    const bound = least.reduce((sum, each) => sum + each, extra);
    for (const line of scores.lines) {
      if (bound - (least[line.index] ?? 0) + at(line, 0) > ceiling + scores.grain) traded.add(line);
    }
  }
  return traded;
}

const leastSquare = (line: ScoreLine): number =>
  Math.min(...cornersOf(line).map((d) => (line.gap + line.lot * d) ** 2));
