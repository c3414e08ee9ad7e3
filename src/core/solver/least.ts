// First goal of the search: the least objective there is.

import { type Goal, search, type Tree } from './branch.ts';
import {
  type Candidate,
  type Confirm,
  candidateOf,
  mayBeGiven,
  nothingDecided,
  objectiveOf,
} from './tally.ts';

/** A portfolio this close to another (part of the objective) is not worth searching for. */
const FINENESS = 1e-6;

/** Portfolios within this factor of the least objective are as good: the tie rule decides (product.md §3). */
export const TIE = 1.001;

/**
 * Looks for portfolios better than those in `before`.
 * @returns the portfolios of both that are within the tie of the least, that one last.
 */
export function findLeast(
  tree: Tree,
  before: readonly Candidate[],
  nodes: number,
  confirm: Confirm,
): readonly Candidate[] {
  let candidates = [...before];
  let least = candidates.at(-1)?.objective ?? Number.POSITIVE_INFINITY;
  let enough = least;
  const goal: Goal = {
    stillFirst: false,
    hopeless: (bound) => bound >= enough,
    useless: () => false,
    found(trades, tally) {
      const objective = objectiveOf(tally);
      if (objective >= least || !mayBeGiven(trades, tally, tree.scores, confirm)) return;
      least = objective;
      enough = least - Math.max(least * FINENESS, tree.scores.grain);
      candidates = candidates.filter((each) => each.objective <= least * TIE);
      candidates.push(candidateOf(trades, tally));
    },
  };
  search(tree, goal, nothingDecided(tree.scores), nodes);
  return candidates;
}
