// First goal of the search: the least objective there is.

import { boundAt, type Goal, search, type Tree } from './branch.ts';
import { type Candidate, candidateOf, mayBeGiven, nothingDecided, objectiveOf } from './tally.ts';

/** A portfolio this close to another (part of the objective) is not worth searching for. */
const FINENESS = 1e-6;

/** Portfolios within this factor of the least objective are as good: the tie rule decides (product.md §3). */
export const TIE = 1.001;

/**
 * Every portfolio on the way down that is within the tie of the least found, the least last.
 * `confirm` tells in exact money whether a portfolio on the very edge of the limits keeps them.
 */
export function findLeast(
  tree: Tree,
  nodes: number,
  confirm: (trades: Float64Array) => boolean,
): { candidates: Candidate[]; nodesLeft: number } {
  let candidates: Candidate[] = [];
  let least = Number.POSITIVE_INFINITY;
  let enough = Number.POSITIVE_INFINITY;
  const goal: Goal = {
    stillFirst: false,
    hopeless: (bound) => bound >= enough,
    useless: () => false,
    found(trades, tally) {
      const objective = objectiveOf(tally);
      if (objective >= least) return;
      if (!mayBeGiven(trades, tally, tree.scores, confirm)) return;
      least = objective;
      enough = least - Math.max(least * FINENESS, tree.scores.grain);
      candidates = candidates.filter((each) => each.objective <= least * TIE);
      candidates.push(candidateOf(trades, tally));
    },
  };
  const start = nothingDecided(tree.scores);
  if (boundAt(tree, 0, start) === Number.POSITIVE_INFINITY) return { candidates, nodesLeft: nodes };
  const nodesLeft = search(tree, goal, start, nodes);
  return { candidates, nodesLeft };
}
