// How far equity has fallen from where the session began and from its peak, deposits and withdrawals taken out.
// Guarantees: money that comes or goes moves the marks with it, so it is neither a gain nor a loss.

import { add, isMore, larger, type Money, money, percentOf, raw, subtract } from './units.ts';

export interface Marks {
  readonly start: Money;
  readonly peak: Money;
}

/** The marks after an iteration. `flows`: deposits less withdrawals since the marks were last moved. */
export function movedMarks(marks: Marks | null, equity: Money, flows: Money): Marks {
  if (marks === null) return { start: equity, peak: equity };
  return { start: add(marks.start, flows), peak: larger(add(marks.peak, flows), equity) };
}

/** What is wrong, or `null` while the fall is within the limit. */
export function drawdownTrouble(marks: Marks, equity: Money, maxPercent: number): string | null {
  const from = isMore(marks.peak, marks.start) ? marks.peak : marks.start;
  if (raw(from) <= 0n) return null;
  const fall = subtract(from, equity);
  const limit = money((raw(from) * BigInt(Math.round(maxPercent * 10_000))) / 1_000_000n);
  if (!isMore(fall, limit)) return null;
  const percent = percentOf(fall, from).toFixed(2);
  const since = from === marks.peak ? 'its peak' : 'the start';
  return `equity has fallen ${percent} % from ${since}, the limit is ${maxPercent} % (max_drawdown_percent)`;
}
