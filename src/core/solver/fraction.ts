// Reads a relaxation: how far the fractional optimum goes with the RUB that are left, what that costs, where it puts a line.
// Guarantees: `boundOf` is never above the cost of whole lots that keep the limits, rounding aside.

import type { Relaxation } from './relaxation.ts';
import type { Scores } from './scores.ts';

const at = (sums: Float64Array, index: number): number => sums[index] ?? 0;

/**
 * How much of the resource the fractional optimum takes, counted from `base`, with `left` to go.
 * @returns NaN where the limits leave no way.
 */
export function takenAt(relaxation: Relaxation, left: number, limits: Scores): number {
  const room = left - relaxation.base;
  const wanted = Math.min(Math.max(room, relaxation.leastTaken), relaxation.mostTaken);
  const total = at(relaxation.taken, relaxation.edges.length);
  if (relaxation.resource === 'floor') {
    if (room < -limits.grain) return Number.NaN;
    return Math.min(Math.max(wanted, room - limits.slackMost - limits.reach), Math.max(0, room), total);
  }
  const most = room - limits.cashLeast + limits.reach + limits.grain;
  return most < 0 ? Number.NaN : Math.min(wanted, most, total);
}

/**
 * Least that the lines can cost with `left` of the resource to go, Infinity where there is no way.
 * For `cash` that includes the final cash gap, for `floor` it does not.
 */
export function boundOf(relaxation: Relaxation, left: number, limits: Scores): number {
  const taken = takenAt(relaxation, left, limits);
  if (Number.isNaN(taken)) return Number.POSITIVE_INFINITY;
  const { place, part } = placeOf(relaxation, taken);
  const cost = relaxation.baseCost + between(relaxation.costs, place, part);
  return relaxation.resource === 'floor' ? cost : cost + Math.abs(left - relaxation.base - taken);
}

/**
 * What one more unit of the resource, taken by a line, is worth at the fractional optimum: the price at which every line,
 * deciding for itself, gives the same bound. 0 or less for `floor`, -1 to 1 for `cash`.
 */
export function priceAt(relaxation: Relaxation, left: number, limits: Scores): number {
  const [least, most] = relaxation.resource === 'cash' ? [-1, 1] : [Number.NEGATIVE_INFINITY, 0];
  const taken = takenAt(relaxation, left, limits);
  const room = left - relaxation.base;
  if (room > relaxation.mostTaken) return most;
  if (room < relaxation.leastTaken) return least;
  const slope = relaxation.edges[placeOf(relaxation, taken).place]?.slope ?? most;
  return Math.min(most, Math.max(least, slope));
}

/** Worst-case outlay of the fractional optimum. */
export function drainAt(relaxation: Relaxation, taken: number): number {
  const { place, part } = placeOf(relaxation, taken);
  return relaxation.baseDrain + between(relaxation.drains, place, part);
}

/** Trades, maybe fractional, of the lines of the first level in the fractional optimum: written into `trades`, by index. */
export function putTrades(relaxation: Relaxation, taken: number, trades: Float64Array): void {
  const stop = placeOf(relaxation, taken);
  for (const { edge, place } of relaxation.own) {
    if (place > stop.place) break;
    const part = place < stop.place ? 1 : stop.part;
    trades[edge.line.index] = edge.from + part * (edge.to - edge.from);
  }
}

/** The edge at which the optimum stops, and the part of it that is taken. */
function placeOf(relaxation: Relaxation, taken: number): { place: number; part: number } {
  let low = 0;
  let high = relaxation.edges.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at(relaxation.taken, middle) <= taken) low = middle;
    else high = middle - 1;
  }
  const whole = relaxation.edges[low]?.resource ?? 0;
  return { place: low, part: whole > 0 ? (taken - at(relaxation.taken, low)) / whole : 0 };
}

const between = (sums: Float64Array, place: number, part: number): number =>
  at(sums, place) + (part > 0 ? part * (at(sums, place + 1) - at(sums, place)) : 0);
