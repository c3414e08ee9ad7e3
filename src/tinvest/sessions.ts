// When an exchange trades, from TradingSchedules, today's sessions that have ended included: a price's age counts them.
// Guarantees: in order, not overlapping, start < end, within their own day; no schedule, or one that makes no sense, is an
// error (the caller stays closed, and asks again at its next look), never an empty success.

import type { TradingDay, TradingSchedule } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { DAY_MS, moscowDate } from '../core/moscow-day.ts';
import { type Clock, type Market, type Session, WorldError } from '../ports.ts';
import type { Calls } from './call.ts';
import { timeOf } from './convert.ts';
import { createDayCache } from './day-cache.ts';
import { isBackward, merge, spansOf } from './day-sessions.ts';
import { worldError } from './failure.ts';
import { SHARED_METHODS } from './methods.ts';
import type { WireLog } from './wire-log.ts';

/** The venue refuses a `from` in the past (30003). */
const HEAD_START_MS = 60_000;
/** It refuses more than 14 days (30002); holidays can close an exchange for ten. */
const SPAN_MS = 13 * DAY_MS;

export type Sessions = Pick<Market, 'sessions'>;

export function createSessions(calls: Calls, clock: Clock, log: WireLog): Sessions {
  const cache = createDayCache<readonly Session[]>(clock);

  /**
   * Whether `from` is compared as an instant or as a date is not known. A minute from now passes both ways; where that
   * leaves today out of the answer, the start of today is asked for as well, and counts if it is accepted.
   */
  async function read(exchange: string): Promise<readonly Session[]> {
    const now = clock.now();
    const schedule = await ask(exchange, now + HEAD_START_MS, now + SPAN_MS);
    const today = Math.floor(now / DAY_MS) * DAY_MS;
    const hasToday = schedule.days.some((day) => dayStart(day) === today);
    const whole = hasToday ? null : await askOrNull(exchange, today, now + SPAN_MS);
    return believed(whole ?? schedule, exchange, now);
  }

  /** @throws {WorldError} refused_data: what is thrown is not kept for the day */
  function believed(schedule: TradingSchedule, exchange: string, nowMs: number): readonly Session[] {
    const trouble = troubleIn(schedule, nowMs);
    if (trouble === null) return sessionsOf(schedule, log);
    throw new WorldError(
      'refused_data',
      `the broker's trading schedule of ${JSON.stringify(exchange)} makes no sense: ${trouble}; ` +
        'it is read again at the next look, until then the exchange counts as closed',
      'soon',
    );
  }

  const request = (exchange: string, fromMs: number, toMs: number) =>
    calls.ask(SHARED_METHODS.tradingSchedules, { exchange, from: new Date(fromMs), to: new Date(toMs) });

  async function ask(exchange: string, fromMs: number, toMs: number): Promise<TradingSchedule> {
    const answer = await request(exchange, fromMs, toMs);
    if (!answer.ok) throw worldError(answer.failure, SHARED_METHODS.tradingSchedules.path);
    const found = named(answer.response.exchanges, exchange);
    if (found) return found;
    const others = answer.response.exchanges.map((one) => one.exchange).join(', ') || 'none';
    throw new WorldError(
      'refused_data',
      `the broker has no trading schedule named ${JSON.stringify(exchange)} (it answered with: ${others}): ` +
        'check "exchange" in CONFIG.json; until then the exchange counts as closed',
      'later',
    );
  }

  async function askOrNull(exchange: string, fromMs: number, toMs: number): Promise<TradingSchedule | null> {
    const answer = await request(exchange, fromMs, toMs);
    return answer.ok ? (named(answer.response.exchanges, exchange) ?? null) : null;
  }

  return {
    sessions: (exchange) => cache.get(exchange.toLowerCase(), () => read(exchange)),
  };
}

const named = (schedules: readonly TradingSchedule[], exchange: string): TradingSchedule | undefined =>
  schedules.find((schedule) => schedule.exchange.toLowerCase() === exchange.toLowerCase());

const dayStart = (day: TradingDay): number => Math.floor((timeOf(day.date) ?? 0) / DAY_MS) * DAY_MS;

/**
 * Why the next trading day, today if it is one, is not known; `null` where it is. Of the days after it there is no hurry:
 * by then the schedule has been read again.
 */
function troubleIn(schedule: TradingSchedule, nowMs: number): string | null {
  if (schedule.days.length === 0) return 'it names no day';
  const today = Date.parse(`${moscowDate(nowMs)}T00:00:00Z`);
  const next = schedule.days
    .filter((day) => day.isTradingDay && dayStart(day) >= today)
    .toSorted((a, b) => dayStart(a) - dayStart(b))[0];
  if (next === undefined) return null;
  const date = new Date(dayStart(next)).toISOString().slice(0, 10);
  if (spansOf(next).length === 0) return `its trading day ${date} has no valid session`;
  return isBackward(next) ? `a session of ${date} ends before it begins` : null;
}

/** All sessions of a schedule, in order, merged where they overlap or touch. */
export function sessionsOf(schedule: TradingSchedule, log: WireLog): readonly Session[] {
  return merge(
    schedule.days.flatMap((day) => {
      if (!day.isTradingDay) return [];
      const spans = spansOf(day);
      if (spans.length === 0)
        log.warn(
          { exchange: schedule.exchange, date: timeOf(day.date) },
          'a trading day without a single valid session counts as closed',
        );
      return spans;
    }),
  );
}
