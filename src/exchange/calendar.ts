// Sessions of each trading schedule, by Moscow time, and the phase an instant falls into.
// Guarantees: spans are half-open, in order, do not overlap; an unknown schedule is closed for ever.

import { dayStartMs, isoDay, isWeekend, MINUTE_MS, minuteOfDayMs, moscowDay } from './moscow.ts';

/** dealer: the broker's own market at weekends. break: between sessions of one day. */
export type Phase = 'opening' | 'normal' | 'closing' | 'break' | 'dealer' | 'closed';

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
  readonly phase: Phase;
  readonly session: 'morning' | 'main' | 'evening';
}

type Template = readonly (readonly [from: number, to: number, phase: Phase, session: Span['session']])[];

const at = (hours: number, minutes = 0): number => hours * 60 + minutes;

const MOEX_DAY: Template = [
  [at(9, 50), at(10), 'opening', 'main'],
  [at(10), at(18, 55), 'normal', 'main'],
  [at(18, 55), at(19), 'closing', 'main'],
  [at(19), at(19, 5), 'break', 'evening'],
  [at(19, 5), at(23, 50), 'normal', 'evening'],
];
const MAIN_FROM_MS = at(10) * MINUTE_MS;
const MAIN_TO_MS = at(18, 55) * MINUTE_MS;

/** Whether an instant is in the hours of the exchange's main session, whatever the schedule of an instrument. */
export function inMainHours(atMs: number): boolean {
  const day = moscowDay(atMs);
  const sinceMs = atMs - dayStartMs(day);
  return sinceMs >= MAIN_FROM_MS && sinceMs < MAIN_TO_MS && !isWeekend(day);
}

const MORNING: Template = [[at(7), at(9, 50), 'normal', 'morning']];

const FUND_DAY: Template = [[at(10), at(23, 50), 'normal', 'main']];
const FUND_WEEKEND: Template = [[at(10), at(23, 50), 'dealer', 'main']];

interface Schedule {
  readonly weekday: Template;
  readonly weekend: Template;
}

const SCHEDULES: Readonly<Record<string, Schedule>> = {
  MOEX: { weekday: MOEX_DAY, weekend: [] },
  MOEX_PLUS: { weekday: [...MORNING, ...MOEX_DAY], weekend: [] },
  spb_etf_t: { weekday: FUND_DAY, weekend: FUND_WEEKEND },
};

/** Days without any trading, every year. */
const HOLIDAYS = ['01-01', '01-02', '01-07', '12-31'];

/** Longest run of closed days that is looked through. */
const LOOK_BACK_DAYS = 30;

export interface Calendar {
  readonly exchanges: readonly string[];
  /** Spans of one Moscow day, breaks included; empty when it is not a trading day. */
  spans(exchange: string, day: number): readonly Span[];
  phase(exchange: string, atMs: number): Phase;
  /** The latest instant, not after `atMs`, at which it traded; `null` if none within a month. */
  lastTraded(exchange: string, atMs: number): number | null;
  /** End of the last session of the day that holds the instant; midnight when it is over or there is none. */
  dayEnd(exchange: string, atMs: number): number;
}

export const isTrading = (phase: Phase): boolean => phase !== 'closed' && phase !== 'break';

/** `holidays`: "MM-DD" for every year or "YYYY-MM-DD" for one; they close every schedule. */
export function createCalendar(holidays: readonly string[] = HOLIDAYS): Calendar {
  const closed = new Set(holidays);
  const cache = new Map<string, Map<number, readonly Span[]>>();

  function build(exchange: string, day: number): readonly Span[] {
    const schedule = SCHEDULES[exchange];
    const date = isoDay(day);
    if (schedule === undefined || closed.has(date) || closed.has(date.slice(5))) return [];
    const template = isWeekend(day) ? schedule.weekend : schedule.weekday;
    return template.map(([from, to, phase, session]) => ({
      startMs: minuteOfDayMs(day, from),
      endMs: minuteOfDayMs(day, to),
      phase,
      session,
    }));
  }

  function spans(exchange: string, day: number): readonly Span[] {
    const days = cache.get(exchange) ?? new Map<number, readonly Span[]>();
    cache.set(exchange, days);
    const known = days.get(day);
    if (known !== undefined) return known;
    const built = build(exchange, day);
    if (days.size > 10_000) days.clear();
    days.set(day, built);
    return built;
  }

  function lastTraded(exchange: string, atMs: number): number | null {
    const today = moscowDay(atMs);
    for (let day = today; day > today - LOOK_BACK_DAYS; day -= 1) {
      const past = spans(exchange, day).filter((span) => isTrading(span.phase) && span.startMs <= atMs);
      const last = past.at(-1);
      if (last !== undefined) return Math.min(atMs, last.endMs - 1);
    }
    return null;
  }

  return {
    exchanges: Object.keys(SCHEDULES),
    spans,
    phase: (exchange, atMs) =>
      spans(exchange, moscowDay(atMs)).find((span) => span.startMs <= atMs && atMs < span.endMs)?.phase ??
      'closed',
    lastTraded,
    dayEnd(exchange, atMs) {
      const end = spans(exchange, moscowDay(atMs)).at(-1)?.endMs;
      return end === undefined || end <= atMs ? dayStartMs(moscowDay(atMs) + 1) : end;
    },
  };
}
