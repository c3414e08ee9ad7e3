// The tie rule: which of the portfolios that may be given is given.

import { assert } from '../assert.ts';
import { compare, raw, smaller } from '../units.ts';
import type { Verdict } from './verdict.ts';

/**
 * The one to take: least objective, and among those within 0.1 % of it the fewest orders, the least sum of squares,
 * the least turnover, then the fewest lots line by line. Requires: acceptable verdicts, at least one.
 */
export function choose(verdicts: readonly Verdict[]): Verdict {
  const [first] = verdicts;
  assert(first !== undefined, 'the solver found no portfolio that may be given where there is one');
  const least = verdicts.reduce((low, each) => smaller(low, each.objective), first.objective);
  const tied = verdicts.filter((each) => raw(each.objective) * 1000n <= raw(least) * 1001n);
  return tied.reduce((best, each) => (precedes(each, best) ? each : best));
}

function precedes(a: Verdict, b: Verdict): boolean {
  if (a.orders !== b.orders) return a.orders < b.orders;
  if (a.squares !== b.squares) return a.squares < b.squares;
  const turnover = compare(a.turnover, b.turnover);
  if (turnover !== 0) return turnover < 0;
  for (const [index, count] of a.lots.entries()) {
    const order = compare(count, b.lots[index] ?? count);
    if (order !== 0) return order < 0;
  }
  return false;
}
