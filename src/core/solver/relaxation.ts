// A bound from below for what the lines still to be decided can cost, and where a fractional optimum would put them.
// The cost of each line between whole lots is replaced by straight edges between five corners (ends of its range,
// nothing traded, the whole lots beside the target), which loses nothing on whole lots; the edges of many lines share one
// resource (RUB), so the fractional optimum takes them by rising slope. Requires: fees below the lot's value.

import { costOf, drainOf, type ScoreLine, type Scores, spendOf } from './scores.ts';

/** `cash`: the resource is cash, every RUB off its target costs one. `floor`: it is spendable cash, which must not run out. */
export type Resource = 'cash' | 'floor';

interface Edge {
  readonly line: ScoreLine;
  readonly from: number;
  readonly to: number;
  readonly resource: number;
  readonly cost: number;
  readonly slope: number;
}

/** Relaxation of the lines from one level on. */
export interface Suffix {
  readonly resource: Resource;
  /** Resource and cost where all its lines are at their lowest. */
  readonly base: number;
  readonly baseCost: number;
  /** Resource, from there, where nothing is traded. */
  readonly hold: number;
  /** Running sums over the edges in order of slope; one longer than the edges. */
  readonly taken: Float64Array;
  readonly costs: Float64Array;
  readonly edges: readonly Edge[];
  /** Resource up to which edges are always worth taking (strictly, or at a tie), and from which on they never are. */
  readonly freeLow: number;
  readonly freeHigh: number;
  readonly fullLow: number;
  readonly fullHigh: number;
  /** Edges of its first line with their places among all. */
  readonly own: readonly { readonly edge: Edge; readonly place: number }[];
}

/** Slopes closer than this are equal. */
const TIE = 1e-12;

const at = (array: Float64Array, index: number): number => array[index] ?? 0;

/** Trades at which the cost of a line bends, rising. */
function cornersOf(line: ScoreLine): number[] {
  const zero = -line.gap / line.lot;
  const clamp = (d: number): number => Math.min(line.highest, Math.max(line.lowest, d));
  const corners = [line.lowest, clamp(Math.floor(zero)), clamp(Math.ceil(zero)), clamp(0), line.highest];
  return [...new Set(corners)].sort((a, b) => a - b);
}

/** Cost of a trade as the relaxation of that resource counts it: `floor` takes cash to be above its target. */
export const relaxedCost = (resource: Resource, line: ScoreLine, d: number): number =>
  resource === 'cash' ? costOf(line, d) : costOf(line, d) - spendOf(line, d);

/** A sale never drains here, even where its reserve is above its value: less than the truth, so still a bound. */
const relaxedUse = (resource: Resource, line: ScoreLine, d: number): number =>
  resource === 'cash' ? spendOf(line, d) : d > 0 ? drainOf(line, d) : d * Math.max(0, line.proceeds);

function edgesOf(line: ScoreLine, resource: Resource): Edge[] {
  const corners = cornersOf(line);
  const edges: Edge[] = [];
  corners.forEach((to, index) => {
    const from = corners[index - 1];
    if (from === undefined) return;
    const use = relaxedUse(resource, line, to) - relaxedUse(resource, line, from);
    const cost = relaxedCost(resource, line, to) - relaxedCost(resource, line, from);
    edges.push({
      line,
      from,
      to,
      resource: use,
      cost,
      slope: use > 0 ? cost / use : Number.NEGATIVE_INFINITY,
    });
  });
  return edges;
}

/**
 * One relaxation per level: `levels[k]` covers the lines of all levels from k on; one more, empty, ends the list.
 */
export function relaxations(levels: readonly (readonly ScoreLine[])[], resource: Resource): Suffix[] {
  const levelOf = new Map(levels.flatMap((lines, level) => lines.map((line) => [line, level] as const)));
  const sorted = levels
    .flat()
    .flatMap((line) => edgesOf(line, resource))
    .sort((a, b) => a.slope - b.slope || a.line.index - b.line.index || a.from - b.from)
    .map((edge) => ({ edge, level: levelOf.get(edge.line) ?? 0 }));
  return [...levels, []].map((_, level) => {
    const left = sorted.filter((each) => each.level >= level);
    const own = left.flatMap(({ edge, level: of }, place) => (of === level ? [{ edge, place }] : []));
    return suffixOf(
      resource,
      left.map(({ edge }) => edge),
      levels.slice(level).flat(),
      own,
    );
  });
}

function suffixOf(
  resource: Resource,
  edges: readonly Edge[],
  lines: readonly ScoreLine[],
  own: Suffix['own'],
): Suffix {
  const taken = new Float64Array(edges.length + 1);
  const costs = new Float64Array(edges.length + 1);
  const [free, full] = resource === 'cash' ? [-1, 1] : [Number.NEGATIVE_INFINITY, 0];
  let [freeLow, freeHigh, fullLow, fullHigh] = [0, 0, 0, 0];
  edges.forEach((edge, index) => {
    const sum = at(taken, index) + edge.resource;
    taken[index + 1] = sum;
    costs[index + 1] = at(costs, index) + edge.cost;
    if (edge.slope < free - TIE) freeLow = sum;
    if (edge.slope <= free + TIE) freeHigh = sum;
    if (edge.slope < full - TIE) fullLow = sum;
    if (edge.slope <= full + TIE) fullHigh = sum;
  });
  const base = lines.reduce((sum, line) => sum + relaxedUse(resource, line, line.lowest), 0);
  const hold = lines.reduce(
    (sum, line) => sum + relaxedUse(resource, line, Math.min(line.highest, Math.max(line.lowest, 0))),
    0,
  );
  return {
    resource,
    base,
    baseCost: lines.reduce((sum, line) => sum + relaxedCost(resource, line, line.lowest), 0),
    hold: hold - base,
    taken,
    costs,
    edges,
    freeLow,
    freeHigh,
    fullLow: Math.max(fullLow, freeHigh),
    fullHigh: Math.max(fullHigh, freeHigh),
    own,
  };
}

/** How much of the resource the fractional optimum takes, counted from `base`; NaN where there is no way. */
export function takenAt(suffix: Suffix, left: number, limits: Scores): number {
  const room = left - suffix.base;
  const total = at(suffix.taken, suffix.edges.length);
  let low: number;
  let high: number;
  if (suffix.resource === 'floor') {
    if (room < -limits.grain) return Number.NaN;
    low = Math.min(suffix.fullLow, Math.max(0, room));
    high = Math.min(total, Math.max(0, room));
  } else {
    low = Math.min(Math.max(room, suffix.freeLow), suffix.fullLow);
    high = Math.min(Math.max(room, suffix.freeHigh), suffix.fullHigh);
    const least = Math.max(0, room - limits.cashHigh - limits.grain);
    const most = Math.min(total, room - limits.cashLow + limits.grain);
    if (least > most) return Number.NaN;
    if (high < least || low > most) return high < least ? least : most;
    low = Math.max(low, least);
    high = Math.min(high, most);
  }
  return Math.min(high, Math.max(low, suffix.hold));
}

/** Index of the edge that is being taken at `position` of the running sums: all edges before it are taken whole. */
export function edgeAt(suffix: Suffix, position: number): number {
  const { taken } = suffix;
  let low = 0;
  let high = taken.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at(taken, middle) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Least that the lines of the suffix and cash can cost with `left` of the resource to go; Infinity where there is no way.
 * For `cash` it includes the final cash gap, for `floor` it does not.
 */
export function boundOf(suffix: Suffix, left: number, limits: Scores): number {
  const position = takenAt(suffix, left, limits);
  if (Number.isNaN(position)) return Number.POSITIVE_INFINITY;
  const index = edgeAt(suffix, position);
  const edge = suffix.edges[index];
  const part = position - at(suffix.taken, index);
  const cost = suffix.baseCost + at(suffix.costs, index) + (edge && part > 0 ? part * edge.slope : 0);
  return suffix.resource === 'floor' ? cost : cost + Math.abs(left - suffix.base - position);
}

/** Trade (fractional) of the suffix's first line in its fractional optimum. */
export function tradeAt(suffix: Suffix, line: ScoreLine, position: number): number {
  const index = edgeAt(suffix, position);
  let trade = line.lowest;
  for (const { edge, place } of suffix.own) {
    if (edge.line !== line) continue;
    if (place < index) trade = edge.to;
    else if (place === index && edge.resource > 0) {
      const part = (position - at(suffix.taken, index)) / edge.resource;
      return edge.from + Math.min(1, part) * (edge.to - edge.from);
    } else return trade;
  }
  return trade;
}
