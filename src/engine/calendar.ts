// The instants of `rebalance.calendar`: a period's day and time of day in a time zone, as instants. Pure.
// Guarantees: every period has exactly one instant, also where clocks are changed: a time that such a day skips moves by what
// was skipped, one that it has twice is the first of the two.

import { fromZonedTime } from 'date-fns-tz/fromZonedTime';
import { getTimezoneOffset } from 'date-fns-tz/getTimezoneOffset';
import { unreachable } from '../core/unreachable.ts';
import type { TimingSettings, Weekday } from './account-context.ts';

export type Calendar = NonNullable<TimingSettings['calendar']>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
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
  const local = new Date(atMs + getTimezoneOffset(timeZone, new Date(atMs)));
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
  const date = new Date(dayOf(calendar, period) * DAY_MS).toISOString().slice(0, 10);
  const { timeMinutes, timeZone } = calendar;
  const [hours, minutes] = [Math.floor(timeMinutes / 60), timeMinutes % 60];
  const local = Date.parse(`${date}T${pair(hours)}:${pair(minutes)}:00Z`);
  const found = fromZonedTime(`${date}T${pair(hours)}:${pair(minutes)}:00`, timeZone).getTime();
  return firstOf(local, found, timeZone);
}

const pair = (count: number): string => String(count).padStart(2, '0');

/** Of two instants with the same time of day the earlier one. */
function firstOf(local: number, found: number, timeZone: string): number {
  for (const before of [2 * HOUR_MS, HOUR_MS, HOUR_MS / 2]) {
    const earlier = found - before;
    if (earlier + getTimezoneOffset(timeZone, new Date(earlier)) === local) return earlier;
  }
  return found;
}

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
