// The venue, the token or a price fails between the legs of an iteration.

import { describe, expect, test } from 'bun:test';
import { openWorld, SEED_ACCOUNT, type World } from '../support/engine-world.ts';

const posts = (world: World) => world.calls('PostOrder').length;
const orders = (world: World) => world.exchange.desk.orders.filter((order) => !order.foreign).length;

describe('a venue that fails in the middle', () => {
  /** Calls `break_` right after the first sell has been taken. */
  const afterSell = (world: World, break_: () => void) => {
    world.onCall = (call, phase) => {
      if (call.method !== 'PostOrder' || phase !== 'replied') return;
      world.onCall = null;
      break_();
    };
  };

  test('a price that disappears between sells and buys: that instrument is not bought', async () => {
    const world = await openWorld();
    afterSell(world, () => world.exchange.faults.corrupt('zero_prices'));
    const { record } = await world.cycle();
    expect(record.orders.map((order) => order.direction)).toEqual(['sell']);
    expect(record.held_back.map((held) => held.rule)).toContain('no_price');
    world.exchange.faults.clear();
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('a refusal for good is kept also where the orders beside it cannot be waited for', async () => {
    const world = await openWorld({
      accounts: [{ wallet: { TMOS: 30, TBRU: 30, RUB: 40 }, cash: '90000.00', token: 't.a' }],
    });
    world.exchange.faults.error('PostOrder', '30101');
    world.exchange.faults.execute({ kind: 'rest' });
    world.onCall = ({ method }, phase) => {
      if (method === 'GetOrderState' && phase === 'received') world.exchange.revokeToken('t.a');
    };
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    world.onCall = null;
    const [refused] = world.journal
      .ordersOf(world.records[0]!.iteration)
      .filter(({ state }) => state === 'rejected');
    const told = world.alerts.filter(({ event }) => event === 'instrument_barred');
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringContaining(`${refused!.ticker} is not for`),
    ]);
    world.exchange.restoreToken('t.a');
    const { record } = await world.cycle();
    expect(record.orders.map(({ ticker }) => ticker)).not.toContain(refused!.ticker);
    expect(record.held_back.map(({ ticker, rule }) => [ticker, rule])).toContainEqual([
      refused!.ticker,
      'not_tradable',
    ]);
    expect(world.faults()).toEqual([]);
  });

  test('reads that all fail between sells and buys: partial on record, then planned anew', async () => {
    const world = await openWorld();
    afterSell(world, () =>
      world.exchange.faults.add({
        method: '*',
        fault: { kind: 'lose', when: 'before', as: 'unavailable' },
        times: 1_000,
      }),
    );
    const { record } = await world.cycle();
    expect(record.status).toBe('partial');
    expect(record.orders.map((order) => [order.direction, order.status])).toEqual([['sell', 'filled']]);
    const tmos = record.positions.find((row) => row.ticker === 'TMOS');
    const tbru = record.positions.find((row) => row.ticker === 'TBRU');
    expect(BigInt(tmos!.lots_after)).toBe(world.pieces('TMOS'));
    expect(BigInt(tbru!.lots_after)).toBe(world.pieces('TBRU'));

    const dead = await world.cycle();
    expect(dead.record.status).toBe('failed');
    world.exchange.faults.clear();
    const next = await world.cycle();
    expect(next.record.status).toBe('balanced');
    expect(next.record.orders.map((order) => [order.ticker, order.direction])).toContainEqual([
      'TBRU',
      'buy',
    ]);
    expect(next.record.tracking_error_pp?.after).toBeLessThan(0.06);
    expect(world.faults()).toEqual([]);
  });

  test('a halt between sells and buys: the money waits', async () => {
    const world = await openWorld();
    afterSell(world, () => world.exchange.setStatus('TBRU', 4));
    const { record } = await world.cycle();
    expect(record.orders.map((order) => order.direction)).toEqual(['sell']);
    expect(record.held_back.find((held) => held.ticker === 'TBRU')?.rule).toBe('not_tradable');
    world.exchange.setStatus('TBRU', null);
    const next = await world.cycle();
    expect(next.record.orders.map((order) => [order.ticker, order.direction])).toContainEqual([
      'TBRU',
      'buy',
    ]);
    expect(world.faults()).toEqual([]);
  });

  test('a token revoked between sells and buys: no order follows', async () => {
    const world = await openWorld();
    afterSell(world, () => world.exchange.revokeToken('t.a'));
    const result = await world.cycle();
    expect(result.record.status).toBe('partial');
    expect(result.afterwards.kind).toBe('token_refused');
    expect(posts(world)).toBe(1);
    expect((await world.cycle()).afterwards.kind).toBe('token_refused');
    world.exchange.restoreToken('t.a');
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('a token revoked while an order is unknown is said to be refused, and nothing is forgotten', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.onCall = (call, phase) => {
      if (call.method === 'PostOrder' && phase === 'replied') world.exchange.revokeToken('t.a');
    };
    const first = await world.cycle();
    expect(first.record.status).toBe('unknown_outcome');
    expect(first.afterwards.kind).toBe('token_refused');
    world.onCall = null;
    expect((await world.cycle()).afterwards.kind).toBe('token_refused');
    world.exchange.restoreToken('t.a');
    const last = await world.cycle();
    expect(last.record.status).toBe('balanced');
    expect(last.record.tracking_error_pp?.after).toBeLessThan(0.06);
    expect(world.faults()).toEqual([]);
  });

  test('an account that may only be read is not traded', async () => {
    const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, access: 'read_only' }] });
    const { afterwards, record } = await world.cycle();
    expect(record.status).toBe('failed');
    expect(afterwards.kind).toBe('stop_account');
    expect(orders(world)).toBe(0);
  });

  test('an interrupted iteration says what the account holds, not what was planned', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'before', 'unavailable', 1_000);
    const { record } = await world.cycle();
    expect(record.status).toBe('unknown_outcome');
    for (const row of record.positions) expect(row.lots_after).toBe(row.lots_before);
    expect(record.tracking_error_pp?.after).toBe(record.tracking_error_pp!.before);
  });
});
