// Narrows the range of each line to the trades that can belong to a portfolio of at most some objective.
// At the price of the fractional optimum every line decides for itself, and what all of them cost at least is a bound; a
// trade that costs its line so much more than its best that the bound passes the ceiling belongs to no such portfolio.

import type { Tree } from './branch.ts';
import { priceAt } from './fraction.ts';
import { type Relaxation, relaxedCost, relaxedUse } from './relaxation.ts';
import { type ScoreLine, withRange } from './score-line.ts';
import type { Scores } from './scores.ts';

/** The scores of a tree, without what no portfolio of at most `ceiling` trades. */
export function narrowed(tree: Tree, ceiling: number): Scores {
  const { scores } = tree;
  const lines = tree.relaxations.reduce<readonly ScoreLine[]>((ranges, [root]) => {
    const alone = root && decidingAlone(root, scores);
    if (alone === undefined) return ranges;
    const room = ceiling - alone.bound + scores.grain;
    return ranges.map((line) => within(line, alone.cost, room));
  }, scores.lines);
  return { ...scores, lines };
}

/** Rounding must not take a trade away. */
const HAIR = 1e-6;

interface Alone {
  /** What a trade costs its line, the price of what it uses included. */
  readonly cost: (line: ScoreLine, d: number) => number;
  /** Least objective that the prices allow. */
  readonly bound: number;
}

function decidingAlone(root: Relaxation, scores: Scores): Alone | undefined {
  const { resource } = root;
  const left = resource === 'cash' ? scores.cashGap : scores.slack;
  const price = priceAt(root, left, scores);
  if (price === Number.NEGATIVE_INFINITY) return undefined;
  const cost = (line: ScoreLine, d: number): number =>
    relaxedCost(resource, line, d) - price * relaxedUse(resource, line, d);
  let bound = price * left + (resource === 'floor' ? scores.cashGap : 0);
  for (const line of scores.lines) bound += Math.min(...line.corners.map((d) => cost(line, d)));
  return { cost, bound };
}

/** The line with only the trades that cost at most `room` more than its best: the cost is straight between corners. */
function within(line: ScoreLine, cost: Alone['cost'], room: number): ScoreLine {
  const corners = line.corners.map((d) => ({ d, cost: cost(line, d) }));
  const limit = Math.min(...corners.map((corner) => corner.cost)) + room;
  const inside = corners.filter((corner) => corner.cost <= limit);
  const [first, last] = [inside.at(0), inside.at(-1)];
  if (first === undefined || last === undefined) return line;
  const before = corners[corners.indexOf(first) - 1];
  const next = corners[corners.indexOf(last) + 1];
  const lowest = before ? Math.max(before.d, Math.ceil(crossing(first, before, limit) - HAIR)) : line.lowest;
  const highest = next ? Math.min(next.d, Math.floor(crossing(last, next, limit) + HAIR)) : line.highest;
  return lowest === line.lowest && highest === line.highest ? line : withRange(line, lowest, highest);
}

interface Corner {
  readonly d: number;
  readonly cost: number;
}

/** Where the straight line from a corner inside to one outside meets the limit. */
const crossing = (inside: Corner, outside: Corner, limit: number): number =>
  inside.d + ((limit - inside.cost) / (outside.cost - inside.cost)) * (outside.d - inside.d);
