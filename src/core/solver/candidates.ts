// The search as a whole: the least objective, then among portfolios as good the calmest.
// Requires lines in an order that does not depend on the caller's, costly lots first. Guarantees: at most the given nodes,
// the same candidates for the same scores.

import type { Tree } from './branch.ts';
import { findCalmest } from './calmest.ts';
import { priceAt } from './fraction.ts';
import { findLeast, TIE } from './least.ts';
import { narrowed } from './narrow.ts';
import { type Resource, relaxations } from './relaxation.ts';
import type { ScoreLine } from './score-line.ts';
import type { Scores } from './scores.ts';
import { smooth } from './smooth.ts';
import type { Candidate, Confirm } from './tally.ts';

/** Most lines that are branched on one by one; of more, so many at either end of the lot values and the closest calls. */
const BRANCHED = 44;
const ENDS = 10;

/** Searches for the least: where there are too many lines, each shows the next which of them are worth branching on. */
const SEARCHES = 2;

/** Part of the nodes that the tie rule may use. */
const CALMING = 0.25;

/** Portfolios worth judging in exact money, none where the search found none. */
export function candidatesOf(scores: Scores, nodes: number, confirm: Confirm): readonly Candidate[] {
  let tree = treeOf(scores);
  let candidates: readonly Candidate[] = [];
  for (let turn = 1; turn <= SEARCHES; turn += 1) {
    const share = isCoarse(tree) ? SEARCHES : 1;
    candidates = findLeast(tree, candidates, (nodes * (1 - CALMING)) / share, confirm);
    const found = candidates.at(-1);
    if (found === undefined) return [];
    const coarse = isCoarse(tree);
    tree = treeOf(narrowed(tree, found.objective * TIE));
    if (!coarse) break;
  }
  const least = candidates.at(-1);
  if (least === undefined) return [];
  const ceiling = least.objective * TIE;
  const smoother = smooth(tree.scores, least, ceiling, confirm);
  const calmest = findCalmest(tree, smoother, ceiling, nodes * CALMING, confirm);
  return [least, smoother, calmest];
}

function treeOf(scores: Scores): Tree {
  // Where cash at its target would break the floor, cash counts as a surplus: the other relaxation adds nothing.
  const resources: Resource[] = scores.cashGap >= scores.slack ? ['floor'] : ['cash', 'floor'];
  const levels = levelsOf(scores, resources);
  return { scores, levels, relaxations: resources.map((resource) => relaxations(levels, resource)) };
}

/** What cannot move in one block, then a line a level, costly lots first; of very many lines most in a second block. */
function levelsOf({ lines, ...scores }: Scores, resources: readonly Resource[]): ScoreLine[][] {
  const fixed = lines.filter((line) => !isFree(line));
  const free = lines.filter(isFree);
  if (free.length <= BRANCHED) return [fixed, ...free.map((line) => [line])];
  const doubtful = closeCalls({ lines, ...scores }, resources);
  const chosen = new Set([...free.slice(0, ENDS), ...free.slice(-ENDS)]);
  for (const line of doubtful) if (chosen.size < BRANCHED) chosen.add(line);
  const rest = free.filter((line) => !chosen.has(line));
  return [fixed, rest, ...free.filter((line) => chosen.has(line)).map((line) => [line])];
}

/** Free lines, those first whose next lot up or down costs almost what cash costs: the fractional optimum hardly decides. */
function closeCalls(scores: Scores, resources: readonly Resource[]): ScoreLine[] {
  const closeness = new Map<ScoreLine, number>();
  for (const resource of resources) {
    const [root] = relaxations([scores.lines], resource);
    if (root === undefined) continue;
    const price = priceAt(root, resource === 'cash' ? scores.cashGap : scores.slack, scores);
    for (const { line, slope } of root.edges) {
      const close = Math.min(Math.abs(slope - price), closeness.get(line) ?? Number.POSITIVE_INFINITY);
      closeness.set(line, close);
    }
  }
  return [...closeness].sort(([a, x], [b, y]) => x - y || a.index - b.index).map(([line]) => line);
}

const isFree = (line: ScoreLine): boolean => line.lowest < line.highest;

/** Whether lines that can move are settled in a block. */
const isCoarse = ({ levels }: Tree): boolean =>
  levels.some((lines) => lines.length > 1 && lines.every(isFree));
