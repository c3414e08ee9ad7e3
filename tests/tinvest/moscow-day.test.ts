// Days of Moscow, kept by quarters of an hour, against a calendar that keeps nothing.

import { expect, test } from 'bun:test';
import { moscowDay } from '../../src/tinvest/moscow-day.ts';

const MIDNIGHT = Date.UTC(2026, 10, 20, 21);
const MINUTE = 60_000;

/** UTC+3 since 2014. */
const plain = (ms: number): string => new Date(ms + 180 * MINUTE).toISOString().slice(0, 10);

test.each([
  [-1, '2026-11-20'],
  [0, '2026-11-21'],
  [1, '2026-11-21'],
  [24 * 60 * MINUTE - 1, '2026-11-21'],
  [24 * 60 * MINUTE, '2026-11-22'],
])('%d ms after midnight in Moscow it is %s', (after, day) => {
  expect(moscowDay(MIDNIGHT + after)).toBe(day);
});

test('however many instants are asked for, in whatever order, each has its own day', () => {
  const instants = Array.from({ length: 2_000 }, (_, at) => MIDNIGHT + ((at * 7_919) % 1_000) * 7 * MINUTE);
  for (const ms of instants) expect(moscowDay(ms)).toBe(plain(ms));
});

test('an instant that is none is no day', () => {
  expect(() => moscowDay(Number.NaN)).toThrow(RangeError);
});
