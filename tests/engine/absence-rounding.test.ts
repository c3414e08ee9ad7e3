// The proof that an order never arrived, beside fills whose worth came rounded: what rounding loses is no other trade.

import { expect, test } from 'bun:test';
import type { PostOrderResponse } from 'tinkoff-invest-api/dist/generated/orders.js';
import { MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';

/** A purchase of some forty million pieces is filled, told at a price per piece that is short; another one never arrives. */
async function besidePennies(shortByNano: number): Promise<World> {
  const world = await openWorld({
    accounts: [{ wallet: { FEES: 50, SBER: 40, RUB: 10 }, cash: '6000000.00' }],
    exchange: { depthRub: '100000000' },
  });
  world.exchange.faults.rewrite<PostOrderResponse>('PostOrder', (reply) => {
    const { executedOrderPrice: each } = reply;
    return each === undefined
      ? reply
      : { ...reply, executedOrderPrice: { ...each, nano: each.nano - shortByNano } };
  });
  world.exchange.faults.add({
    method: 'PostOrder',
    fault: { kind: 'lose', when: 'before', as: 'unavailable' },
    when: ({ request }) => Reflect.get(Object(request), 'instrumentId') === world.uid('SBER'),
    times: 1_000,
  });
  const { record } = await world.cycle();
  expect(record.status).toBe('unknown_outcome');
  expect(world.pieces('FEES')).toBeGreaterThan(20_000_000n);
  world.exchange.faults.clear();
  await world.clock.sleep(16 * MINUTE_MS);
  await world.cycle();
  return world;
}

test('a nano for each piece does not stand in the way of the proof', async () => {
  const world = await besidePennies(1);
  expect(world.journal.openOrders('a')).toEqual([]);
  expect(world.records.at(-1)?.status).toBe('balanced');
  // The purchase is worth what was told of it.
  expect(world.faults().filter((fault) => !/buy FEES .*: worth/.test(fault))).toEqual([]);
});

test('more than that does', async () => {
  const world = await besidePennies(2);
  expect(world.journal.openOrders('a').map(({ state }) => state)).toEqual(['unknown']);
  expect(world.records.at(-1)?.status).toBe('unknown_outcome');
});
