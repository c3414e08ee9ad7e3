// An order that the venue had taken and does not show any more: only one that it may have forgotten is settled by the
// positions, and only where nothing says that it is still at work.

import { expect, test } from 'bun:test';
import type { PositionsResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import { HOUR_MS, MINUTE_MS, openWorld, type World, type WorldAccount } from '../support/engine-world.ts';

const CASH_ONLY: WorldAccount = { wallet: { TMOS: 50, RUB: 50 }, cash: '90000.00' };
const states = (world: World) => world.journal.openOrders('a').map(({ state }) => state);

/** The first order rests, and the program is killed before it knows more than that. */
async function killedBesideRestingOrder(account?: WorldAccount): Promise<World> {
  const world = await openWorld({
    ...(account && { accounts: [account] }),
    exchange: { orderMemoryMs: 24 * HOUR_MS },
  });
  world.exchange.faults.execute({ kind: 'rest' });
  world.onCall = (call, phase) => {
    if (call.method === 'GetOrderState' && phase === 'received') world.process.kill();
  };
  await expect(world.cycle()).rejects.toThrow();
  world.onCall = null;
  return world;
}

test("an order that is not shown on its own day is asked about, and an owner's like trade is not taken for it", async () => {
  const world = await killedBesideRestingOrder();
  const [order] = world.exchange.desk.orders;
  world.exchange.faults.conditions.ordersVisibleAfterMs = 10 * HOUR_MS;
  world.exchange.ownerOrder(world.accountId(), {
    uid: order!.uid,
    side: order!.side,
    lots: Number(order!.lots),
  });
  world.exchange.desk.turnDown(order!, world.clock.now(), 'turned down by the exchange');
  await world.clock.sleep(40 * MINUTE_MS);
  world.restart();
  expect((await world.cycle()).record.status).toBe('unknown_outcome');
  expect(states(world)).toEqual(['cancelling']);
  expect(world.alerts.map(({ event }) => event)).toContain('order_unfinished');
  world.exchange.faults.clear();
  await world.cycle();
  expect(world.journal.order(order!.key)).toMatchObject({ state: 'rejected', executed: 0n });
  expect(world.faults()).toEqual([]);
});

test('a buy that is not shown is not gone while it rests', async () => {
  const world = await killedBesideRestingOrder(CASH_ONLY);
  world.exchange.faults.conditions.ordersVisibleAfterMs = 10 * HOUR_MS;
  await world.clock.sleep(20 * MINUTE_MS);
  world.restart();
  expect((await world.cycle()).record.status).toBe('unknown_outcome');
  expect(states(world)).toEqual(['cancelling']);
  world.exchange.faults.clear();
  expect((await world.cycle()).record.status).toBe('balanced');
  expect(world.faults()).toEqual([]);
});

test('a buy of days ago is not called gone while the account holds cash for an order', async () => {
  const world = await killedBesideRestingOrder(CASH_ONLY);
  await world.clock.sleep(3 * 24 * HOUR_MS);
  world.restart();
  world.exchange.faults.rewrite<PositionsResponse>('GetPositions', (reply) => ({
    ...reply,
    blocked: [{ currency: 'rub', units: 100, nano: 0 }],
  }));
  expect((await world.cycle()).record.status).toBe('unknown_outcome');
  expect(states(world)).toEqual(['cancelling']);
  world.exchange.faults.clear();
  expect((await world.cycle()).record.status).toBe('balanced');
  expect(world.journal.order(world.exchange.desk.orders[0]!.key)).toMatchObject({
    state: 'cancelled',
    executed: 0n,
  });
  expect(world.faults()).toEqual([]);
});

test('what the account shows is not taken for its work while another order in the instrument has no known fate', async () => {
  const world = await openWorld({
    accounts: [{ wallet: { TMOS: 100 }, cash: '50000000.00' }],
    exchange: { orderMemoryMs: 24 * HOUR_MS, depthRub: '200000000' },
  });
  const { faults, desk } = world.exchange;
  // A part each of what is more than one order may be: the first rests, and the reply about the second comes too late.
  faults.execute({ kind: 'rest' });
  faults.add({ method: 'PostOrder', skip: 1, fault: { kind: 'delay', when: 'after', ms: MINUTE_MS } });
  world.onCall = (call, phase) => {
    if (call.method === 'GetOrderState' && phase === 'received') world.process.kill();
  };
  await expect(world.cycle()).rejects.toThrow();
  world.onCall = null;
  const [resting, filled] = desk.orders;
  expect([resting!.executed, filled!.executed === filled!.lots, filled!.uid]).toEqual([
    0n,
    true,
    resting!.uid,
  ]);
  await world.clock.sleep(3 * 24 * HOUR_MS);
  world.restart();
  expect((await world.cycle()).record.status).toBe('unknown_outcome');
  expect(world.journal.order(resting!.key)).toMatchObject({ state: 'cancelling', executed: 0n });
  expect(world.journal.order(filled!.key)).toMatchObject({ state: 'unknown' });
});
