// The instants of `rebalance.calendar`: a period's day and time of day in a time zone, as instants. Pure.
// Guarantees: every period has exactly one instant, also where clocks are changed: a time that such a day skips moves by what
// was skipped, one that it has twice is the first of the two.

import { DAY_MS } from '../core/moscow-day.ts';
import type { TimingPolicy, Weekday } from '../core/timing-policy.ts';
import { unreachable } from '../core/unreachable.ts';

export type Calendar = NonNullable<TimingPolicy['calendar']>;

const MINUTE_MS = 60_000;
const WEEKDAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** 1970-01-01 was one. */
const THURSDAY = 4;

/** The latest instant at or before `atMs`. */
export function lastInstant(calendar: Calendar, atMs: number): number {
  const period = periodOf(calendar, atMs) + 1;
  for (let back = 0; ; back += 1) {
    const instant = instantOf(calendar, period - back);
    if (instant <= atMs) return instant;
  }
}

/** The first instant after `atMs`. */
export function nextInstant(calendar: Calendar, atMs: number): number {
  const period = periodOf(calendar, atMs) - 1;
  for (let on = 0; ; on += 1) {
    const instant = instantOf(calendar, period + on);
    if (instant > atMs) return instant;
  }
}

/** Number of the period that the zone's date falls into. */
function periodOf({ every, timeZone }: Calendar, atMs: number): number {
  const local = new Date(atMs + offsetAt(timeZone, atMs));
  const month = local.getUTCFullYear() * 12 + local.getUTCMonth();
  const day = Math.floor(local.getTime() / DAY_MS);
  switch (every) {
    case 'daily':
      return day;
    case 'weekly':
      return Math.floor(day / 7);
    case 'monthly':
      return month;
    case 'quarterly':
      return Math.floor(month / 3);
    case 'yearly':
      return Math.floor(month / 12);
    default:
      return unreachable(every);
  }
}

function instantOf(calendar: Calendar, period: number): number {
  const local = dayOf(calendar, period) * DAY_MS + calendar.timeMinutes * MINUTE_MS;
  return atLocalTime(local, calendar.timeZone);
}

/** @param local the zone's date and time as if it were UTC */
function atLocalTime(local: number, timeZone: string): number {
  const before = local - offsetAt(timeZone, local - DAY_MS);
  const after = local - offsetAt(timeZone, local + DAY_MS);
  const fitting = [before, after].filter((atMs) => atMs + offsetAt(timeZone, atMs) === local);
  // Of a time that is skipped: what it would be had no clock been changed.
  return fitting.length > 0 ? Math.min(...fitting) : before;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the zone's clocks are ahead of UTC at an instant. */
function offsetAt(timeZone: string, atMs: number): number {
  const format = formats.get(timeZone) ?? formatFor(timeZone);
  formats.set(timeZone, format);
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const [year, month, day] = [part('year'), part('month') - 1, part('day')];
  const local = Date.UTC(year, month, day, part('hour'), part('minute'), part('second'));
  return local - Math.floor(atMs / 1000) * 1000;
}

const formatFor = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

/** Days since 1970-01-01 of the period's day: its first, or its first of that weekday. */
function dayOf({ every, weekday }: Calendar, period: number): number {
  switch (every) {
    case 'daily':
      return period;
    case 'weekly':
      return onWeekday(period * 7, weekday ?? 'mon');
    case 'monthly':
      return monthDay(period, weekday);
    case 'quarterly':
      return monthDay(period * 3, weekday);
    case 'yearly':
      return monthDay(period * 12, weekday);
    default:
      return unreachable(every);
  }
}

function monthDay(month: number, weekday: Weekday | null): number {
  const first = Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY_MS;
  return weekday === null ? first : onWeekday(first, weekday);
}

/** The first such day at or after. */
function onWeekday(day: number, weekday: Weekday): number {
  const wanted = WEEKDAYS.indexOf(weekday);
  return day + ((wanted - ((day + THURSDAY) % 7) + 7) % 7);
}
