// All accounts side by side: each on its own interval, each failing alone, none overlapping itself.

import { describe, expect, setDefaultTimeout, test } from 'bun:test';
import { assert } from '../../src/core/assert.ts';
import { DEFAULT_LIMITS } from '../../src/exchange/limits.ts';
import type { Transition } from '../../src/ports.ts';
import {
  FRIDAY_NOON,
  HOUR_MS,
  MINUTE_MS,
  openWorld,
  type World,
  type WorldAccount,
} from '../support/engine-world.ts';

setDefaultTimeout(240_000);

const A: WorldAccount = { id: 'a', wallet: { TMOS: 50, TBRU: 50 }, cash: '100000.00' };
const B: WorldAccount = { id: 'b', wallet: { TRUR: 60, TGLD: 20, RUB: 20 }, cash: '250000.00' };

const of = (world: World, account: string) => world.records.filter((record) => record.account === account);
/** What must not depend on other accounts. */
const history = (world: World, account: string) =>
  of(world, account).map(({ iteration: _, orders, broker_account: __, ...record }) => ({
    ...record,
    orders: orders.map(({ idempotency_key: ___, order_id: ____, ...order }) => order),
  }));

describe('the daemon', () => {
  test('keeps each account on its own interval', async () => {
    const world = await openWorld({
      accounts: [
        { ...A, settings: { intervalMs: 15 * MINUTE_MS } },
        { ...B, settings: { intervalMs: HOUR_MS } },
      ],
    });
    await world.daemon({ forMs: 2 * HOUR_MS + MINUTE_MS });
    const minutes = (id: string) =>
      of(world, id).map((r) => (Date.parse(r.started_at) - FRIDAY_NOON) / MINUTE_MS);
    expect(minutes('a')).toEqual([0, 15, 30, 45, 60, 75, 90, 105, 120]);
    expect(minutes('b')).toEqual([0, 60, 120]);
    expect(world.faults()).toEqual([]);
  });

  test('never overlaps an iteration with the next one of the same account', async () => {
    const world = await openWorld({ accounts: [{ ...A, settings: { intervalMs: 1_000 } }] });
    world.exchange.faults.delay('GetPositions', 4_000);
    await world.daemon({ forMs: MINUTE_MS });
    const spans = of(world, 'a').map((r) => [Date.parse(r.started_at), Date.parse(r.finished_at)] as const);
    expect(spans.length).toBeGreaterThan(5);
    for (const [index, [start]] of spans.entries())
      if (index > 0) expect(start).toBeGreaterThanOrEqual(spans[index - 1]![1]);
    expect(world.faults()).toEqual([]);
  });

  test('works on its accounts at the same time', async () => {
    const world = await openWorld({ accounts: [A, B] });
    world.exchange.faults.delay('*', 1_000);
    await world.daemon({ once: true });
    const [a, b] = [of(world, 'a')[0]!, of(world, 'b')[0]!];
    expect(Date.parse(b.started_at)).toBeLessThan(Date.parse(a.finished_at));
    expect(Date.parse(a.started_at)).toBeLessThan(Date.parse(b.finished_at));
  });

  test('once: one iteration of each account, then the end', async () => {
    const world = await openWorld({ accounts: [A, B] });
    const ends = await world.daemon({ once: true });
    expect(ends.map(({ account, status }) => [account, status])).toEqual([
      ['a', 'balanced'],
      ['b', 'balanced'],
    ]);
    expect(world.records).toHaveLength(2);
  });

  test("an account's history does not depend on what befalls another", async () => {
    const alone = await openWorld({ accounts: [B] });
    await alone.daemon({ forMs: 5 * HOUR_MS });
    const troubles: ((world: World) => void)[] = [
      ({ exchange }) => exchange.revokeToken('t.a'),
      ({ exchange }) => exchange.closeAccount('2000000001'),
      ({ exchange }) =>
        exchange.faults.add({
          method: '*',
          fault: { kind: 'lose', when: 'after', as: 'unavailable' },
          times: 10_000,
          when: (call) => call.token === 't.a',
        }),
    ];
    for (const trouble of troubles) {
      const world = await openWorld({ accounts: [A, B] });
      trouble(world);
      await world.daemon({ forMs: 5 * HOUR_MS });
      expect(of(world, 'a').every((record) => record.status !== 'balanced')).toBe(true);
      expect(history(world, 'b')).toEqual(history(alone, 'b'));
      expect(world.faults(false)).toEqual([]);
    }
  });

  test('a defect stops its account alone: an alert, a record that is in the journal, its orders in it', async () => {
    const alone = await openWorld({ accounts: [B] });
    await alone.daemon({ forMs: 3 * HOUR_MS });
    const world = await openWorld({ accounts: [A, B] });
    let settled = 0;
    world.onWrite = (write, phase, _nth, [change]) => {
      if (write !== 'settle' || phase !== 'after') return;
      if (world.journal.order((change as Transition).key)?.account !== 'a') return;
      settled += 1;
      assert(settled !== 2, 'planted');
    };
    const ends = await world.daemon({ forMs: 3 * HOUR_MS });
    expect(ends.map(({ account, stopped }) => [account, stopped])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(world.alerts.map(({ account, event }) => [account, event])).toEqual([['a', 'account_stopped']]);
    const [record, ...more] = of(world, 'a');
    expect(more).toEqual([]);
    expect(record?.reason).toContain('a defect in this program: planted');
    expect(record?.orders).toHaveLength(2);
    const [row] = world.journal.iterations({ account: 'a' });
    expect(row).toMatchObject({ iteration: record!.iteration, status: record!.status });
    expect(history(world, 'b')).toEqual(history(alone, 'b'));
  });

  test.each([
    ['with an account that trades beside it: somebody is told', false, [['b', 'contract_changed']]],
    ['with dry runs alone: nobody is woken', true, []],
  ] as const)('a dry run that finds the contract changed ends all, %s', async (_, dryRun, told) => {
    const world = await openWorld({
      accounts: [
        { ...A, settings: { dryRun } },
        { ...B, settings: { dryRun: true } },
      ],
    });
    world.exchange.faults.add({
      method: 'GetPositions',
      fault: { kind: 'error', code: '12001' },
      when: ({ accountId }) => accountId === world.accountId('b'),
      times: 100,
    });
    await world.daemon({ forMs: HOUR_MS });
    expect(world.alerts.map(({ account, event }) => [account, event])).toEqual(told.map((each) => [...each]));
    expect(of(world, 'b')).toHaveLength(1);
  });

  test('a journal that cannot be written stops the account before anything is sent', async () => {
    const world = await openWorld({ accounts: [A] });
    world.onWrite = (write, phase) => {
      if (write !== 'attempt' || phase !== 'before') return;
      throw Object.assign(new Error('database or disk is full'), { name: 'JournalError' });
    };
    const [end] = await world.daemon({ forMs: HOUR_MS });
    expect(end).toMatchObject({ stopped: true, status: 'failed' });
    expect(of(world, 'a')[0]?.reason).toBe('the journal failed: database or disk is full');
    expect(world.calls('PostOrder')).toEqual([]);
    world.onWrite = null;
    world.restart();
    expect((await world.cycle('a')).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('a refused token is asked about again every five minutes, and trading goes on when it works', async () => {
    const world = await openWorld({ accounts: [A] });
    world.exchange.revokeToken('t.a');
    void world.clock.sleep(12 * MINUTE_MS).then(() => world.exchange.restoreToken('t.a'));
    await world.daemon({ forMs: 20 * MINUTE_MS });
    expect(of(world, 'a').map((record) => record.status)).toEqual(['failed', 'failed', 'failed', 'balanced']);
    // That the token is refused is told where the connection is: tests/cli/token-refused.test.ts.
    expect(world.alerts.map((alert) => alert.event)).toEqual(['paused']);
  });

  test('a changed contract stops every account', async () => {
    const world = await openWorld({ accounts: [A, B] });
    world.exchange.faults.add({
      method: 'PostOrder',
      fault: { kind: 'error', code: '12001' },
      when: (call) => call.token === 't.a',
    });
    const ends = await world.daemon({ forMs: 5 * HOUR_MS });
    expect(world.clock.now()).toBeLessThan(FRIDAY_NOON + HOUR_MS);
    expect(ends).toHaveLength(2);
    expect(world.alerts.map((alert) => alert.event)).toContain('contract_changed');
  });

  test('an unknown outcome is asked about again within a minute, whatever the interval', async () => {
    const world = await openWorld({ accounts: [{ ...A, settings: { intervalMs: 6 * HOUR_MS } }] });
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.conditions.ordersVisibleAfterMs = 3 * MINUTE_MS;
    await world.daemon({ forMs: 10 * MINUTE_MS });
    const statuses = of(world, 'a').map((record) => record.status);
    expect(statuses[0]).toBe('unknown_outcome');
    expect(statuses.at(-1)).toMatch(/balanced|nothing_to_do/);
    expect(world.faults()).toEqual([]);
  });

  test("stays inside the venue's limits, however short the interval", async () => {
    const hasty = (account: WorldAccount) => ({
      ...account,
      token: 't.both',
      settings: { intervalMs: 1_000 },
    });
    const world = await openWorld({
      accounts: [hasty(A), hasty(B)],
      exchange: { limits: DEFAULT_LIMITS, perSecond: 50 },
    });
    await world.daemon({ forMs: 2 * MINUTE_MS });
    expect(world.exchange.log.calls.filter((call) => call.outcome === '80002')).toEqual([]);
    expect(world.records.length).toBeGreaterThan(20);
    expect(world.faults()).toEqual([]);
  });

  test('a record that cannot be printed costs nothing else', async () => {
    const world = await openWorld({ accounts: [A, B] });
    const ends = await world.daemon({
      forMs: 2 * HOUR_MS,
      onRecord: () => {
        throw new Error('closed pipe');
      },
    });
    expect(ends.map((end) => end.stopped)).toEqual([false, false]);
    expect(world.journal.iterations({}).length).toBeGreaterThanOrEqual(4);
  });
});
