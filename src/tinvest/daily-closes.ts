// Closes of finished days from GetCandles, in requests of at most a year each.
// Guarantees: one close per day, oldest first, each day named by the Moscow date of its candle, whatever hour the venue
// gives it; a day still running or without a believable close is left out.

import { CandleInterval, type HistoricCandle } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import type { Close } from '../core/close.ts';
import { DAY_MS, moscowDate } from '../core/moscow-day.ts';
import { type Price, price } from '../core/units.ts';
import { WorldError } from '../ports.ts';
import type { Calls } from './call.ts';
import { amountOf, timeOf } from './convert.ts';
import { SHARED_METHODS } from './methods.ts';
import type { WireLog } from './wire-log.ts';

/** The vendor's older pages allow a year of day candles at once, newer ones six. */
const SPAN_MS = 365 * DAY_MS;
/** Midnight in Moscow, should the venue date a day by it, is before the midnight UTC that we name the day by. */
const EARLIER_MS = 3 * 3_600_000;

export interface CandleSpan {
  readonly uid: string;
  /** Days whose midnight UTC is in [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
}

/** @throws {WorldError} */
export async function readDailyCloses(
  calls: Calls,
  { uid, fromMs, toMs }: CandleSpan,
  log: WireLog,
): Promise<readonly Close[]> {
  if (toMs <= fromMs) return [];
  const candles: HistoricCandle[] = [];
  for (let startMs = fromMs - EARLIER_MS; startMs < toMs; startMs += SPAN_MS) {
    const reply = await calls.read(SHARED_METHODS.candles, {
      instrumentId: uid,
      from: new Date(startMs),
      to: new Date(Math.min(startMs + SPAN_MS, toMs)),
      interval: CandleInterval.CANDLE_INTERVAL_DAY,
    });
    candles.push(...reply.candles);
  }
  const byDay = new Map<number, Close>();
  for (const candle of candles.filter((each) => each.isComplete)) {
    const atMs = timeOf(candle.time);
    if (atMs === null) continue;
    const dayMs = Date.parse(moscowDate(atMs));
    if (dayMs < fromMs || dayMs >= toMs) continue;
    const close = closeOf(candle, uid, log);
    // Of two candles of one day the later in the answer counts.
    if (close !== null) byDay.set(dayMs, { dayMs, price: close });
  }
  return [...byDay.values()].sort((a, b) => a.dayMs - b.dayMs);
}

/** A wrong close costs its day, not the history. */
function closeOf(candle: HistoricCandle, uid: string, log: WireLog): Price | null {
  try {
    const nano = amountOf(candle.close, `close of a daily candle of ${uid}`);
    return nano > 0n ? price(nano) : null;
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    log.warn({ uid, problem: error.message }, 'a daily candle is left out');
    return null;
  }
}
