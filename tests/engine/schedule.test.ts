import { describe, expect, test } from 'bun:test';
import { isOpen, nextDue, nextOpen, sessionAt, tradingAge, union } from '../../src/engine/schedule.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Moscow time in November 2026; the 16th is a Monday. */
const at = (day: number, hour: number, minute = 0) => Date.UTC(2026, 10, day, hour - 3, minute);
const session = (day: number, from: number, to: number) => ({ startMs: at(day, from), endMs: at(day, to) });
const DAY = [session(16, 10, 19), session(16, 20, 23), session(17, 10, 19)];

describe('sessions', () => {
  test('are half-open: the first instant is inside, the last is not', () => {
    const rows: [number, boolean][] = [
      [at(16, 10) - 1, false],
      [at(16, 10), true],
      [at(16, 19) - 1, true],
      [at(16, 19), false],
      [at(16, 20), true],
    ];
    for (const [instant, open] of rows) {
      expect(isOpen(DAY, instant)).toBe(open);
      expect(sessionAt(DAY, instant) !== null).toBe(open);
    }
    expect(isOpen([], at(16, 12))).toBe(false);
  });

  test('the next opening is after now, never now', () => {
    expect(nextOpen(DAY, at(16, 9))).toBe(at(16, 10));
    expect(nextOpen(DAY, at(16, 10))).toBe(at(16, 20));
    expect(nextOpen(DAY, at(16, 23))).toBe(at(17, 10));
    expect(nextOpen(DAY, at(17, 10))).toBeNull();
  });

  test('a union merges what overlaps or touches and keeps gaps', () => {
    expect(union([])).toEqual([]);
    expect(
      union([[session(16, 12, 14)], [session(16, 10, 12)], [session(16, 13, 15), session(16, 16, 17)]]),
    ).toEqual([session(16, 10, 15), session(16, 16, 17)]);
    expect(union([[session(16, 10, 20)], [session(16, 12, 14)]])).toEqual([session(16, 10, 20)]);
  });
});

describe('the age of a price', () => {
  const rows: [string, number, number, number][] = [
    ['within a session it is the time that passed', at(16, 11), at(16, 12), HOUR],
    ['time before the opening does not count', at(16, 7), at(16, 10, 30), 30 * MINUTE],
    ['a break does not count', at(16, 18, 50), at(16, 20, 5), 15 * MINUTE],
    ['a closed exchange does not age it further', at(16, 23), at(17, 9), 0],
    ['over a night only the sessions count', at(16, 22), at(17, 10, 10), HOUR + 10 * MINUTE],
    ['a price from the future has no age', at(16, 12), at(16, 11), 0],
  ];
  for (const [name, from, now, expected] of rows)
    test(name, () => expect(tradingAge(DAY, from, now)).toBe(expected));

  test("the last trading day's price is fresh on the first morning that the schedule knows", () => {
    // Sunday evening and Friday evening, asked on Monday at 10:05.
    expect(tradingAge(DAY, at(15, 23), at(16, 10, 5))).toBe(5 * MINUTE);
    expect(tradingAge(DAY, at(13, 23), at(16, 10, 5))).toBe(5 * MINUTE);
  });

  test('a weekday that no schedule reaches back to counts as a day of trading', () => {
    // Thursday evening: the whole Friday lies between.
    expect(tradingAge(DAY, at(12, 23), at(16, 10, 5))).toBe(8.75 * HOUR + 5 * MINUTE);
    expect(tradingAge(DAY, at(1, 12), at(16, 10))).toBeGreaterThan(24 * HOUR);
  });

  test('an epoch price is old without counting for ever', () => {
    expect(tradingAge(DAY, 0, at(16, 10, 5))).toBeGreaterThan(24 * HOUR);
  });
});

describe('the next iteration', () => {
  const due = (over: Partial<Parameters<typeof nextDue>[0]>) =>
    nextDue({
      startedAtMs: at(16, 12),
      nowMs: at(16, 12, 1),
      intervalMs: HOUR,
      sessions: DAY,
      waitForOpening: true,
      ...over,
    });

  const rows: [string, Partial<Parameters<typeof nextDue>[0]>, number][] = [
    ['is one interval after the start of this one', {}, at(16, 13)],
    ['follows a slow iteration at once, and only once', { nowMs: at(16, 14) }, at(16, 14)],
    ['in a session stays where it is', { startedAtMs: at(16, 17, 59), nowMs: at(16, 18) }, at(16, 18, 59)],
    [
      'at the end of a session moves to the next opening',
      { startedAtMs: at(16, 18), nowMs: at(16, 18, 1) },
      at(16, 20),
    ],
    ['in a break waits for the opening', { startedAtMs: at(16, 19), nowMs: at(16, 19) }, at(16, 20)],
    ['overnight waits for the morning', { startedAtMs: at(16, 23), nowMs: at(16, 23) }, at(17, 10)],
    [
      'with no session in sight keeps the interval',
      { startedAtMs: at(17, 20), nowMs: at(17, 20) },
      at(17, 21),
    ],
    [
      'without a schedule keeps the interval',
      { sessions: null, startedAtMs: at(16, 19), nowMs: at(16, 19) },
      at(16, 20),
    ],
    [
      'keeps the interval where a closed exchange does not mean skipping',
      { waitForOpening: false, startedAtMs: at(16, 23), nowMs: at(16, 23) },
      at(17, 0),
    ],
    [
      'is at most one interval away after the clock was set back',
      { startedAtMs: at(17, 12), nowMs: at(16, 12) },
      at(16, 13),
    ],
    [
      'comes at once after the clock was set forward',
      { startedAtMs: at(16, 10), nowMs: at(16, 15) },
      at(16, 15),
    ],
  ];
  for (const [name, over, expected] of rows)
    test(name, () => expect(new Date(due(over))).toEqual(new Date(expected)));
});
