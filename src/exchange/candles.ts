// Candles from the tape: open, high, low and close over the steps at which the instrument traded.
// Exact on the ten-second grid: a longer candle contains the shorter ones. Raw bigints: nano per piece.

import { isTrading } from './calendar.ts';
import type { Instrument } from './instrument.ts';
import type { Market } from './market.ts';
import { DAY_MS, MINUTE_MS, moscowDay } from './moscow.ts';
import { stepAt, stepMs } from './tape.ts';
import { mix, seedOf } from './walk.ts';

export interface Candle {
  readonly startMs: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
  readonly volume: number;
  readonly complete: boolean;
  readonly dealer: boolean;
}

interface Draft {
  startMs: number;
  open: bigint;
  high: bigint;
  low: bigint;
  close: bigint;
  steps: number;
  dealer: boolean;
}

/** Candles of `lengthMs` that begin in [fromMs, toMs) and not after `nowMs`; days are UTC days, as the venue dates them. */
export function candlesOf(
  instrument: Instrument,
  market: Market,
  range: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly lengthMs: number;
    readonly nowMs: number;
  },
): readonly Candle[] {
  const { fromMs, lengthMs, nowMs } = range;
  const toMs = Math.min(range.toMs, nowMs + 1);
  const drafts: Draft[] = [];
  if (!instrument.quoted) return [];
  for (let day = moscowDay(fromMs); day <= moscowDay(toMs - 1); day += 1) {
    for (const span of market.calendar.spans(instrument.exchange, day)) {
      if (!isTrading(span.phase)) continue;
      const first = Math.max(stepAt(span.startMs), stepAt(fromMs + 9_999));
      const last = Math.min(stepAt(span.endMs - 1), stepAt(toMs - 1));
      for (let step = first; step <= last; step += 1)
        extend(drafts, stepMs(step), lengthMs, market.priceAtStep(instrument, step), span.phase === 'dealer');
    }
  }
  const seed = seedOf(1, instrument.uid);
  return drafts.map((draft) => ({
    ...draft,
    volume: draft.steps * (50 + (mix(seed, 0, Math.floor(draft.startMs / MINUTE_MS)) % 500)),
    complete: draft.startMs + lengthMs <= nowMs,
  }));
}

function extend(drafts: Draft[], atMs: number, lengthMs: number, price: bigint, dealer: boolean): void {
  const startMs = Math.floor(atMs / lengthMs) * lengthMs;
  const last = drafts.at(-1);
  if (last === undefined || last.startMs !== startMs) {
    drafts.push({ startMs, open: price, high: price, low: price, close: price, steps: 1, dealer });
    return;
  }
  if (price > last.high) last.high = price;
  if (price < last.low) last.low = price;
  last.close = price;
  last.steps += 1;
}

export const WEEK_MS = 7 * DAY_MS;
