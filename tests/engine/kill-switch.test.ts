// The kill switch thrown at any moment: no new order from then on, cancels pass, and after it is lifted the account is
// planned anew.

import { describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CallPhase } from '../../src/exchange/exchange.ts';
import type { CallRecord } from '../../src/exchange/record.ts';
import {
  HOUR_MS,
  MINUTE_MS,
  openWorld,
  SEED_ACCOUNT,
  type World,
  type WorldAccount,
} from '../support/engine-world.ts';

const CASH_ONLY: WorldAccount = { wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 }, cash: '90000.00' };

/** Does something once, at the first call of a method in a phase, and counts the orders that arrive after. */
function at(world: World, method: string, when: CallPhase, act: () => void) {
  const seen = { done: false, after: 0 };
  world.onCall = (call: CallRecord, phase: CallPhase) => {
    if (seen.done && call.method === 'PostOrder' && phase === 'received') seen.after += 1;
    if (seen.done || call.method !== method || phase !== when) return;
    seen.done = true;
    act();
  };
  return seen;
}

const posts = (world: World) => world.calls('PostOrder').length;

describe('a kill switch that is on', () => {
  const ways: [string, (world: World) => void][] = [
    ['for all accounts', (world) => world.killSwitch.engage(null)],
    ['for this account', (world) => world.killSwitch.engage('a')],
    ['by hand, for all', (world) => writeFileSync(join(world.stateDir, 'STOP'), '')],
    ['by hand, for this one', (world) => writeFileSync(join(world.stateDir, 'STOP-a'), 'why not')],
  ];
  for (const [name, engage] of ways)
    test(`${name}: the iteration is skipped without an order, and told by nobody's alert`, async () => {
      const world = await openWorld();
      engage(world);
      for (let turn = 0; turn < 3; turn += 1) {
        const { record } = await world.cycle();
        expect(record.status).toBe('skipped');
        expect(record.reason).toContain('the kill switch is on since 2');
        expect(record.reason).toContain('tiebb resume');
        await world.clock.sleep(HOUR_MS);
      }
      expect(posts(world)).toBe(0);
      expect(world.alerts).toEqual([]);
    });

  test('survives a restart, and lifted lets trade again', async () => {
    const world = await openWorld();
    world.killSwitch.engage(null);
    await world.cycle();
    world.restart();
    expect((await world.cycle()).record.status).toBe('skipped');
    world.killSwitch.release(null);
    expect((await world.cycle()).record.status).toBe('balanced');
  });

  test('for another account changes nothing here', async () => {
    const world = await openWorld({ accounts: [SEED_ACCOUNT, { ...CASH_ONLY, id: 'b' }] });
    world.killSwitch.engage('b');
    expect((await world.cycle('a')).record.status).toBe('balanced');
    expect((await world.cycle('b')).record.status).toBe('skipped');
    expect(world.faults()).toEqual([]);
  });

  test('does not hinder a dry run', async () => {
    const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, settings: { dryRun: true } }] });
    world.killSwitch.engage(null);
    expect((await world.cycle()).record.status).toBe('planned');
  });
});

describe('a kill switch thrown in the middle', () => {
  for (const method of ['GetPositions', 'GetLastPrices'])
    test(`while it looks (${method}): nothing is sent`, async () => {
      const world = await openWorld();
      at(world, method, 'received', () => world.killSwitch.engage('a'));
      const { record } = await world.cycle();
      expect(record.status).toBe('skipped');
      expect(posts(world)).toBe(0);
      expect(world.journal.openOrders('a')).toEqual([]);
    });

  for (const when of ['received', 'applied', 'replied'] as const)
    test(`while the sell is ${when}: it is settled, no buy follows, and after resume no sell is doubled`, async () => {
      const world = await openWorld();
      const seen = at(world, 'PostOrder', when, () => world.killSwitch.engage(null));
      const { record } = await world.cycle();
      expect(record.status).toBe('partial');
      expect(record.reason).toContain('interrupted: the kill switch is on');
      expect(record.orders.map((order) => [order.direction, order.status])).toEqual([['sell', 'filled']]);
      expect(seen.after).toBe(0);
      await world.clock.sleep(HOUR_MS);
      expect((await world.cycle()).record.status).toBe('skipped');

      world.killSwitch.release(null);
      const next = await world.cycle();
      expect(next.record.status).toBe('balanced');
      const again = next.record.orders.map((order) => `${order.direction} ${order.ticker}`);
      expect(again).toContain('buy TBRU');
      expect(again).not.toContain('sell TMOS');
      expect(next.record.warnings).toEqual([]);
      expect(world.faults()).toEqual([]);
    });

  test('between two orders of a slow account: the rest is dropped', async () => {
    const world = await openWorld({
      accounts: [{ ...CASH_ONLY, settings: { sleepBetweenOrdersMs: 5_000 } }],
    });
    const seen = at(world, 'PostOrder', 'replied', () => {
      void world.clock.sleep(4_999).then(() => world.killSwitch.engage('a'));
    });
    const { record } = await world.cycle();
    expect(record.orders).toHaveLength(1);
    expect(seen.after).toBe(0);
    expect(world.journal.openOrders('a')).toEqual([]);
    world.killSwitch.release('a');
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('while the rate limit holds a batch back: what has not left stays', async () => {
    const world = await openWorld({ accounts: [CASH_ONLY] });
    world.exchange.faults.error('PostOrder', '80002', 1_000);
    const seen = at(world, 'PostOrder', 'replied', () => world.killSwitch.engage('a'));
    const { record } = await world.cycle();
    // The three of the batch left together; none of them is sent again.
    expect(posts(world)).toBe(3);
    expect(seen.after).toBeLessThan(3);
    expect(record.status).toBe('partial');
    expect(world.exchange.desk.orders).toEqual([]);
    expect(world.journal.openOrders('a')).toEqual([]);
    world.exchange.faults.clear();
    world.killSwitch.release('a');
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('while orders wait for their rate budget: they do not leave', async () => {
    const world = await openWorld({ accounts: [CASH_ONLY] });
    // Between the attempt rows and the sending the second's budget is used up.
    world.onWrite = (write, phase) => {
      if (write !== 'attempt' || phase !== 'after') return;
      world.onWrite = null;
      for (let call = 0; call < 40; call += 1) void world.context().broker.positions(world.accountId());
      void world.clock.sleep(500).then(() => world.killSwitch.engage('a'));
    };
    const { record } = await world.cycle();
    expect(posts(world)).toBe(0);
    expect(record.status).toBe('partial');
    expect(record.reason).toContain('interrupted: the kill switch is on');
    expect(record.orders.map((order) => order.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(world.journal.openOrders('a')).toEqual([]);
    world.killSwitch.release('a');
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('while an order rests: it is cancelled within a second, what was filled is adopted', async () => {
    const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, settings: { orderWaitMs: HOUR_MS } }] });
    world.exchange.faults.execute({ kind: 'partial', now: 1_000n, later: [] });
    let thrownMs = 0;
    at(world, 'PostOrder', 'replied', () => {
      void world.clock.sleep(MINUTE_MS + 2_800).then(() => {
        thrownMs = world.clock.now();
        world.killSwitch.engage(null);
      });
    });
    const { record } = await world.cycle();
    const [cancel, ...more] = world.calls('CancelOrder');
    expect(more).toEqual([]);
    expect(cancel!.atMs - thrownMs).toBeLessThanOrEqual(1_000);
    expect(record.orders).toMatchObject([{ status: 'partially_filled', filled_lots: 1_000 }]);
    expect(world.faults()).toEqual([]);
  });

  test('while an order is unknown: it is asked about and not sent again', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'before', 'unavailable');
    const seen = at(world, 'PostOrder', 'replied', () => world.killSwitch.engage('a'));
    const { record } = await world.cycle();
    expect(record.status).toBe('unknown_outcome');
    expect(seen.after).toBe(0);
    await world.clock.sleep(16 * MINUTE_MS);
    // The switch is still on when the order is proved absent.
    expect((await world.cycle()).record.status).toBe('skipped');
    expect(world.journal.openOrders('a')).toEqual([]);
    world.killSwitch.release('a');
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('what an earlier run left resting is cancelled all the same', async () => {
    const world = await openWorld();
    world.exchange.faults.execute({ kind: 'rest' });
    world.onCall = (call, phase) => {
      if (call.method !== 'GetOrderState' || phase !== 'received') return;
      world.onCall = null;
      world.process.kill();
    };
    await world.cycle().catch(() => {});
    world.restart();
    world.killSwitch.engage(null);
    expect((await world.cycle()).record.status).toBe('skipped');
    expect(world.calls('CancelOrder')).toHaveLength(1);
    expect(world.journal.openOrders('a')).toEqual([]);
    expect(posts(world)).toBe(1);
    expect(world.faults()).toEqual([]);
  });

  test('thrown and lifted again while a sell is under way: the iteration goes on', async () => {
    const world = await openWorld();
    at(world, 'PostOrder', 'received', () => {
      world.killSwitch.engage(null);
      world.killSwitch.release(null);
    });
    expect((await world.cycle()).record.status).toBe('balanced');
  });
});
