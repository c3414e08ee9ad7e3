// What the clock says about `rebalance`: calendar, window, cooldown.
// An instant of the calendar is due from then on until it is dealt with (rebalance-marks.ts): a holiday, a closed exchange or
// the window only delay it, several that passed are one. An account's first iteration deals with what was before it.

import { formatInTimeZone } from 'date-fns-tz/formatInTimeZone';
import type { Timing } from '../core/facts.ts';
import { moscowDay, moscowMidnight } from '../core/moscow-day.ts';
import type { TimingPolicy, Weekday } from '../core/timing-policy.ts';
import type { AccountContext } from './account-context.ts';
import { type Calendar, lastInstant, nextInstant } from './calendar.ts';
import type { FactsInput } from './facts-input.ts';
import { MOSCOW } from './schedule.ts';

const MINUTE_MS = 60_000;
/** The last minute of the day stands for its end. */
const LAST_MINUTE = 24 * 60 - 1;
/** By the number of days since a Thursday. */
const WEEKDAYS: readonly Weekday[] = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'];

export function timingOf(
  { settings, journal }: Pick<AccountContext, 'settings' | 'journal'>,
  { nowMs }: Pick<FactsInput, 'nowMs'>,
): Timing {
  const { calendar, window, cooldownMs } = settings.timing;
  if (calendar === null && window === null && cooldownMs === 0) return ALWAYS;
  const marks = journal.rebalanceMarks(settings.id);
  const outside = window === null ? null : outsideOf(window, nowMs);
  const cooling = coolingUntil(marks.tradedAtMs, cooldownMs, nowMs);
  const due = calendar !== null && isDue(calendar, marks.calendarAtMs, nowMs);
  return {
    calendarDue: due,
    calendar: calendar === null ? '' : inWords(calendar, due, nowMs),
    blocked: outside ?? cooling,
    ...(outside !== null ? { blockedBy: 'rebalance.window' as const } : {}),
    ...(outside === null && cooling !== null ? { blockedBy: 'rebalance.cooldown' as const } : {}),
  };
}

const ALWAYS: Timing = { calendarDue: false, calendar: '', blocked: null };

const isDue = (calendar: Calendar, dealtWithMs: number | null, nowMs: number): boolean =>
  dealtWithMs !== null && dealtWithMs < lastInstant(calendar, nowMs);

function inWords(calendar: Calendar, due: boolean, nowMs: number): string {
  const atMs = due ? lastInstant(calendar, nowMs) : nextInstant(calendar, nowMs);
  const at = formatInTimeZone(atMs, calendar.timeZone, 'yyyy-MM-dd HH:mm');
  return `${due ? 'due since' : 'next on'} ${at} ${calendar.timeZone}`;
}

function outsideOf(window: NonNullable<TimingPolicy['window']>, nowMs: number): string | null {
  const { days, fromMinutes, toMinutes } = window;
  const day = WEEKDAYS[((moscowDay(nowMs) % 7) + 7) % 7] ?? 'thu';
  const sinceMidnight = nowMs - moscowMidnight(nowMs);
  const endMs = (toMinutes === LAST_MINUTE ? LAST_MINUTE + 1 : toMinutes) * MINUTE_MS;
  if (days.has(day) && fromMinutes * MINUTE_MS <= sinceMidnight && sinceMidnight < endMs) return null;
  return `outside the window (${[...days].join(', ')} ${clock(fromMinutes)} to ${clock(toMinutes)} Moscow time)`;
}

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** A clock that was set back must not lengthen it. */
function coolingUntil(tradedAtMs: number | null, cooldownMs: number, nowMs: number): string | null {
  if (tradedAtMs === null || tradedAtMs > nowMs || nowMs - tradedAtMs >= cooldownMs) return null;
  const until = formatInTimeZone(tradedAtMs + cooldownMs, MOSCOW, 'yyyy-MM-dd HH:mm');
  return `cooling down until ${until} Moscow time`;
}
