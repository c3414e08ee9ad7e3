// Days of Moscow, against the calendar that the machine knows.

import { expect, test } from 'bun:test';
import { DAY_MS, moscowDate, moscowDay, moscowMidnight } from '../../src/core/moscow-day.ts';

const MIDNIGHT = Date.UTC(2026, 10, 20, 21);
const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Moscow', dateStyle: 'short' });

test.each([
  [-1, '2026-11-20'],
  [0, '2026-11-21'],
  [1, '2026-11-21'],
  [DAY_MS - 1, '2026-11-21'],
  [DAY_MS, '2026-11-22'],
])('%d ms after midnight in Moscow it is %s', (after, day) => {
  expect(moscowDate(MIDNIGHT + after)).toBe(day);
});

test('each instant of two years has the day that the calendar gives it', () => {
  for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2028, 0, 1); ms += 7 * 900_000 + 1)
    expect(moscowDate(ms)).toBe(calendar.format(ms));
});

test('a day begins at its midnight, and the next one a day later', () => {
  expect(moscowMidnight(MIDNIGHT - 1)).toBe(MIDNIGHT - DAY_MS);
  expect(moscowMidnight(MIDNIGHT)).toBe(MIDNIGHT);
  expect(moscowMidnight(MIDNIGHT + DAY_MS - 1)).toBe(MIDNIGHT);
  expect(moscowDay(MIDNIGHT)).toBe(moscowDay(MIDNIGHT - 1) + 1);
});

test('an instant that is none is no date', () => {
  expect(() => moscowDate(Number.NaN)).toThrow(RangeError);
});
