// Second goal of the search, among portfolios as good as the least: the fewest orders, then the least sum of squares, then
// the least turnover.

import { type Goal, search, type Tree } from './branch.ts';
import type { ScoreLine } from './score-line.ts';
import {
  type Candidate,
  type Confirm,
  candidateOf,
  isCalmer,
  mayBeGiven,
  nothingDecided,
  objectiveOf,
  rankOf,
} from './tally.ts';

/**
 * The calmest portfolio of at most `ceiling` that the search finds, `from` where there is none calmer.
 * Requires a tree narrowed to the ceiling: what then cannot stay as it is counts as an order from the start.
 */
export function findCalmest(
  tree: Tree,
  from: Candidate,
  ceiling: number,
  nodes: number,
  confirm: Confirm,
): Candidate {
  const floors = floorsOf(tree);
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
function floorsOf(tree: Tree): Floor[] {
  const floors = [NOTHING];
  for (const lines of tree.levels.toReversed()) {
    let { orders, squares } = floors[0] ?? NOTHING;
    for (const line of lines) {
      orders += line.lowest > 0 || line.highest < 0 ? 1 : 0;
      squares += leastSquare(line);
    }
    floors.unshift({ orders, squares });
  }
  return floors;
}

const leastSquare = (line: ScoreLine): number =>
  Math.min(...line.corners.map((d) => (line.gap + line.lot * d) ** 2));
