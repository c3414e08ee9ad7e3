// What a stopping program still waits for.

import { expect, test } from 'bun:test';
import { createVirtualClock } from '../../src/clock.ts';
import { untilStop } from '../../src/engine/until-stop.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const NEVER = new Promise<never>(() => {});

function setting() {
  const clock = createVirtualClock(0, Number.POSITIVE_INFINITY);
  const stop = new AbortController();
  return { clock, stop, context: { clock, stop: stop.signal, log: SILENT } };
}

test('work that ends is waited for, however long it takes', async () => {
  const { clock, context } = setting();
  expect(
    await untilStop(
      context,
      clock.sleep(60_000).then(() => 'done'),
    ),
  ).toBe('done');
  expect(clock.now()).toBe(60_000);
});

test('work that hangs is given up 7.5 s after the stop', async () => {
  const { clock, stop, context } = setting();
  void clock.sleep(1_000).then(() => stop.abort());
  expect(await untilStop(context, NEVER)).toBe('stuck');
  expect(clock.now()).toBe(8_500);
});

test('work begun after the stop is given as long', async () => {
  const { clock, stop, context } = setting();
  stop.abort();
  expect(await untilStop(context, NEVER)).toBe('stuck');
  expect(clock.now()).toBe(7_500);
  const soon = clock.sleep(7_499).then(() => 'done');
  expect(await untilStop(context, soon)).toBe('done');
});

test('a failure in time is thrown, one that comes later harms nobody', async () => {
  const { clock, stop, context } = setting();
  await expect(untilStop(context, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  stop.abort();
  const late = clock.sleep(10_000).then(() => Promise.reject(new Error('late')));
  expect(await untilStop(context, late)).toBe('stuck');
  await clock.sleep(5_000);
});
