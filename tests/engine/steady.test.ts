import { describe, expect, test } from 'bun:test';
import { uptime } from 'node:os';
import { machineClock, systemClock } from '../../src/clock.ts';
import { certainlySince, type Instant, probablySince } from '../../src/engine/steady.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const THEN: Instant = { wallMs: 1_700_000_000_000, steadyMs: 100 * MINUTE };

const clockAt = (wallMs: number, steadyMs: number) => ({
  now: () => THEN.wallMs + wallMs,
  monotonic: () => steadyMs,
});

describe('since an instant that an earlier program noted', () => {
  test.each<[string, number, number, number, number]>([
    ['nobody set the clock', 7 * MINUTE, 107 * MINUTE, 7 * MINUTE, 7 * MINUTE],
    ['it was set forward', 67 * MINUTE, 107 * MINUTE, 7 * MINUTE, 7 * MINUTE],
    ['it was set back by less', 5 * MINUTE, 107 * MINUTE, 5 * MINUTE, 5 * MINUTE],
    ['it was set back to before', -MINUTE, 107 * MINUTE, 7 * MINUTE, 7 * MINUTE],
    ['the machine was restarted', 30 * MINUTE, 2 * MINUTE, 2 * MINUTE, 30 * MINUTE],
    ['the machine was restarted and the clock set back', MINUTE, 2 * MINUTE, MINUTE, MINUTE],
    ['the machine stood still for a day', DAY + 7 * MINUTE, 107 * MINUTE, 7 * MINUTE, 7 * MINUTE],
    ['and for more', DAY + 7 * MINUTE + 1, 107 * MINUTE, DAY + 7 * MINUTE + 1, DAY + 7 * MINUTE + 1],
    ['the machine was off for more', DAY + 3 * MINUTE, 2 * MINUTE, DAY + 3 * MINUTE, DAY + 3 * MINUTE],
    ['the machine is another one', 7 * MINUTE, 90 * DAY, 7 * MINUTE, 7 * MINUTE],
  ])('%s', (_, wallMs, steadyMs, certain, probable) => {
    const clock = clockAt(wallMs, steadyMs);
    expect(certainlySince(clock, THEN)).toBe(certain);
    expect(probablySince(clock, THEN)).toBe(probable);
  });
});

test("what nobody sets is reckoned from the machine's start, so that a later program can go on with it", () => {
  const before = uptime();
  const seconds = (systemClock.monotonic?.() ?? 0) / 1_000;
  // Both ends are whole seconds.
  expect(seconds).toBeGreaterThanOrEqual(before - 2);
  expect(seconds).toBeLessThanOrEqual(uptime() + 2);
});

test('what the machine has slept counts, for this program as for the next one', () => {
  let [ageMs, runningMs] = [100_900, 7_000];
  const clock = machineClock(
    () => Math.floor(ageMs / 1_000),
    () => runningMs,
  );
  const pass = (ms: number): void => {
    ageMs += ms;
    runningMs += ms;
  };
  const first = clock();
  pass(250);
  expect(clock() - first).toBe(250);
  pass(950);
  expect(clock() - first).toBe(1_200);
  ageMs += 3_600_000;
  const woken = clock();
  expect(Math.abs(woken - ageMs)).toBeLessThan(1_000);
  pass(250);
  expect(clock() - woken).toBe(250);
});
