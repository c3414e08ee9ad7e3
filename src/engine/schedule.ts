// When trading is possible and when the next iteration is due. Pure: sessions and instants in, instants out.

import { moscowDay } from '../core/moscow-day.ts';
import type { Session } from '../ports.ts';

export const MOSCOW = 'Europe/Moscow';
/** Trading of an ordinary weekday that no schedule reaches back to: 10:00 to 18:45. */
const ORDINARY_DAY_MS = 8.75 * 3_600_000;

export const isOpen = (sessions: readonly Session[], nowMs: number): boolean =>
  sessions.some((session) => session.startMs <= nowMs && nowMs < session.endMs);

/** Start of the next session, `null` where the schedule shows none. */
export function nextOpen(sessions: readonly Session[], nowMs: number): number | null {
  const starts = sessions.filter((session) => session.startMs > nowMs).map((session) => session.startMs);
  return starts.length === 0 ? null : Math.min(...starts);
}

/** The session that `atMs` falls into; `null` between sessions. */
export const sessionAt = (sessions: readonly Session[], atMs: number): Session | null =>
  sessions.find((session) => session.startMs <= atMs && atMs < session.endMs) ?? null;

/**
 * Age of a price counted only over time in which its instrument could trade. The venue's schedules reach no further
 * back than today, so earlier weekdays that lie wholly between count as ordinary days: a price from the last
 * trading day is fresh in the morning, one from last week is not.
 */
export function tradingAge(sessions: readonly Session[], fromMs: number, nowMs: number): number {
  const within = sessions.reduce((sum, session) => {
    const start = Math.max(session.startMs, fromMs);
    const end = Math.min(session.endMs, nowMs);
    return end > start ? sum + (end - start) : sum;
  }, 0);
  return within + weekdaysBetween(fromMs, sessions[0]?.startMs ?? nowMs, nowMs) * ORDINARY_DAY_MS;
}

/** Whole Moscow weekdays after the day of `fromMs` and before the first day that the schedule knows. */
function weekdaysBetween(fromMs: number, firstKnownMs: number, nowMs: number): number {
  const end = moscowDay(Math.min(firstKnownMs, nowMs));
  let count = 0;
  for (let day = moscowDay(fromMs) + 1; day < end && count < 10; day += 1) {
    const weekday = (day + 4) % 7;
    if (weekday !== 0 && weekday !== 6) count += 1;
  }
  return count;
}

/** Sessions of several exchanges as one list, overlaps merged. */
export function union(lists: readonly (readonly Session[])[]): Session[] {
  const sorted = lists.flat().sort((a, b) => a.startMs - b.startMs);
  const merged: Session[] = [];
  for (const session of sorted) {
    const last = merged.at(-1);
    if (last && session.startMs <= last.endMs) {
      merged[merged.length - 1] = { startMs: last.startMs, endMs: Math.max(last.endMs, session.endMs) };
    } else merged.push(session);
  }
  return merged;
}

/**
 * Instant of the next iteration: one interval after the start of this one (never in the past, so a slow iteration is
 * followed at once, not twice; never more than an interval from now, so a clock that was set back costs one interval at
 * most). Where a closed exchange means skipping: its next opening, if it is closed now or then.
 */
export function nextDue(due: {
  startedAtMs: number;
  nowMs: number;
  intervalMs: number;
  sessions: readonly Session[] | null;
  waitForOpening: boolean;
}): number {
  const planned = Math.max(due.nowMs, due.startedAtMs + due.intervalMs);
  const regular = Math.min(planned, due.nowMs + due.intervalMs);
  if (!due.sessions || !due.waitForOpening) return regular;
  if (!isOpen(due.sessions, due.nowMs)) return nextOpen(due.sessions, due.nowMs) ?? regular;
  return isOpen(due.sessions, regular) ? regular : (nextOpen(due.sessions, regular) ?? regular);
}
