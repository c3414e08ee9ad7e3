// What the venue shows after our own trades: a state further back than the last leg, or nothing at all, is a lag and
// no trade of somebody else's.

import { expect, test } from 'bun:test';
import type { PositionsResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import { MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';

const posts = (world: World) => world.calls('PostOrder').length;

test('an account that stands where it stood before our last two legs is not decided on', async () => {
  const world = await openWorld({
    accounts: [
      { wallet: { TMOS: 40, TBRU: 30, RUB: 30 }, cash: '100000.00', pieces: { TMOS: 500, TBRU: 500 } },
    ],
  });
  expect((await world.cycle()).record.status).toBe('balanced');
  await world.clock.sleep(3 * MINUTE_MS);
  world.exchange.deposit(world.accountId(), '60000');
  expect((await world.cycle()).record.status).toBe('balanced');
  const sent = posts(world);
  expect(sent).toBeGreaterThanOrEqual(4);
  await world.clock.sleep(2 * MINUTE_MS);
  world.exchange.faults.conditions.positionsLagMs = 10 * MINUTE_MS;
  const { record } = await world.cycle();
  expect(record.status).toBe('skipped');
  expect(record.reason).toContain('does not show our own fills');
  expect(posts(world)).toBe(sent);
  world.exchange.faults.clear();
  expect((await world.cycle()).record.status).toBe('nothing_to_do');
  expect(world.faults()).toEqual([]);
});

test('an account that shows no securities after our sells is not bought anew', async () => {
  const world = await openWorld();
  world.onCall = (call, phase) => {
    if (call.method !== 'PostOrder' || phase !== 'received') return;
    world.onCall = null;
    world.exchange.faults.rewrite<PositionsResponse>(
      'GetPositions',
      (reply) => ({ ...reply, securities: [] }),
      1_000,
    );
  };
  const { record } = await world.cycle();
  expect(record.status).toBe('partial');
  expect(record.reason).toContain('no securities where there were some');
  expect(posts(world)).toBe(1);
  world.exchange.faults.clear();
  expect((await world.cycle()).record.status).toBe('balanced');
  expect(world.faults()).toEqual([]);
});
