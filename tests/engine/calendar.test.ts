import { describe, expect, test } from 'bun:test';
import { type Calendar, lastInstant, nextInstant } from '../../src/engine/calendar.ts';

const MOSCOW = 'Europe/Moscow';
const at = (iso: string): number => Date.parse(iso);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
const calendar = (
  every: Calendar['every'],
  weekday: Calendar['weekday'] = null,
  timeZone = MOSCOW,
  time = '11:00',
): Calendar => ({
  every,
  weekday,
  timeZone,
  timeMinutes: Number(time.slice(0, 2)) * 60 + Number(time.slice(3)),
});

/** Saturday 2026-11-21, 13:00 Moscow. */
const NOW = at('2026-11-21T10:00Z');

describe('the instants of a calendar', () => {
  test.each<[string, Calendar, string, string]>([
    ['every day', calendar('daily'), '2026-11-21T08:00', '2026-11-22T08:00'],
    [
      'every day, later today',
      calendar('daily', null, MOSCOW, '13:01'),
      '2026-11-20T10:01',
      '2026-11-21T10:01',
    ],
    [
      'every week on Monday unless told otherwise',
      calendar('weekly'),
      '2026-11-16T08:00',
      '2026-11-23T08:00',
    ],
    ['every week on Saturday', calendar('weekly', 'sat'), '2026-11-21T08:00', '2026-11-28T08:00'],
    ['every week on Sunday', calendar('weekly', 'sun'), '2026-11-15T08:00', '2026-11-22T08:00'],
    ['every month on the first', calendar('monthly'), '2026-11-01T08:00', '2026-12-01T08:00'],
    [
      'every month on its first Wednesday',
      calendar('monthly', 'wed'),
      '2026-11-04T08:00',
      '2026-12-02T08:00',
    ],
    ['every quarter', calendar('quarterly'), '2026-10-01T08:00', '2027-01-01T08:00'],
    [
      'every quarter on its first Friday',
      calendar('quarterly', 'fri'),
      '2026-10-02T08:00',
      '2027-01-01T08:00',
    ],
    ['every year', calendar('yearly'), '2026-01-01T08:00', '2027-01-01T08:00'],
    ['every year on its first Monday', calendar('yearly', 'mon'), '2026-01-05T08:00', '2027-01-04T08:00'],
    [
      'elsewhere',
      calendar('daily', null, 'America/New_York', '04:59'),
      '2026-11-21T09:59',
      '2026-11-22T09:59',
    ],
  ])('%s', (_, each, last, next) => {
    expect([iso(lastInstant(each, NOW)), iso(nextInstant(each, NOW))]).toEqual([last, next]);
  });

  test('an instant is its own last one, and not its own next one', () => {
    const each = calendar('monthly');
    const instant = at('2026-11-01T08:00Z');
    expect(lastInstant(each, instant)).toBe(instant);
    expect(lastInstant(each, instant - 1)).toBe(at('2026-10-01T08:00Z'));
    expect(nextInstant(each, instant - 1)).toBe(instant);
    expect(nextInstant(each, instant)).toBe(at('2026-12-01T08:00Z'));
  });

  test.each<[string, string, string, string, string]>([
    // Berlin: 2026-03-29 has no 02:30, 2026-10-25 has it twice.
    ['keeps its time of day in summer', 'Europe/Berlin', '11:00', '2026-07-01T12:00Z', '2026-07-01T09:00'],
    ['keeps its time of day in winter', 'Europe/Berlin', '11:00', '2026-12-01T12:00Z', '2026-12-01T10:00'],
    ['moves by what is skipped', 'Europe/Berlin', '02:30', '2026-03-29T12:00Z', '2026-03-29T01:30'],
    ['is the first of two', 'Europe/Berlin', '02:30', '2026-10-25T12:00Z', '2026-10-25T00:30'],
    [
      'is the first of two across the ocean',
      'America/New_York',
      '01:30',
      '2026-11-01T20:00Z',
      '2026-11-01T05:30',
    ],
  ])('where clocks change it %s', (_, zone, time, now, expected) => {
    expect(iso(lastInstant(calendar('daily', null, zone, time), at(now)))).toBe(expected);
  });

  test('each day of a year has exactly one instant, in order, wherever clocks change', () => {
    for (const zone of [MOSCOW, 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe']) {
      const each = calendar('daily', null, zone, '02:15');
      let instant = at('2026-01-01T00:00Z');
      for (let day = 0; day < 366; day += 1) {
        const next = nextInstant(each, instant);
        expect(lastInstant(each, next)).toBe(next);
        if (day > 0) expect(Math.abs(next - instant - 86_400_000)).toBeLessThanOrEqual(3_600_000);
        instant = next;
      }
    }
  });
});
