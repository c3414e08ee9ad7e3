// When an exchange trades, from TradingSchedules. Some exchanges fill `intervals`, some only the older pairs of times:
// a session is the union of both; auctions, clearing and breaks are none.
// Guarantees: in order, not overlapping, start < end, within their own day; no schedule is an error (the caller stays
// closed), never an empty success.

import type {
  TradingDay,
  TradingInterval,
  TradingSchedule,
} from 'tinkoff-invest-api/dist/generated/instruments.js';
import { type Clock, type Market, type Session, WorldError } from '../ports.ts';
import type { Calls } from './call.ts';
import { timeOf } from './convert.ts';
import { createDayCache } from './day-cache.ts';
import { worldError } from './failure.ts';
import { SHARED_METHODS } from './methods.ts';
import type { WireLog } from './wire-log.ts';

const DAY_MS = 24 * 3_600_000;
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
    if (schedule.days.some((day) => dayStart(day) === today)) return sessionsOf(schedule, log);
    const whole = await askOrNull(exchange, today, now + SPAN_MS);
    return sessionsOf(whole ?? schedule, log);
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
    async sessions(exchange) {
      const all = await cache.get(exchange.toLowerCase(), () => read(exchange));
      const now = clock.now();
      return all.filter((session) => session.endMs > now);
    },
  };
}

const named = (schedules: readonly TradingSchedule[], exchange: string): TradingSchedule | undefined =>
  schedules.find((schedule) => schedule.exchange.toLowerCase() === exchange.toLowerCase());

const dayStart = (day: TradingDay): number => Math.floor((timeOf(day.date) ?? 0) / DAY_MS) * DAY_MS;

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

const NO_SESSION = /auction|clearing|break|closing_period|opening_period/i;

function spansOf(day: TradingDay): Session[] {
  const date = timeOf(day.date);
  const pairs: readonly (readonly [Date | undefined, Date | undefined])[] = [
    [day.startTime, day.endTime],
    [day.eveningStartTime, day.eveningEndTime],
    [day.premarketStartTime, day.premarketEndTime],
    ...day.intervals.filter(isSession).map((one) => [one.interval?.startTs, one.interval?.endTs] as const),
  ];
  return pairs.flatMap(([start, end]) => {
    const startMs = timeOf(start);
    const endMs = timeOf(end);
    if (startMs === null || endMs === null || startMs >= endMs || endMs - startMs > DAY_MS) return [];
    // A time left at a wrong date must not open the exchange for days.
    if (date !== null && (startMs < date - DAY_MS || endMs > date + 2 * DAY_MS)) return [];
    return [{ startMs, endMs }];
  });
}

const isSession = (interval: TradingInterval): boolean => !NO_SESSION.test(interval.type);

function merge(spans: readonly Session[]): readonly Session[] {
  const merged: Session[] = [];
  for (const span of spans.toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs)) {
    const last = merged.at(-1);
    if (last && span.startMs <= last.endMs)
      merged[merged.length - 1] = { startMs: last.startMs, endMs: Math.max(last.endMs, span.endMs) };
    else merged.push(span);
  }
  return merged;
}
