// The proof that an order never arrived, beside an order of the same leg whose fate is found out at the same time.

import { expect, test } from 'bun:test';
import { HOUR_MS, MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';

/** Of two purchases one never arrives, the other is filled without a reply; the venue answers again after `downMs`. */
async function bothUnanswered(downMs: number): Promise<World> {
  const world = await openWorld({
    accounts: [{ wallet: { TMOS: 45, TBRU: 45, RUB: 10 }, cash: '90000.00' }],
  });
  const { faults } = world.exchange;
  for (const [ticker, when] of [
    ['TMOS', 'before'],
    ['TBRU', 'after'],
  ] as const)
    faults.add({
      method: 'PostOrder',
      fault: { kind: 'lose', when, as: 'unavailable' },
      when: ({ request }) => Reflect.get(Object(request), 'instrumentId') === world.uid(ticker),
      times: 1_000,
    });
  faults.lose('GetOrderState', 'before', 'unavailable', 1_000);
  expect((await world.cycle()).record.status).toBe('unknown_outcome');
  faults.clear();
  await world.clock.sleep(downMs);
  return world;
}

const keyOf = (world: World, ticker: string): string =>
  world.journal.openOrders('a').find((order) => order.ticker === ticker)!.request.key;

for (const minutes of [16, 31, 300])
  test(`after ${minutes} minutes: what is found filled is counted, the other one is proved absent, and no person is asked`, async () => {
    const world = await bothUnanswered(minutes * MINUTE_MS);
    world.restart();
    const { record } = await world.cycle();
    expect(world.journal.halt('a')).toBeNull();
    expect(world.journal.openOrders('a')).toEqual([]);
    expect(record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

test('an order beside it that is not found out yet explains what is missing: it is asked about again before a person is', async () => {
  const world = await bothUnanswered(31 * MINUTE_MS);
  world.restart();
  // The first question about the one that was filled gets no answer.
  world.exchange.faults.add({
    method: 'GetOrderState',
    fault: { kind: 'lose', when: 'before', as: 'unavailable' },
    when: ({ request }) => Reflect.get(Object(request), 'orderId') === keyOf(world, 'TBRU'),
    times: 4,
  });
  expect((await world.cycle()).record.status).toBe('balanced');
  expect(world.journal.halt('a')).toBeNull();
  expect(world.faults()).toEqual([]);
});

test('where it is never found out a person is asked all the same', async () => {
  const world = await bothUnanswered(31 * MINUTE_MS);
  world.restart();
  world.exchange.faults.conditions.ordersVisibleAfterMs = 1_000 * HOUR_MS;
  for (let turn = 0; turn < 2; turn += 1) {
    expect(world.journal.halt('a')).toBeNull();
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    await world.clock.sleep(MINUTE_MS);
  }
  expect(world.journal.halt('a')?.cause).toBe('unresolved_order');
});
