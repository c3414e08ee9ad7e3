// A venue that books the fee of a fill a moment after its reply.

import { describe, expect, test } from 'bun:test';
import type { MoneyValue } from 'tinkoff-invest-api/dist/generated/common.js';
import { money, rate } from '../../src/core/units.ts';
import { chargedFee } from '../../src/exchange/order.ts';
import { HOUR_MS, MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';

interface Fees {
  readonly initialCommission: MoneyValue | undefined;
  readonly executedCommission: MoneyValue | undefined;
}

const NONE: MoneyValue = { currency: 'rub', units: 0, nano: 0 };
const unbooked = <Reply extends Fees>(reply: Reply): Reply => ({ ...reply, executedCommission: NONE });
const free = <Reply extends Fees>(reply: Reply): Reply => ({ ...unbooked(reply), initialCommission: NONE });

/** All of it in funds: a fee that is not reckoned with is refused with 30042. */
const ALL_IN = { wallet: { TMOS: 50, TBRU: 50 }, cash: '90000.00' };
const openAllIn = () => openWorld({ accounts: [ALL_IN], exchange: { commission: rate(3_000_000n) } });

const ordersOf = (world: World) =>
  world.exchange.desk.orders.map((order) => ({ venue: order, ours: world.journal.order(order.key)! }));

/** What the venue was made to hide cannot be in the journal. */
const faultsBesidesFees = (world: World) =>
  world.faults().filter((fault) => !/: fee (null|0) in the journal/.test(fault));

describe('a fee that the reply does not name yet', () => {
  test('is asked for once per order and recorded as charged', async () => {
    const world = await openAllIn();
    world.exchange.faults.rewrite('PostOrder', unbooked);
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(world.calls('GetOrderState')).toHaveLength(world.calls('PostOrder').length);
    for (const { venue, ours } of ordersOf(world)) expect(ours.commission).toBe(money(chargedFee(venue)));
    expect(world.faults()).toEqual([]);
  });

  test('stays unknown where nobody can say, and the configured rate goes on', async () => {
    for (const hide of [
      (world: World) => void world.exchange.faults.rewrite('GetOrderState', unbooked),
      (world: World) => void world.exchange.faults.error('GetOrderState', '70001', 1_000),
      (world: World) => void world.exchange.faults.lose('GetOrderState', 'after', 'silence', 1_000),
    ]) {
      const world = await openAllIn();
      world.exchange.faults.rewrite('PostOrder', unbooked);
      hide(world);
      expect((await world.cycle()).record.status).toBe('balanced');
      for (const { ours } of ordersOf(world)) expect([ours.state, ours.commission]).toEqual(['filled', null]);
      expect(world.journal.commissionSeen('a', 20)).toBe(null);
      await world.clock.sleep(HOUR_MS);
      world.exchange.deposit(world.accountId(), '20000.00');
      expect((await world.cycle()).record.status).toBe('balanced');
      expect(world.calls('PostOrder').every((call) => call.outcome === 'ok')).toBe(true);
      expect(faultsBesidesFees(world)).toEqual([]);
    }
  });

  test.each([
    ['12001', 'stop_all'],
    ['40003', 'token_refused'],
  ])('a refusal (%s) to be asked that will last ends the leg, and the fill is kept', async (code, kind) => {
    const world = await openAllIn();
    world.exchange.faults.rewrite('PostOrder', unbooked);
    world.exchange.faults.error('GetOrderState', code, 1_000);
    const { record, afterwards } = await world.cycle();
    expect(afterwards.kind).toBe(kind as typeof afterwards.kind);
    expect(record.status).toBe('partial');
    expect(record.reason).toContain(code);
    for (const { ours } of ordersOf(world)) expect(ours.state).toBe('filled');
  });

  test('costs no call where trading is free or the fee is named', async () => {
    for (const percent of [0n, 500_000n]) {
      const world = await openWorld({ accounts: [ALL_IN], exchange: { commission: rate(percent) } });
      expect((await world.cycle()).record.status).toBe('balanced');
      expect(world.calls('GetOrderState')).toEqual([]);
      expect(world.journal.commissionSeen('a', 20)).not.toBe(null);
    }
  });
});

describe('a fee that is higher than the one seen', () => {
  test('a buy refused for money is followed by one sized with the configured rate', async () => {
    // One instrument only: no other fill of the same leg tells the real fee.
    const world = await openWorld({
      accounts: [{ wallet: { TMOS: 100 }, cash: '90000.00' }],
      exchange: { commission: rate(3_000_000n) },
    });
    const undo = [
      world.exchange.faults.rewrite('PostOrder', free),
      world.exchange.faults.rewrite('GetOrderState', free),
    ];
    await world.cycle();
    for (const each of undo) each();
    expect(world.journal.commissionSeen('a', 20)).toBe(rate(0n));

    await world.clock.sleep(HOUR_MS);
    world.exchange.deposit(world.accountId(), '200000.00');
    const { record } = await world.cycle();
    expect(record.reason).toContain('30042');
    const statuses = record.orders.map((order) => order.status);
    expect(statuses).toEqual(['rejected', 'filled']);
    expect(record.tracking_error_pp?.after).toBeLessThan(0.5);
    await world.clock.sleep(HOUR_MS);
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    expect(faultsBesidesFees(world)).toEqual([]);
  });
});

describe('a fill whose fee nobody could be asked for, beside an order that never arrives', () => {
  /** One purchase is filled, the other one is lost on its way; then the venue is gone for sixteen minutes. */
  async function besideLost(): Promise<World> {
    const world = await openAllIn();
    const { faults } = world.exchange;
    faults.rewrite('PostOrder', unbooked);
    faults.add({
      method: 'PostOrder',
      fault: { kind: 'lose', when: 'before', as: 'unavailable' },
      when: ({ request }) => Reflect.get(Object(request), 'instrumentId') === world.uid('TBRU'),
      times: 1_000,
    });
    faults.lose('GetOrderState', 'before', 'unavailable', 1_000);
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    expect(ordersOf(world).map(({ ours }) => [ours.ticker, ours.commission])).toEqual([['TMOS', null]]);
    faults.clear();
    await world.clock.sleep(16 * MINUTE_MS);
    return world;
  }

  test('is asked for again, and does not stand in the way of the proof', async () => {
    const world = await besideLost();
    const asked = world.calls('GetOrderState').length;
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.journal.openOrders('a')).toEqual([]);
    // The key of the lost one is looked up, and the fee is asked for once.
    expect(world.calls('GetOrderState')).toHaveLength(asked + 2);
    expect(faultsBesidesFees(world)).toEqual([]);
  });

  test('explains no other money that is missing', async () => {
    for (const amount of ['100.00', '-100.00']) {
      const world = await besideLost();
      world.exchange.deposit(world.accountId(), amount);
      expect((await world.cycle()).record.status).toBe('unknown_outcome');
      expect(world.journal.openOrders('a').map(({ state }) => state)).toEqual(['unknown']);
    }
  });
});
