// What follows from each refusal of an order.

import { describe, expect, test } from 'bun:test';
import { HOUR_MS, openWorld, type World } from '../support/engine-world.ts';

const CASH_ONLY = { wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 }, cash: '90000.00' };
const posts = (world: World) => world.calls('PostOrder').length;
const orders = (world: World) => world.exchange.desk.orders.filter((order) => !order.foreign).length;

describe('a definite refusal', () => {
  const skipped = ['30052', '30068', '30079', '30097', '30098', '30095', '30049'];
  for (const code of skipped)
    test(`${code}: the instrument is left out of this iteration, the rest is traded`, async () => {
      const world = await openWorld({ accounts: [CASH_ONLY] });
      world.exchange.faults.add({
        method: 'PostOrder',
        fault: { kind: 'error', code },
        when: (call) => Reflect.get(call.request as object, 'instrumentId') === world.uid('TBRU'),
        times: 10,
      });
      const { record } = await world.cycle();
      expect(record.status).toBe('partial');
      expect(record.reason).toContain(code);
      expect(record.orders.filter((order) => order.ticker === 'TBRU').map((order) => order.status)).toEqual([
        'rejected',
      ]);
      expect(record.orders.filter((order) => order.status === 'filled').length).toBeGreaterThanOrEqual(2);
      world.exchange.faults.clear();
      expect((await world.cycle()).record.status).toBe('balanced');
      expect(world.faults()).toEqual([]);
    });

  test('30042 on a buy: looked at again and sized once more', async () => {
    const world = await openWorld({ accounts: [CASH_ONLY] });
    world.exchange.faults.error('PostOrder', '30042');
    const { record } = await world.cycle();
    expect(record.orders.filter((order) => order.status === 'rejected')).toHaveLength(1);
    expect(record.tracking_error_pp?.after).toBeLessThan(0.2);
    expect(world.faults()).toEqual([]);
  });

  test('30099: priced anew once', async () => {
    const world = await openWorld({ accounts: [CASH_ONLY] });
    world.exchange.faults.error('PostOrder', '30099');
    const { record } = await world.cycle();
    expect(record.tracking_error_pp?.after).toBeLessThan(0.2);
    expect(world.faults()).toEqual([]);
  });

  test('REJECTED in the reply or found later leaves the instrument out of this iteration', async () => {
    for (const lost of [false, true]) {
      const world = await openWorld({ accounts: [CASH_ONLY] });
      world.exchange.faults.execute({ kind: 'reject', message: 'no' });
      if (lost) world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
      const { record } = await world.cycle();
      expect(record.status).toBe('partial');
      const refused = record.orders.find((order) => order.status === 'rejected');
      expect(record.orders.filter((order) => order.ticker === refused?.ticker)).toHaveLength(1);
      expect((await world.cycle()).record.status).toBe('balanced');
      expect(world.faults()).toEqual([]);
    }
  });

  test('not for this investor: left out for good, told once', async () => {
    const world = await openWorld({ accounts: [CASH_ONLY] });
    world.exchange.faults.add({
      method: 'PostOrder',
      fault: { kind: 'error', code: '90002' },
      when: (call) => Reflect.get(call.request as object, 'instrumentId') === world.uid('TBRU'),
      times: 100,
    });
    await world.cycle();
    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    const tries = world.calls('PostOrder').filter((call) => call.outcome === '90002');
    expect(tries).toHaveLength(1);
    expect(world.alerts.map((alert) => alert.event)).toEqual(['instrument_barred']);
    expect(world.faults()).toEqual([]);
  });

  for (const [code, afterwards] of [
    ['30240', 'stop_account'],
    ['40002', 'stop_account'],
    ['40004', 'stop_account'],
    ['50004', 'stop_account'],
    ['30015', 'stop_account'],
    ['90003', 'stop_account'],
    ['40003', 'token_refused'],
    ['12001', 'stop_all'],
  ] as const)
    test(`${code} ends trading: ${afterwards}`, async () => {
      const world = await openWorld();
      world.exchange.faults.error('PostOrder', code);
      const result = await world.cycle();
      expect(result.record.status).toBe('failed');
      expect(result.record.reason).toContain(code);
      expect(result.afterwards.kind).toBe(afterwards);
      expect(posts(world)).toBe(1);
      expect(world.faults()).toEqual([]);
    });

  test.each([
    ['40003', '30240', 'stop_account'],
    ['30240', '40003', 'stop_account'],
    ['40003', '12001', 'stop_all'],
    ['30240', '12001', 'stop_all'],
    ['12001', '40003', 'stop_all'],
  ] as const)('of %s and %s in one leg the graver counts: %s', async (first, second, afterwards) => {
    const world = await openWorld({
      accounts: [{ wallet: { TMOS: 50, TBRU: 50 }, cash: '90000.00', settings: { sleepBetweenOrdersMs: 0 } }],
    });
    for (const [ticker, code] of [
      ['TMOS', first],
      ['TBRU', second],
    ] as const)
      world.exchange.faults.add({
        method: 'PostOrder',
        fault: { kind: 'error', code },
        when: (call) => Reflect.get(call.request as object, 'instrumentId') === world.uid(ticker),
        times: 100,
      });
    expect((await world.cycle()).afterwards.kind).toBe(afterwards);
    expect(posts(world)).toBe(2);
    expect(world.faults()).toEqual([]);
  });

  test('the rate limit is waited for and counts as nothing', async () => {
    const world = await openWorld();
    world.exchange.faults.error('PostOrder', '80002', 3);
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(orders(world)).toBe(2);
    expect(world.faults()).toEqual([]);
  });

  test('a rate limit without end gives the order up, and nothing was sent', async () => {
    const world = await openWorld();
    world.exchange.faults.error('PostOrder', '80002', 1_000);
    const { record } = await world.cycle();
    expect(record.status).toBe('partial');
    expect(orders(world)).toBe(0);
    expect(world.faults()).toEqual([]);
  });
});
