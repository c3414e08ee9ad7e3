// Prices that were fresh at the look and are not when orders are sized: the clock was set right, or the machine slept.

import { expect, test } from 'bun:test';
import { runCycle } from '../../src/engine/cycle.ts';
import { MINUTE_MS, openWorld } from '../support/engine-world.ts';

/** A cycle in which the clocks go on by that much between the look at the account and the plan. */
async function passing(by: { wallMs: number; steadyMs: number }) {
  const world = await openWorld({
    accounts: [
      { wallet: { TMOS: 40, TBRU: 30, RUB: 30 }, cash: '100000.00', pieces: { TMOS: 500, TBRU: 500 } },
    ],
  });
  const { clock } = world;
  let hasLooked = false;
  world.onCall = ({ method }, phase) => {
    hasLooked ||= method === 'GetOperationsByCursor' && phase === 'replied';
  };
  const own = {
    now: () => clock.now() + (hasLooked ? by.wallMs : 0),
    monotonic: () => clock.now() + (hasLooked ? by.steadyMs : 0),
    sleep: clock.sleep.bind(clock),
  };
  const { record } = await runCycle({ ...world.context(), clock: own });
  expect(hasLooked).toBe(true);
  expect(world.faults()).toEqual([]);
  return { record, posts: world.calls('PostOrder').length };
}

// `max_price_age` is 60 minutes where nobody says otherwise.
for (const [name, by] of [
  ['the clock was set forward', { wallMs: 61 * MINUTE_MS, steadyMs: 0 }],
  ['time went by while the clock was set back', { wallMs: -61 * MINUTE_MS, steadyMs: 61 * MINUTE_MS }],
] as const)
  test(`prices that are too old by the time of the plan are not traded on: ${name}`, async () => {
    const { record, posts } = await passing(by);
    expect(record.status).toBe('skipped');
    expect(record.reason).toContain('max_price_age');
    expect(posts).toBe(0);
  });

for (const [name, by] of [
  ['set forward by less than that', { wallMs: 55 * MINUTE_MS, steadyMs: 0 }],
  ['set back', { wallMs: -61 * MINUTE_MS, steadyMs: 0 }],
] as const)
  test(`prices that are fresh by either clock are traded on: ${name}`, async () => {
    const { record, posts } = await passing(by);
    expect(record.status).toBe('balanced');
    expect(posts).toBeGreaterThan(0);
  });
