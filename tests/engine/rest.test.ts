// The pause between two iterations while somebody sets the clock.

import { expect, test } from 'bun:test';
import { rest } from '../../src/engine/rest.ts';
import type { Journal } from '../../src/ports.ts';
import { HOUR_MS, MINUTE_MS } from '../support/engine-world.ts';

/** A clock whose sleeps are as long as they should be, whatever it shows; `set` is how far it is put, by true minutes. */
function clockThatIsSet(set: ReadonlyMap<number, number>) {
  let trueMs = 0;
  const skewMs = () => [...set].reduce((last, [from, by]) => (trueMs >= from * MINUTE_MS ? by : last), 0);
  return {
    now: () => trueMs + skewMs() * MINUTE_MS,
    monotonic: () => trueMs,
    sleep: async (ms: number) => {
      trueMs += ms;
    },
  };
}

/** True minutes that a pause of an hour takes. */
async function pause(...set: readonly (readonly [number, number])[]): Promise<number> {
  const clock = clockThatIsSet(new Map(set));
  const journal: Pick<Journal, 'pendingOrders'> = { pendingOrders: () => [] };
  await rest({
    clock,
    journal: journal as Journal,
    stop: new AbortController().signal,
    account: 'a',
    sinceMs: clock.now(),
    untilMs: clock.now() + HOUR_MS,
  });
  return clock.monotonic() / MINUTE_MS;
}

test('a pause is as long as it was to be', async () => {
  expect(await pause()).toBe(60);
  expect(await pause([0, -90])).toBe(60);
});

test('a clock that is put right ends a pause that it made too long', async () => {
  expect(await pause([0, -90], [20, 0])).toBeWithin(20, 30);
  expect(await pause([20, 20])).toBe(40);
});

test('a clock that is set back ends it at once, one that is steered does not', async () => {
  expect(await pause([20, -30])).toBeWithin(20, 30);
  expect(await pause([0, 90], [20, 0])).toBeWithin(20, 30);
  expect(await pause([20, -0.5])).toBe(60);
});
