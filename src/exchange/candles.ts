// Candles from the tape: open, high, low and close over the steps at which the instrument traded.
// Exact on the ten-second grid: a longer candle contains the shorter ones, up to the hours. A day's open and close are
// exact too, its high and low are those of a few of its hours, so that years of days cost milliseconds.
// Raw bigints: nano per piece.

import { isTrading, type Span } from './calendar.ts';
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

interface CandleRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lengthMs: number;
  readonly nowMs: number;
}

/** Candles of `lengthMs` that begin in [fromMs, toMs) and not after `nowMs`; days are UTC days, as the venue dates them. */
export function candlesOf(instrument: Instrument, market: Market, range: CandleRange): readonly Candle[] {
  if (range.lengthMs === DAY_MS) return daysOf(instrument, market, range);
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
  return drafts.map((draft) => candle(instrument, draft, lengthMs, nowMs));
}

const candle = (instrument: Instrument, draft: Draft, lengthMs: number, nowMs: number): Candle => ({
  ...draft,
  volume:
    draft.steps * (50 + (mix(seedOf(1, instrument.uid), 0, Math.floor(draft.startMs / MINUTE_MS)) % 500)),
  complete: draft.startMs + lengthMs <= nowMs,
});

/** Finished days of each market, by listing, day and what its price went through since. */
const finished = new WeakMap<Market, Map<string, Candle>>();
const FINISHED_MAX = 50_000;
/** Four hours. */
const APART_STEPS = 1_440;

/** A Moscow day trades within the UTC day of the same date, so the one names the other. */
function daysOf(instrument: Instrument, market: Market, range: CandleRange): readonly Candle[] {
  if (!instrument.quoted) return [];
  const known = finished.get(market) ?? new Map<string, Candle>();
  finished.set(market, known);
  const found: Candle[] = [];
  const toMs = Math.min(range.toMs, range.nowMs + 1);
  for (let day = Math.ceil(range.fromMs / DAY_MS); day * DAY_MS < toMs; day += 1) {
    const key = `${instrument.uid}/${day}/${instrument.step}/${market.changesOf(instrument)}`;
    const made = known.get(key) ?? dayOf(instrument, market, day, range.nowMs);
    if (made === null) continue;
    if (made.complete) {
      if (known.size >= FINISHED_MAX) known.clear();
      known.set(key, made);
    }
    found.push(made);
  }
  return found;
}

function dayOf(instrument: Instrument, market: Market, day: number, nowMs: number): Candle | null {
  const drafts: Draft[] = [];
  let steps = 0;
  for (const span of market.calendar.spans(instrument.exchange, day)) {
    if (!isTrading(span.phase) || span.startMs > nowMs) continue;
    steps += stepAt(Math.min(span.endMs - 1, nowMs)) - stepAt(span.startMs) + 1;
    for (const step of outline(span, nowMs))
      extend(drafts, stepMs(step), DAY_MS, market.priceAtStep(instrument, step), span.phase === 'dealer');
  }
  const [draft] = drafts;
  return draft === undefined ? null : candle(instrument, { ...draft, steps }, DAY_MS, nowMs);
}

/** First step of a span, one every four hours, last step that has begun. */
function outline(span: Span, nowMs: number): readonly number[] {
  const first = stepAt(span.startMs);
  const last = stepAt(Math.min(span.endMs - 1, nowMs));
  const steps: number[] = [];
  for (let step = first; step < last; step += APART_STEPS) steps.push(step);
  return [...steps, last];
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
