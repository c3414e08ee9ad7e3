// Looks at the account that must not be decided on, and what an owner does meanwhile.

import { describe, expect, test } from 'bun:test';
import { HOUR_MS, MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';

const posts = (world: World) => world.calls('PostOrder').length;

describe('an account that does not show what was done', () => {
  test('positions that lag are waited for', async () => {
    const world = await openWorld();
    world.exchange.faults.conditions.positionsLagMs = 8_000;
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('positions that stay behind end the iteration before anything is decided on them', async () => {
    const world = await openWorld();
    world.exchange.faults.conditions.positionsLagMs = 10 * MINUTE_MS;
    const first = await world.cycle();
    expect(first.record.status).toBe('partial');
    expect(first.record.reason).toContain('does not show our own fills');
    expect(posts(world)).toBe(1);
    expect((await world.cycle()).record.status).toBe('skipped');
    world.exchange.faults.clear();
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('positions that show only a part of our fills are not decided on', async () => {
    const world = await openWorld({ accounts: [{ wallet: { TMOS: 50, RUB: 50 }, cash: '150000.00' }] });
    world.exchange.faults.execute({
      kind: 'partial',
      now: 5_000n,
      later: [{ afterMs: 10_000, lots: 1_000_000n }],
    });
    world.exchange.faults.conditions.positionsLagMs = 0;
    // From the moment the rest has filled, the venue's positions stop moving.
    world.onCall = () => {
      const [order] = world.exchange.desk.orders;
      if (order && order.executed > 5_000n)
        world.exchange.faults.conditions.positionsLagMs = world.clock.now() - order.createdMs - 1;
    };
    const { record } = await world.cycle();
    expect(record.status).toBe('partial');
    expect(record.reason).toContain('does not show our own fills');
    expect(posts(world)).toBe(1);
    world.onCall = null;
    world.exchange.faults.clear();
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });

  test('limits that are loading: nothing is decided', async () => {
    const world = await openWorld();
    world.exchange.faults.conditions.limitsLoading = true;
    const { record } = await world.cycle();
    expect(record.status).toBe('skipped');
    expect(record.reason).toContain('loading');
    expect(posts(world)).toBe(0);
    world.exchange.faults.clear();
    expect((await world.cycle()).record.status).toBe('balanced');
  });

  test('an owner who trades between the look and the order is adopted, and nothing is doubled', async () => {
    const world = await openWorld();
    let traded = false;
    world.onCall = (call, phase) => {
      if (call.method !== 'PostOrder' || phase !== 'received' || traded) return;
      traded = true;
      world.exchange.ownerOrder(world.accountId(), { uid: world.uid('TMOS'), side: 'sell', lots: 2_000 });
    };
    const { record } = await world.cycle();
    expect(record.warnings.join()).toContain('somebody else traded');
    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    await world.clock.sleep(HOUR_MS);
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });

  test('an order of the owner holds its instrument and is left alone', async () => {
    const world = await openWorld();
    world.exchange.ownerOrder(world.accountId(), {
      uid: world.uid('TMOS'),
      side: 'sell',
      lots: 1_000,
      limit: '7.00',
    });
    const { record } = await world.cycle();
    expect(record.held_back.find((held) => held.ticker === 'TMOS')?.rule).toBe('foreign_order');
    expect(record.orders.filter((order) => order.ticker === 'TMOS')).toEqual([]);
    expect(record.warnings.join()).toContain('is not ours');
    expect(world.calls('CancelOrder')).toEqual([]);
    expect(world.exchange.desk.activeOf(world.accountId())).toHaveLength(1);
  });
});
