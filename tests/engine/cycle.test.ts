// One iteration on a venue that behaves: what it reaches, what it costs, in which order things happen.

import { describe, expect, test } from 'bun:test';
import { rate } from '../../src/core/units.ts';
import { commission, executedValue } from '../../src/exchange/order.ts';
import { HOUR_MS, openWorld, SEED_ACCOUNT, type World } from '../support/engine-world.ts';

const FUNDS = ['TRUR', 'TMOS', 'TGLD', 'TMON', 'TBRU', 'TPAY', 'TDIV', 'TLCB', 'TOFZ', 'TRND', 'TITR'];
const ELEVEN = { wallet: Object.fromEntries(FUNDS.map((ticker) => [ticker, 9])), cash: '500000.00' };

const OBSERVATION = ['GetLastPrices', 'GetOrders', 'GetPositions', 'GetTradingStatuses'];
const methods = (world: World, since: number) => world.callsSince(since).map((call) => call.method);

describe('an iteration that trades', () => {
  test('brings the example to its quarters, exact to the kopeck', async () => {
    const world = await openWorld();
    const before = world.cash();
    const { record } = await world.cycle();

    expect(record.status).toBe('balanced');
    expect(record.tracking_error_pp?.after).toBeLessThan(0.06);
    expect(record.positions.map((row) => row.ticker)).toEqual(['TMOS', 'TBRU', 'TRUR', 'RUB']);
    const flows = world.exchange.desk.orders.map((order) => {
      const value = executedValue(order);
      return (order.side === 'sell' ? value : -value) - commission(value, 500_000n);
    });
    expect(world.cash()).toBe(flows.reduce((sum, flow) => sum + flow, before));
    const rub = record.positions.find((row) => row.ticker === 'RUB');
    expect(rub?.value_after_rub).toBe(
      `${world.cash() / 1_000_000_000n}.${String((world.cash() % 1_000_000_000n) / 10_000_000n).padStart(2, '0')}`,
    );
    expect(world.faults()).toEqual([]);
  });

  test('has nothing to do a second time', async () => {
    const world = await openWorld();
    await world.cycle();
    expect((await world.cycle()).record).toMatchObject({ status: 'nothing_to_do', orders: [] });
    expect(world.calls('PostOrder')).toHaveLength(2);
  });

  test('buys eleven funds from cash in one iteration', async () => {
    const world = await openWorld({ accounts: [ELEVEN] });
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(record.tracking_error_pp?.after).toBeLessThan(0.1);
    expect(record.positions.filter((row) => row.ticker !== 'RUB' && row.lots_after === 0)).toEqual([]);
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });

  test('does the same over real gRPC', async () => {
    const direct = await openWorld();
    const overWire = await openWorld({ grpc: true });
    const [one, two] = [await direct.cycle(), await overWire.cycle()];
    expect(two.record.status).toBe('balanced');
    expect(two.record).toEqual(one.record);
    expect(overWire.faults()).toEqual([]);
  });

  test('posts the first buy only when every sell is final and adopted', async () => {
    const world = await openWorld();
    world.exchange.faults.execute({
      kind: 'partial',
      now: 10n,
      later: [{ afterMs: 4_000, lots: 1_000_000n }],
    });
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    const [sell, buy] = world.calls('PostOrder');
    expect(buy!.atMs - sell!.atMs).toBeGreaterThanOrEqual(4_000);
    expect(world.faults()).toEqual([]);
  });

  test('sells what the wallet sets to 0, also where the position then vanishes', async () => {
    const wallet = { TMOS: 0, TBRU: 50, TRUR: 50 };
    const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, wallet }] });
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(world.pieces('TMOS')).toBe(0n);
    expect(record.positions.find((row) => row.ticker === 'TMOS')).toMatchObject({
      lots_after: 0,
      after_percent: 0,
    });
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
  });

  test('sells an unlisted holding only where the owner asked for it', async () => {
    const pieces = { ...SEED_ACCOUNT.pieces, TGLD: 2_000 };
    for (const unlistedPositions of ['keep', 'sell'] as const) {
      const world = await openWorld({
        accounts: [{ ...SEED_ACCOUNT, pieces, policy: { unlistedPositions } }],
      });
      const { record } = await world.cycle();
      expect(record.status).toBe('balanced');
      expect(world.pieces('TGLD')).toBe(unlistedPositions === 'keep' ? 2_000n : 0n);
      expect(record.apart.map((row) => row.ticker)).toEqual(unlistedPositions === 'keep' ? ['TGLD'] : []);
      expect((await world.cycle()).record.status).toBe('nothing_to_do');
      expect(world.faults()).toEqual([]);
    }
  });

  test('trades lots, not pieces', async () => {
    const world = await openWorld({
      accounts: [{ wallet: { GAZP: 50, FEES: 25, RUB: 25 }, cash: '300000.00' }],
    });
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(record.tracking_error_pp?.after).toBeLessThan(1);
    expect(world.pieces('GAZP') % 10n).toBe(0n);
    expect(world.pieces('FEES') % 10_000n).toBe(0n);
    expect(world.faults()).toEqual([]);
  });

  test('never borrows, whatever commission the venue really takes', async () => {
    for (const percent of [0n, 500_000n, 3_000_000n]) {
      const world = await openWorld({ accounts: [ELEVEN], exchange: { commission: rate(percent) } });
      await world.cycle();
      await world.cycle();
      expect(world.faults()).toEqual([]);
      expect(world.cash()).toBeGreaterThanOrEqual(0n);
    }
  });

  test('a dry run decides the same and posts nothing', async () => {
    const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, settings: { dryRun: true } }] });
    const { record } = await world.cycle();
    expect(record.status).toBe('planned');
    expect(record.orders.map((order) => [order.ticker, order.direction, order.status])).toEqual([
      ['TMOS', 'sell', 'planned'],
      ['TBRU', 'buy', 'planned'],
    ]);
    expect(world.calls('PostOrder')).toEqual([]);
  });
});

describe('calls to the venue', () => {
  test('a day is opened once: lists and schedules', async () => {
    const world = await openWorld();
    await world.cycle();
    const daily = methods(world, 0).filter(
      (method) => !OBSERVATION.includes(method) && method !== 'PostOrder',
    );
    // The operations are read once in an account's life: is another bot at work here?
    expect(daily.sort()).toEqual([
      'Etfs',
      'GetOperationsByCursor',
      'Shares',
      'TradingSchedules',
      'TradingSchedules',
    ]);
  });

  test('nothing to do costs four', async () => {
    const world = await openWorld();
    await world.cycle();
    const since = world.exchange.log.count();
    await world.cycle();
    expect(methods(world, since).sort()).toEqual(OBSERVATION);
  });

  test('trading adds one per order and one look of four after each leg', async () => {
    const world = await openWorld();
    await world.cycle();
    await world.clock.sleep(HOUR_MS);
    world.exchange.deposit(world.accountId(), '40000.00');
    const since = world.exchange.log.count();
    const { record } = await world.cycle();
    expect(new Set(record.orders.map((order) => order.direction))).toEqual(new Set(['buy']));
    expect(methods(world, since)).toHaveLength(4 + record.orders.length + 4);

    await world.clock.sleep(HOUR_MS);
    world.exchange.setPrice('TMOS', '7.50');
    const again = world.exchange.log.count();
    const both = await world.cycle();
    expect(new Set(both.record.orders.map((order) => order.direction))).toEqual(new Set(['sell', 'buy']));
    expect(methods(world, again)).toHaveLength(4 + both.record.orders.length + 4 + 4);
  });

  test('independent calls go out together', async () => {
    const world = await openWorld({ accounts: [ELEVEN] });
    const flying = new Map<string, number>();
    const most = new Map<string, number>();
    world.exchange.faults.delay('*', 100);
    world.onCall = ({ method }, phase) => {
      const kind = OBSERVATION.includes(method) ? 'observe' : method;
      if (phase === 'applied') return;
      const now = (flying.get(kind) ?? 0) + (phase === 'received' ? 1 : -1);
      flying.set(kind, now);
      most.set(kind, Math.max(most.get(kind) ?? 0, now));
    };
    await world.cycle();
    expect(most.get('observe')).toBe(4);
    expect(most.get('PostOrder')).toBe(11);
  });

  test('sleep_between_orders sends one order at a time, that far apart', async () => {
    const world = await openWorld({ accounts: [{ ...ELEVEN, settings: { sleepBetweenOrdersMs: 2_000 } }] });
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    const times = world.calls('PostOrder').map((call) => call.atMs);
    expect(times.slice(1, 11).map((at, index) => at - times[index]!)).toEqual(Array(10).fill(2_000));
    expect(world.faults()).toEqual([]);
  });

  test('sleep_between_orders lies between two legs and two iterations, too', async () => {
    const world = await openWorld({
      accounts: [{ ...SEED_ACCOUNT, settings: { sleepBetweenOrdersMs: 2_000 } }],
    });
    expect((await world.cycle()).record.status).toBe('balanced');
    world.exchange.deposit(world.accountId(), '100000.00');
    expect((await world.cycle()).record.status).toBe('balanced');
    const orders = world.exchange.desk.orders.map(({ side, createdMs }) => ({ side, createdMs }));
    const sides = orders.map(({ side }) => side);
    expect(sides.slice(0, 2)).toEqual(['sell', 'buy']);
    const gaps = orders.slice(1).map(({ createdMs }, index) => createdMs - orders[index]!.createdMs);
    expect(gaps.length).toBeGreaterThan(2);
    expect(gaps).toEqual(gaps.map(() => 2_000));
    expect(world.faults()).toEqual([]);
  });
});
