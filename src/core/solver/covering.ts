// The two portfolios that need no search: the one that raises the most cash, and the plainest that reaches the floor.

import type { Line, Problem } from '../lots-problem.ts';
import {
  add,
  compare,
  isLess,
  isNegative,
  type Lots,
  larger,
  lots,
  lotsAffordable,
  type Money,
  money,
  negate,
  subtract,
} from '../units.ts';
import { accountOf, clamp, type Frame, worthOf } from './frame.ts';

/** Lots that raise the most worst-case cash: sells all it may where that pays, buys only what it must. */
export const raisingMost = (problem: Problem): readonly Lots[] =>
  problem.lines.map((line) => (isLess(line.sellReserve, line.lotValue) ? line.min : clamp(line.held, line)));

/**
 * A portfolio that may be given wherever there is one: the fewest moves that the bounds allow, and of what then is furthest
 * above its target as much sold as lifts cash to its floor.
 */
export function plainest(frame: Frame): readonly Lots[] {
  const { lines } = frame.problem;
  const counts = [...frame.nearest];
  const order = lines
    .map((line, index) => ({ line, index, gap: gapAt(line, counts[index] ?? line.held) }))
    .filter(({ line }) => isLess(line.sellReserve, line.lotValue))
    .sort((a, b) => compare(b.gap, a.gap) || a.index - b.index);
  for (const { line, index } of order) {
    const { slack } = accountOf(frame.problem, counts);
    if (!isNegative(slack)) break;
    const now = counts[index] ?? line.held;
    const proceeds = subtract(line.lotValue, line.sellReserve);
    const needed = add(lotsAffordable(subtract(negate(slack), money(1n)), proceeds), lots(1n));
    counts[index] = larger(line.min, subtract(now, needed));
  }
  return counts;
}

const gapAt = (line: Line, count: Lots): Money => subtract(worthOf(line, count), line.target);
