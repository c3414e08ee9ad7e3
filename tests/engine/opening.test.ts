// When an account trades: sessions, weekends, what a closed exchange means, instruments with different hours.

import { describe, expect, test } from 'bun:test';
import { HOUR_MS, MINUTE_MS, openWorld, SEED_ACCOUNT, type WorldAccount } from '../support/engine-world.ts';

/** Moscow hours of November 2026: the 20th is a Friday. */
const moscow = (day: number, hour: number, minute = 0) => Date.UTC(2026, 10, day, hour - 3, minute);
const closure = (mode: 'skip_iteration' | 'dry_run' | 'force_orders', counts = false): WorldAccount => ({
  ...SEED_ACCOUNT,
  settings: { closure: { mode, counts } },
});

describe('a closed exchange', () => {
  test('skip_iteration: nothing is read of the account, nothing counts, the reason says when it opens', async () => {
    const world = await openWorld({ startMs: moscow(20, 5), accounts: [closure('skip_iteration')] });
    const { record, counted } = await world.cycle();
    expect(record).toMatchObject({ status: 'skipped', exchange_open: false });
    expect(record.reason).toContain('opens 2026-11-20T');
    expect(counted).toBe(false);
    expect(world.calls('GetPositions')).toEqual([]);
  });

  for (const counts of [false, true])
    test(`update_iteration_result ${counts}: the iteration ${counts ? 'counts' : 'does not count'}`, async () => {
      for (const mode of ['skip_iteration', 'dry_run', 'force_orders'] as const) {
        const world = await openWorld({ startMs: moscow(20, 5), accounts: [closure(mode, counts)] });
        expect((await world.cycle()).counted).toBe(counts);
        expect(world.journal.iterations({ countedOnly: true })).toHaveLength(counts ? 1 : 0);
      }
    });

  test('a failed iteration of a closed exchange counts no more than another', async () => {
    const world = await openWorld({ startMs: moscow(20, 5), accounts: [closure('force_orders')] });
    world.exchange.faults.conditions.limitsLoading = true;
    const result = await world.cycle();
    expect(result.record.status).toBe('skipped');
    expect(result.counted).toBe(false);
  });

  test('dry_run: plans as if all were tradable, posts nothing', async () => {
    const world = await openWorld({ startMs: moscow(20, 5), accounts: [closure('dry_run')] });
    const { record } = await world.cycle();
    expect(record).toMatchObject({ status: 'planned', dry_run: true, exchange_open: false });
    expect(record.orders.map((order) => order.direction)).toEqual(['sell', 'buy']);
    expect(world.calls('PostOrder')).toEqual([]);
  });

  test('force_orders: the schedule is ignored, the trading status still decides', async () => {
    const night = await openWorld({ startMs: moscow(20, 5), accounts: [closure('force_orders')] });
    const { record } = await night.cycle();
    expect(record.status).toBe('nothing_to_do');
    expect(record.held_back.map((held) => held.rule)).toContain('not_tradable');
    const saturday = await openWorld({ startMs: moscow(21, 12), accounts: [closure('force_orders')] });
    expect((await saturday.cycle()).record.status).toBe('balanced');
    expect(saturday.exchange.desk.orders.every((order) => order.type === 'bestprice')).toBe(true);
    expect(saturday.faults()).toEqual([]);
  });

  test('a schedule that cannot be read counts as closed and is said aloud', async () => {
    const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, settings: { exchange: 'NO_SUCH' } }] });
    const { record } = await world.cycle();
    expect(record.status).toBe('skipped');
    expect(record.reason).toContain('it counts as closed');
    expect(world.calls('PostOrder')).toEqual([]);
  });
});

describe('the daemon and the clock', () => {
  test('sleeps to the next session when closed, over a weekend too', async () => {
    const world = await openWorld({ startMs: moscow(20, 23, 30) });
    await world.daemon({ forMs: 3 * 24 * HOUR_MS });
    const starts = world.records.map((record) => record.started_at);
    expect(starts[0]).toBe('2026-11-20T20:30:00.000Z');
    expect(new Date(starts[1]!).getTime()).toBe(moscow(23, 10));
    expect(world.records.every((record) => record.status !== 'skipped')).toBe(true);
  });

  test('keeps its interval under force_orders and dry_run, closed or not', async () => {
    for (const mode of ['force_orders', 'dry_run'] as const) {
      const world = await openWorld({ startMs: moscow(20, 3), accounts: [closure(mode)] });
      await world.daemon({ forMs: 3 * HOUR_MS + MINUTE_MS });
      expect(world.records).toHaveLength(4);
    }
  });
});

describe('exchange: auto', () => {
  const auto: WorldAccount = {
    wallet: { TMOS: 25, SBER: 25, TBRU: 25, RUB: 25 },
    cash: '250000.00',
    pieces: { TMOS: 60_000, SBER: 500, TBRU: 20_000 },
    settings: { exchange: 'auto' },
  };

  test('runs when any exchange is open and trades only what is', async () => {
    // 08:00: shares trade in the morning session, funds do not yet.
    const world = await openWorld({ startMs: moscow(20, 8), accounts: [auto] });
    const { record } = await world.cycle();
    expect(record.exchange_open).toBe(true);
    expect(record.orders.every((order) => order.ticker === 'SBER')).toBe(true);
    expect(
      record.held_back
        .filter((held) => held.rule === 'not_tradable')
        .map((held) => held.ticker)
        .sort(),
    ).toEqual(['TBRU', 'TMOS']);
    expect(world.faults()).toEqual([]);
  });

  test('sells nothing for a purchase that must wait', async () => {
    const wallet = { TMOS: 50, SBER: 50 };
    // Only SBER is short; it opens at 07:00 on Monday, the funds trade on Saturday.
    const world = await openWorld({
      startMs: moscow(21, 12),
      accounts: [{ ...auto, wallet, cash: '10.00', pieces: { TMOS: 60_000, SBER: 100 } }],
    });
    const { record } = await world.cycle();
    expect(record.exchange_open).toBe(true);
    expect(record.orders).toEqual([]);
    expect(record.held_back.map((held) => [held.ticker, held.rule])).toContainEqual(['SBER', 'not_tradable']);
  });

  test('buys with best price on the weekend market', async () => {
    const world = await openWorld({
      startMs: moscow(21, 12),
      accounts: [{ wallet: { TMOS: 50, TBRU: 50 }, cash: '50000.00', settings: { exchange: 'auto' } }],
    });
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(new Set(world.exchange.desk.orders.map((order) => order.type))).toEqual(new Set(['bestprice']));
    expect(world.faults()).toEqual([]);
  });

  test('an IIS does not take part in the weekend market', async () => {
    const world = await openWorld({
      startMs: moscow(21, 12),
      accounts: [
        { wallet: { TMOS: 50, TBRU: 50 }, cash: '50000.00', type: 'iis', settings: { exchange: 'auto' } },
      ],
    });
    expect((await world.cycle()).record.orders).toEqual([]);
    expect(world.exchange.desk.orders).toEqual([]);
  });

  test('a schedule that cannot be read costs only its own instruments', async () => {
    const world = await openWorld({ startMs: moscow(20, 12), accounts: [auto] });
    world.exchange.faults.add({
      method: 'TradingSchedules',
      fault: { kind: 'error', code: '50001' },
      times: 1_000,
      when: (call) => Reflect.get(call.request as object, 'exchange') === 'MOEX_PLUS',
    });
    const { record } = await world.cycle();
    expect(record.exchange_open).toBe(true);
    expect(record.orders.length).toBeGreaterThan(0);
    expect(record.orders.some((order) => order.ticker === 'SBER')).toBe(false);
    expect(record.held_back.find((held) => held.ticker === 'SBER')?.detail).toContain('could not be read');
  });

  test('an order whose reply was lost is sent again there too', async () => {
    const world = await openWorld({ startMs: moscow(20, 12), accounts: [auto] });
    world.exchange.faults.lose('PostOrder', 'before', 'unavailable');
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });
});
