import { describe, expect, test } from 'bun:test';
import { NO_TIMING, type TimingPolicy } from '../../src/core/timing-policy.ts';
import type { AccountSettings } from '../../src/engine/account-context.ts';
import { timingOf } from '../../src/engine/rebalance-timing.ts';
import type { Journal, RebalanceMarks } from '../../src/ports.ts';

const HOUR_MS = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const NOTHING: RebalanceMarks = { tradedAtMs: null, calendarAtMs: null };

const timing = (settings: Partial<TimingPolicy>, now: string, marks: Partial<RebalanceMarks> = {}) =>
  timingOf(
    {
      settings: { id: 'a', timing: { ...NO_TIMING, ...settings } } as AccountSettings,
      journal: { rebalanceMarks: () => ({ ...NOTHING, ...marks }) } as unknown as Journal,
    },
    { nowMs: at(now) },
  );

describe('the calendar', () => {
  const calendar = {
    every: 'monthly',
    weekday: null,
    timeMinutes: 11 * 60,
    timeZone: 'Europe/Moscow',
  } as const;
  const since = { calendarAtMs: at('2026-10-01T08:00Z') };

  test.each<[string, string, Partial<RebalanceMarks>, boolean]>([
    ['is not due before its instant', '2026-11-01T07:59:59.999Z', since, false],
    ['is due at its instant', '2026-11-01T08:00Z', since, true],
    ['is due for as long as nobody has dealt with it', '2026-11-17T08:00Z', since, true],
    [
      'is not due once it is dealt with',
      '2026-11-17T08:00Z',
      { calendarAtMs: at('2026-11-01T08:00Z') },
      false,
    ],
    ['is not due for an account that has just begun', '2026-11-17T08:00Z', {}, false],
  ])('%s', (_, now, marks, due) => {
    expect(timing({ calendar }, now, marks).calendarDue).toBe(due);
  });

  test('of every day is due a day after the instant that was dealt with, and not before', () => {
    const daily = { calendar: { ...calendar, every: 'daily' } } as const;
    const dealtWith = { calendarAtMs: at('2026-11-17T08:00Z') };
    expect(timing(daily, '2026-11-18T07:59:59.999Z', dealtWith).calendarDue).toBe(false);
    expect(timing(daily, '2026-11-18T08:00Z', dealtWith).calendarDue).toBe(true);
  });

  test('says when', () => {
    expect(timing({ calendar }, '2026-11-17T08:00Z', since).calendar).toBe(
      'due since 2026-11-01 11:00 Europe/Moscow',
    );
    expect(timing({ calendar }, '2026-11-17T08:00Z').calendar).toBe('next on 2026-12-01 11:00 Europe/Moscow');
  });
});

describe('the window', () => {
  const window = { days: new Set(['mon', 'fri'] as const), fromMinutes: 11 * 60, toMinutes: 18 * 60 };

  test.each<[string, string, boolean]>([
    ['opens on its minute', '2026-11-20T08:00Z', true],
    ['is closed a moment before', '2026-11-20T07:59:59.999Z', false],
    ['is open until its end', '2026-11-20T14:59:59.999Z', true],
    ['is closed at its end', '2026-11-20T15:00Z', false],
    ['is closed on other days', '2026-11-19T09:00Z', false],
    ['is open on Monday', '2026-11-23T09:00Z', true],
  ])('%s (Moscow time)', (_, now, open) => {
    const found = timing({ window }, now);
    expect(found.blocked === null).toBe(open);
    expect(found.blockedBy).toBe(open ? undefined : 'rebalance.window');
  });

  test('to 23:59 lasts to the end of the day', () => {
    const whole = { days: new Set(['fri'] as const), fromMinutes: 0, toMinutes: 24 * 60 - 1 };
    expect(timing({ window: whole }, '2026-11-20T20:59:59.999Z').blocked).toBeNull();
    expect(timing({ window: whole }, '2026-11-20T21:00Z').blocked).toContain(
      'outside the window (fri 00:00 to 23:59',
    );
  });
});

describe('the cooldown', () => {
  const cooldown = { cooldownMs: 24 * HOUR_MS };
  const traded = { tradedAtMs: at('2026-11-19T10:00Z') };

  test.each<[string, string, Partial<RebalanceMarks>, string | null]>([
    [
      'holds until its end',
      '2026-11-20T09:59:59.999Z',
      traded,
      'cooling down until 2026-11-20 13:00 Moscow time',
    ],
    ['is over at its end', '2026-11-20T10:00Z', traded, null],
    ['is none for an account that has not traded', '2026-11-20T09:00Z', {}, null],
    ['is none after a clock was set back', '2026-11-19T09:00Z', traded, null],
  ])('%s', (_, now, marks, blocked) => {
    expect(timing(cooldown, now, marks).blocked).toBe(blocked);
  });
});

test('no rule reads nothing', () => {
  expect(timing({}, '2026-11-20T10:00Z')).toEqual({ calendarDue: false, calendar: '', blocked: null });
});
