// The sessions of one day of a trading schedule: the union of `intervals` and the older pairs of times; auctions, clearing
// and breaks are none. Guarantees: start < end, within their own day; what is left out is left out, never put right.

import type { TradingDay, TradingInterval } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { DAY_MS } from '../core/moscow-day.ts';
import type { Session } from '../ports.ts';
import { timeOf } from './convert.ts';

const NO_SESSION = /auction|clearing|break|closing_period|opening_period/i;

export function spansOf(day: TradingDay): Session[] {
  return pairsOf(day).filter(({ startMs, endMs }) => startMs < endMs && endMs - startMs <= DAY_MS);
}

/** Whether trading time is named with its end first, and no sound session covers it: then nobody knows when it is. */
export function isBackward(day: TradingDay): boolean {
  const sound = merge(spansOf(day));
  return pairsOf(day).some(
    ({ startMs, endMs }) =>
      startMs > endMs && !sound.some((span) => span.startMs <= endMs && startMs <= span.endMs),
  );
}

/** Both times named, at a date where they can be meant: a time left at a wrong one must not open the exchange for days. */
function pairsOf(day: TradingDay): Session[] {
  const date = timeOf(day.date);
  const pairs: readonly (readonly [Date | undefined, Date | undefined])[] = [
    [day.startTime, day.endTime],
    [day.eveningStartTime, day.eveningEndTime],
    [day.premarketStartTime, day.premarketEndTime],
    ...day.intervals.filter(isSession).map((one) => [one.interval?.startTs, one.interval?.endTs] as const),
  ];
  const isNear = (atMs: number): boolean =>
    date === null || (atMs >= date - DAY_MS && atMs <= date + 2 * DAY_MS);
  return pairs.flatMap(([start, end]) => {
    const startMs = timeOf(start);
    const endMs = timeOf(end);
    if (startMs === null || endMs === null || !isNear(startMs) || !isNear(endMs)) return [];
    return [{ startMs, endMs }];
  });
}

const isSession = (interval: TradingInterval): boolean => !NO_SESSION.test(interval.type);

/** In order; one where they overlap or touch. */
export function merge(spans: readonly Session[]): readonly Session[] {
  const merged: Session[] = [];
  for (const span of spans.toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)) {
    const last = merged.at(-1);
    if (last && span.startMs <= last.endMs)
      merged[merged.length - 1] = { startMs: last.startMs, endMs: Math.max(last.endMs, span.endMs) };
    else merged.push(span);
  }
  return merged;
}
