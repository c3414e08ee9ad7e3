// A stop signal at any moment: no new order, what is in flight is settled or on record, the record exists.

import { describe, expect, test } from 'bun:test';
import type { CallRecord } from '../../src/exchange/record.ts';
import { MINUTE_MS, openWorld, SEED_ACCOUNT, type World } from '../support/engine-world.ts';

const CASH_ONLY = { wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 }, cash: '90000.00' };

/** Stops at the first call that matches, in the given phase; counts the orders posted after. */
function stopAt(
  world: World,
  matches: (call: CallRecord) => boolean,
  when: 'received' | 'applied' | 'replied',
) {
  const seen = { stoppedMs: -1, after: 0 };
  world.onCall = (call, phase) => {
    if (seen.stoppedMs >= 0 && call.method === 'PostOrder' && phase === 'received') seen.after += 1;
    if (seen.stoppedMs < 0 && phase === when && matches(call)) {
      seen.stoppedMs = world.clock.now();
      world.stop();
    }
  };
  return seen;
}

/** From now on nothing that the account is looked at with comes back in time. */
function hang(world: World): true {
  world.exchange.faults.delay('GetPositions', 50_000, 'before', 10);
  return true;
}

const is = (method: string) => (call: CallRecord) => call.method === method;

describe('a stop signal', () => {
  for (const method of ['TradingSchedules', 'Etfs', 'GetPositions', 'GetLastPrices'])
    test(`while it looks (${method}): no order, and the iteration is on record`, async () => {
      const world = await openWorld();
      const seen = stopAt(world, is(method), 'received');
      const { record } = await world.cycle();
      expect(record.status).toBe('partial');
      expect(record.reason).toContain('interrupted');
      expect(seen.stoppedMs).toBeGreaterThan(0);
      expect(world.calls('PostOrder')).toEqual([]);
      expect(world.journal.iterations({})[0]?.status).toBe('partial');
      for (const row of record.positions) expect(row.lots_after).toBe(row.lots_before);
    });

  for (const when of ['received', 'applied', 'replied'] as const)
    test(`while the sell is ${when}: it is settled, no buy follows`, async () => {
      const world = await openWorld();
      const seen = stopAt(world, is('PostOrder'), when);
      const { record } = await world.cycle();
      expect(record.status).toBe('partial');
      expect(record.orders.map((order) => [order.direction, order.status])).toEqual([['sell', 'filled']]);
      expect(seen.after).toBe(0);
      expect(world.faults()).toEqual([]);
    });

  test('between two orders of a slow account: the rest is dropped', async () => {
    const world = await openWorld({
      accounts: [{ ...CASH_ONLY, settings: { sleepBetweenOrdersMs: 5_000 } }],
    });
    const seen = stopAt(world, is('PostOrder'), 'replied');
    const { record } = await world.cycle();
    expect(record.orders).toHaveLength(1);
    expect(record.status).toBe('partial');
    expect(seen.after).toBe(0);
    expect(world.journal.openOrders('a')).toEqual([]);
    expect(world.faults()).toEqual([]);
  });

  test('while an order rests: it is cancelled, what was filled is adopted', async () => {
    const world = await openWorld();
    world.exchange.faults.execute({ kind: 'partial', now: 1_000n, later: [] });
    const seen = stopAt(world, is('GetOrderState'), 'replied');
    const { record } = await world.cycle();
    expect(record.orders[0]).toMatchObject({ status: 'partially_filled', filled_lots: 1_000 });
    expect(world.calls('CancelOrder')).toHaveLength(1);
    expect(world.clock.now() - seen.stoppedMs).toBeLessThan(10_000);
    expect(world.faults()).toEqual([]);
  });

  test('while an order is unknown: asked once more, not sent again, recorded as unknown', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.conditions.ordersVisibleAfterMs = MINUTE_MS;
    const seen = stopAt(world, is('GetOrderState'), 'replied');
    const { record } = await world.cycle();
    expect(record.status).toBe('unknown_outcome');
    expect(record.orders.map((order) => order.status)).toEqual(['unknown']);
    expect(seen.after).toBe(0);
    world.onCall = null;
    world.restart();
    await world.clock.sleep(2 * MINUTE_MS);
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('while the rate limit holds an order back: it is not sent', async () => {
    const world = await openWorld();
    world.exchange.faults.error('PostOrder', '80002', 100);
    const seen = stopAt(world, is('PostOrder'), 'replied');
    const { record } = await world.cycle();
    expect(record.status).toBe('partial');
    expect(seen.after).toBe(0);
    expect(world.exchange.desk.orders).toEqual([]);
    expect(world.journal.openOrders('a')).toEqual([]);
  });

  test('while the venue hangs: recorded within ten seconds, found out by the next start', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'after', 'silence');
    const seen = stopAt(world, is('PostOrder'), 'replied');
    const { record, afterwards } = await world.cycle();
    expect(world.clock.now() - seen.stoppedMs).toBeLessThan(10_000);
    expect(record.status).toBe('unknown_outcome');
    expect(afterwards).toEqual({ kind: 'soon', afterMs: MINUTE_MS });
    expect(record.orders).toHaveLength(1);
    expect(world.journal.iterations({})).toHaveLength(1);
    world.onCall = null;
    await world.clock.sleep(MINUTE_MS);
    world.restart();
    const next = await world.cycle();
    expect(next.record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('while the venue hangs after a refusal that stops the account: that is what is told', async () => {
    const world = await openWorld();
    world.exchange.faults.error('PostOrder', '90001');
    const seen = stopAt(world, (call) => call.method === 'PostOrder' && hang(world), 'replied');
    const { record, afterwards } = await world.cycle();
    expect(world.clock.now() - seen.stoppedMs).toBeLessThan(10_000);
    expect(record.status).toBe('failed');
    expect(record.reason).toContain('90001');
    expect(afterwards.kind).toBe('stop_account');
    expect(world.journal.openOrders('a')).toEqual([]);
  });

  test('ends the daemon within ten seconds, wherever it is', async () => {
    for (const afterMs of [0, 1, 500, 5_000, 45 * MINUTE_MS]) {
      const world = await openWorld();
      world.exchange.faults.delay('*', 300);
      const end = world.daemon({ forMs: afterMs });
      await end;
      expect(world.clock.now()).toBeLessThanOrEqual(Date.UTC(2026, 10, 20, 10) + afterMs + 10_000);
      expect(world.journal.openOrders('a')).toEqual([]);
      expect(world.journal.iterations({})).toHaveLength(world.records.length);
    }
  });

  test('before the first order of an account that would only buy: nothing is planned either', async () => {
    const world = await openWorld({ accounts: [SEED_ACCOUNT] });
    world.stop();
    const { record } = await world.cycle();
    expect(record.orders).toEqual([]);
    expect(world.journal.ordersOf(record.iteration)).toEqual([]);
  });
});
