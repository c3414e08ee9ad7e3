// What the venue's rate limit holds back: it leaves late, or not at all where the world has changed meanwhile.

import { expect, test } from 'bun:test';
import { openWorld, type World } from '../support/engine-world.ts';

const CASH_ONLY = { wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 }, cash: '90000.00' };
/** Tickers of new orders that left beside one of unknown outcome, and how long ago each order first left. */
function watch(world: World) {
  const beside: string[] = [];
  const ages: number[] = [];
  world.onCall = (call, phase) => {
    if (call.method !== 'PostOrder' || phase !== 'received') return;
    const open = world.journal.openOrders('a');
    const own = open.find(({ request }) => request.key === call.orderId);
    if (own?.state === 'sending' && open.some(({ state }) => state === 'unknown')) beside.push(own.ticker);
    if (own?.firstSentMs) ages.push(world.clock.now() - own.firstSentMs);
  };
  return { beside, ages };
}

test('an order that waits for the rate limit does not leave beside one of unknown outcome', async () => {
  const world = await openWorld({ accounts: [CASH_ONLY] });
  world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
  world.exchange.faults.add({ method: 'PostOrder', fault: { kind: 'error', code: '80002' }, skip: 1 });
  const { beside } = watch(world);
  world.exchange.faults.conditions.ordersVisibleAfterMs = 50_000;
  const { record } = await world.cycle();
  expect(beside).toEqual([]);
  expect(record.orders.map(({ status }) => status)).toContain('rejected');
  world.onCall = null;
  world.exchange.faults.clear();
  await world.cycle();
  expect((await world.cycle()).record.status).toBe('nothing_to_do');
  expect(world.faults()).toEqual([]);
});

test('a resend that the rate limit holds back does not leave after its two minutes', async () => {
  const world = await openWorld({ lookUpMs: 10 * 60_000 });
  const { ages } = watch(world);
  world.exchange.faults.lose('PostOrder', 'before', 'unavailable');
  world.exchange.faults.error('PostOrder', '80002', 1_000);
  const { record } = await world.cycle();
  expect(record.status).toBe('unknown_outcome');
  expect(ages.length).toBeGreaterThan(2);
  expect(Math.max(...ages)).toBeLessThanOrEqual(120_000);
  expect(world.faults(false)).toEqual([]);
});
