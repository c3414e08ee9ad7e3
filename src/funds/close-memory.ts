// Closes of finished days, asked for once per instrument and day. Guarantees: a venue that cannot answer is `null`, and is
// asked again next time; one that names no close is asked again after a while, for an answer may have lost its end.

import { DAY_MS, moscowDay } from '../core/moscow-day.ts';
import type { Price } from '../core/units.ts';
import { type Clock, type Market, WorldError } from '../ports.ts';

export interface CloseMemory {
  /** Close of that Moscow day, which must be over; `null` where there was no trading or nothing is known. */
  closeOf(uid: string, day: number): Promise<Price | null>;
  /** Close of the last trading day that was over at that instant, with its day. */
  lastBefore(uid: string, atMs: number): Promise<{ readonly dayMs: number; readonly price: Price } | null>;
}

const ENTRIES_MAX = 5000;
/** Longer than the longest holidays. */
const LOOK_BACK_DAYS = 14;

interface Kept {
  readonly closes: readonly { readonly dayMs: number; readonly price: Price }[];
  readonly untilMs: number;
}

/** @param againMs after which a span without a close is asked about again */
export function createCloseMemory(market: Market, clock: Pick<Clock, 'now'>, againMs: number): CloseMemory {
  const spans = new Map<string, Kept>();

  async function span(uid: string, fromDay: number, toDay: number) {
    const key = `${uid} ${fromDay} ${toDay}`;
    const before = spans.get(key);
    if (before !== undefined && clock.now() < before.untilMs) return before.closes;
    try {
      const closes = await market.dailyCloses(uid, fromDay * DAY_MS, toDay * DAY_MS);
      if (spans.size >= ENTRIES_MAX) spans.clear();
      spans.set(key, {
        closes,
        untilMs: closes.length > 0 ? Number.POSITIVE_INFINITY : clock.now() + againMs,
      });
      return closes;
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      return [];
    }
  }

  return {
    async closeOf(uid, day) {
      const closes = await span(uid, day, day + 1);
      return closes.find(({ dayMs }) => dayMs === day * DAY_MS)?.price ?? null;
    },
    async lastBefore(uid, atMs) {
      const today = moscowDay(atMs);
      return (await span(uid, today - LOOK_BACK_DAYS, today)).at(-1) ?? null;
    },
  };
}
