// Money that is always a little too little: the bot learns to reckon with more, and forgets it once a purchase goes through.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { rate } from '../../src/core/units.ts';
import { HOUR_MS, MINUTE_MS, openWorld } from '../support/engine-world.ts';

setDefaultTimeout(240_000);

test('a fee far above the configured one is learned within a few iterations', async () => {
  const world = await openWorld({
    accounts: [{ wallet: { TMOS: 100 }, cash: '90000', settings: { intervalMs: HOUR_MS } }],
    exchange: { commission: rate(10_000_000n) },
  });
  const statuses: string[] = [];
  for (let at = 0; at < 4; at += 1) {
    const { record } = await world.cycle();
    statuses.push(record.status);
    await world.clock.sleep(HOUR_MS / 2);
  }
  expect(statuses[0]).toBe('partial');
  expect(statuses).toContain('balanced');
  expect(world.context().memory.shortOfMoney).toBe(0);
  expect(world.pieces('TMOS')).toBeGreaterThan(13_000n);
  expect(world.faults()).toEqual([]);
});

test('a purchase that went through is remembered where the account cannot be looked at after it', async () => {
  const world = await openWorld({
    accounts: [
      { wallet: { TMOS: 40, TBRU: 40, RUB: 20 }, cash: '30000', pieces: { TMOS: 9_230, TBRU: 1_350 } },
    ],
  });
  // The sell is refused, the purchase is paid with RUB at hand.
  world.exchange.faults.error('PostOrder', '30042');
  let posted = 0;
  world.onCall = ({ method }, phase) => {
    if (method !== 'PostOrder' || phase !== 'replied') return;
    posted += 1;
    if (posted === 2) world.exchange.faults.conditions.positionsLagMs = HOUR_MS;
  };
  const { record } = await world.cycle();
  const orders = record.orders.map(({ direction, status }) => [direction, status]);
  expect(orders).toEqual([
    ['sell', 'rejected'],
    ['buy', 'filled'],
  ]);
  expect(record.reason).toContain('does not show our own fills');
  expect(world.context().memory.shortOfMoney).toBe(0);
  expect(world.faults()).toEqual([]);
});

test('a purchase of unknown fate that is found executed later went through as well', async () => {
  const policy = { minImprovementPp: 5 };
  const world = await openWorld({ accounts: [{ wallet: { TMOS: 100 }, cash: '90000', policy }] });
  world.exchange.faults.error('PostOrder', '30042');
  world.onCall = ({ method }, phase) => {
    if (method !== 'PostOrder' || phase !== 'replied') return;
    world.onCall = null;
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.conditions.ordersVisibleAfterMs = 10 * MINUTE_MS;
  };
  expect((await world.cycle()).record.status).toBe('unknown_outcome');
  expect(world.context().memory.shortOfMoney).toBe(1);
  world.exchange.faults.clear();
  await world.clock.sleep(MINUTE_MS);
  expect((await world.cycle()).record.status).toBe('nothing_to_do');
  expect(world.pieces('TMOS')).toBeGreaterThan(13_000n);
  expect(world.context().memory.shortOfMoney).toBe(0);
});
