// How far equity has fallen from where the account began and from its peak, deposits and withdrawals taken out.
// Marks are of equity less the money that came in since they were first set: a deposit is no gain, a withdrawal no loss.

import { add, isMore, larger, type Money, money, percentOf, raw, subtract } from './units.ts';

export interface Marks {
  readonly start: Money;
  readonly peak: Money;
}

/** The marks after an iteration. `flows`: deposits less withdrawals since the marks were first set. */
export function movedMarks(marks: Marks | null, equity: Money, flows: Money): Marks {
  const own = subtract(equity, flows);
  return marks === null ? { start: own, peak: own } : { start: marks.start, peak: larger(marks.peak, own) };
}

/** What is wrong, or `null` while the fall is within the limit. */
export function drawdownTrouble(
  marks: Marks,
  flows: Money,
  equity: Money,
  maxPercent: number,
): string | null {
  const [start, peak] = [add(marks.start, flows), add(marks.peak, flows)];
  const from = larger(start, peak);
  if (raw(from) <= 0n) return null;
  const fall = subtract(from, equity);
  const limit = money((raw(from) * BigInt(Math.round(maxPercent * 10_000))) / 1_000_000n);
  if (!isMore(fall, limit)) return null;
  const since = isMore(peak, start) ? 'its peak' : 'where it began';
  const percent = percentOf(fall, from).toFixed(2);
  return `equity has fallen ${percent} % from ${since}, the limit is ${maxPercent} % (max_drawdown_percent)`;
}
