// What the lines still to be decided cost where lots can be split: straight edges between the corners of each line's cost,
// in the order in which a fractional optimum takes them.
// A corner is an end of the range, the held lots, or the whole lots beside the target, so nothing is lost on whole lots. All
// edges share one resource, RUB, and each line's edges grow dearer: taking the steepest gain first is optimal (a
// fractional knapsack). Requires fees below the lot's value.

import { costOf, drainOf, type ScoreLine, spendOf } from './score-line.ts';

/** `cash`: every RUB of cash off its target costs one. `floor`: cash counts as surplus, and at worst it must not run out. */
export type Resource = 'cash' | 'floor';

export interface Edge {
  readonly line: ScoreLine;
  readonly from: number;
  readonly to: number;
  readonly level: number;
  readonly resource: number;
  readonly cost: number;
  readonly drain: number;
  /** Cost per RUB of the resource. */
  readonly slope: number;
}

/** The relaxed lines of all levels from one on. */
export interface Relaxation {
  readonly resource: Resource;
  /** Resource, cost and worst-case outlay where all lines are at their lowest; the edges add to it. */
  readonly base: number;
  readonly baseCost: number;
  readonly baseDrain: number;
  /** By rising slope. */
  readonly edges: readonly Edge[];
  /** Running sums over the edges, from 0: one longer than the edges. */
  readonly taken: Float64Array;
  readonly costs: Float64Array;
  readonly drains: Float64Array;
  /** A RUB is as good in the lines as in cash below the first and above the second; at a tie nothing is traded. */
  readonly leastTaken: number;
  readonly mostTaken: number;
  /** Edges of the lines of the first level, with their places among all. */
  readonly own: readonly { readonly edge: Edge; readonly place: number }[];
}

/** Slopes are told apart to this part of one, so that rounding breaks no tie. */
const SLOPES = 1e11;

/** One relaxation per level, for the lines from that level on, and an empty one after the last. */
export function relaxations(levels: readonly (readonly ScoreLine[])[], resource: Resource): Relaxation[] {
  let edges = levels
    .flatMap((lines, level) => lines.flatMap((line) => edgesOf(line, level, resource)))
    .sort(inOrder);
  let lines = levels.flat();
  return [...levels, []].map((first, level) => {
    const relaxation = relaxationOf(resource, level, lines, edges);
    edges = edges.filter((edge) => edge.level > level);
    lines = lines.slice(first.length);
    return relaxation;
  });
}

/** By slope; at a tie what only keeps lots comes before what buys any. */
const inOrder = (a: Edge, b: Edge): number =>
  a.slope - b.slope || Number(a.to > 0) - Number(b.to > 0) || a.line.index - b.line.index || a.from - b.from;

function relaxationOf(
  resource: Resource,
  level: number,
  lines: readonly ScoreLine[],
  edges: readonly Edge[],
): Relaxation {
  const taken = new Float64Array(edges.length + 1);
  const costs = new Float64Array(edges.length + 1);
  const drains = new Float64Array(edges.length + 1);
  const own: { edge: Edge; place: number }[] = [];
  const [free, full] = resource === 'cash' ? [-1, 1] : [Number.NEGATIVE_INFINITY, 0];
  let [used, cost, drain, leastTaken, mostTaken] = [0, 0, 0, 0, 0];
  edges.forEach((edge, place) => {
    used += edge.resource;
    cost += edge.cost;
    drain += edge.drain;
    taken[place + 1] = used;
    costs[place + 1] = cost;
    drains[place + 1] = drain;
    const keeps = edge.to <= 0;
    if (edge.slope < free || (edge.slope === free && keeps)) leastTaken += edge.resource;
    if (edge.slope < full || (edge.slope === full && keeps)) mostTaken += edge.resource;
    if (edge.level === level) own.push({ edge, place });
  });
  let [base, baseCost, baseDrain] = [0, 0, 0];
  for (const line of lines) {
    base += relaxedUse(resource, line, line.lowest);
    baseCost += relaxedCost(resource, line, line.lowest);
    baseDrain += drainOf(line, line.lowest);
  }
  return { resource, base, baseCost, baseDrain, edges, taken, costs, drains, leastTaken, mostTaken, own };
}

function edgesOf(line: ScoreLine, level: number, kind: Resource): Edge[] {
  return line.corners.flatMap((to, index) => {
    const from = line.corners[index - 1];
    if (from === undefined) return [];
    const resource = relaxedUse(kind, line, to) - relaxedUse(kind, line, from);
    const cost = relaxedCost(kind, line, to) - relaxedCost(kind, line, from);
    const drain = drainOf(line, to) - drainOf(line, from);
    const slope = resource > 0 ? Math.round((cost / resource) * SLOPES) / SLOPES : Number.NEGATIVE_INFINITY;
    return [{ line, from, to, level, resource, cost, drain, slope }];
  });
}

/** Cost of a trade; under `floor` with the cash gap it leaves, which is then linear and so belongs to the lines. */
export const relaxedCost = (resource: Resource, line: ScoreLine, d: number): number =>
  resource === 'cash' ? costOf(line, d) : costOf(line, d) - spendOf(line, d);

/** A sale never drains here, even where its reserve exceeds its value: less than the truth, so the bound holds. */
export const relaxedUse = (resource: Resource, line: ScoreLine, d: number): number => {
  if (resource === 'cash') return spendOf(line, d);
  return d > 0 ? drainOf(line, d) : d * Math.max(0, line.proceeds);
};
