// What only a person can put right halts its account, and no other, until `tiebb resume`.

import { describe, expect, test } from 'bun:test';
import { lots } from '../../src/core/units.ts';
import {
  FRIDAY_NOON,
  HOUR_MS,
  MINUTE_MS,
  openWorld,
  SEED_ACCOUNT,
  type World,
  type WorldAccount,
} from '../support/engine-world.ts';

const B: WorldAccount = { id: 'b', wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 }, cash: '90000.00' };
/** A resend is no other order. */
const orders = (world: World) => world.exchange.desk.orders.length;
const events = (world: World) => world.alerts.map((alert) => alert.event);

/** A sell that fills at the venue, which neither answers nor ever shows it. */
async function lostForGood(accounts: readonly WorldAccount[] = [SEED_ACCOUNT]): Promise<World> {
  const world = await openWorld({ accounts });
  world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
  world.exchange.faults.conditions.ordersVisibleAfterMs = 1_000 * HOUR_MS;
  await world.cycle();
  return world;
}

function resolveAbsent(world: World): void {
  const change = { to: 'operator', executed: lots(0n), evidence: 'a person' } as const;
  world.journal.settle({ key: keyOf(world), ...change }, world.clock.now());
}

/** Of the order whose outcome is open. */
const keyOf = (world: World): string => world.journal.openOrders('a')[0]!.request.key;

describe('an order that is neither found nor provably absent', () => {
  test('halts half an hour after its last send, not a moment earlier', async () => {
    const world = await lostForGood();
    const lastSentMs = () => world.journal.openOrders('a')[0]!.lastSentMs!;
    // An iteration asks for up to a minute.
    while (world.clock.now() < lastSentMs() + 28 * MINUTE_MS) {
      await world.cycle();
      expect(world.journal.halt('a')).toBeNull();
      await world.clock.sleep(MINUTE_MS);
    }
    await world.clock.sleep(2 * MINUTE_MS);
    await world.cycle();
    const halt = world.journal.halt('a');
    expect(halt?.cause).toBe('unresolved_order');
    expect(halt!.atMs - lastSentMs()).toBeGreaterThanOrEqual(30 * MINUTE_MS);
    expect(halt!.atMs - lastSentMs()).toBeLessThan(33 * MINUTE_MS);
    expect(halt?.detail).toContain(`tiebb resolve ${keyOf(world)} --absent`);
    expect(events(world).filter((event) => event === 'halted')).toEqual(['halted']);
    expect(orders(world)).toBe(1);
  });

  test('the halt is told once, survives a restart, and resume alone does not unblock', async () => {
    const world = await lostForGood();
    await world.clock.sleep(31 * MINUTE_MS);
    await world.cycle();
    world.restart();
    await world.clock.sleep(MINUTE_MS);
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    expect(events(world).filter((event) => event === 'halted')).toHaveLength(1);

    world.journal.clearHalt('a');
    await world.clock.sleep(MINUTE_MS);
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    expect(world.journal.halt('a')?.cause).toBe('unresolved_order');
    expect(events(world).filter((event) => event === 'halted')).toHaveLength(2);
    expect(orders(world)).toBe(1);
  });

  test('once its fate is known nobody is told to resolve it', async () => {
    const world = await lostForGood();
    await world.clock.sleep(31 * MINUTE_MS);
    await world.cycle();
    expect(world.journal.halt('a')?.detail).toContain('tiebb resolve');
    world.exchange.faults.conditions.ordersVisibleAfterMs = 0;
    world.restart();
    const { record } = await world.cycle();
    expect(world.journal.openOrders('a')).toEqual([]);
    expect(record).toMatchObject({ status: 'failed' });
    expect(record.reason).toContain('known by now; to go on: tiebb resume --account a');
    expect(record.reason).not.toContain('tiebb resolve');
  });

  test('what a person resolves while it is asked about is not told as unknown', async () => {
    const world = await openWorld();
    const found = world.exchange.faults.lose('PostOrder', 'before', 'unavailable', 1_000);
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    found();
    await world.clock.sleep(3 * MINUTE_MS);
    world.exchange.faults.lose('GetOrderState', 'before', 'silence', 1_000);
    const ended = world.cycle();
    await world.clock.sleep(MINUTE_MS / 2);
    resolveAbsent(world);
    const { record } = await ended;
    expect(record.status).toBe('balanced');
    expect(record.warnings.join()).toContain('now operator');
  });

  test('leaves the other account alone', async () => {
    const world = await lostForGood([SEED_ACCOUNT, B]);
    await world.clock.sleep(31 * MINUTE_MS);
    await world.cycle('a');
    expect(world.journal.halt('a')).not.toBeNull();
    expect(world.journal.halt('b')).toBeNull();
    expect((await world.cycle('b')).record.status).toBe('balanced');
  });

  test('resolved as filled and resumed: balanced, and the fill is not called a stranger’s', async () => {
    const world = await lostForGood();
    const [order] = world.journal.openOrders('a');
    await world.clock.sleep(31 * MINUTE_MS);
    await world.cycle();
    world.journal.settle(
      { key: keyOf(world), to: 'operator', executed: order!.request.lots, evidence: 'a person' },
      world.clock.now(),
    );
    expect((await world.cycle()).record).toMatchObject({ status: 'failed', orders: [] });
    expect(orders(world)).toBe(1);

    world.journal.clearHalt('a');
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(record.orders.map((one) => `${one.direction} ${one.ticker}`)).not.toContain('sell TMOS');
    expect(record.warnings).toEqual([]);
    await world.clock.sleep(HOUR_MS);
    const last = await world.cycle();
    expect(last.record).toMatchObject({ status: 'nothing_to_do', warnings: [] });
  });

  test('resolved as filled less than it was: the difference is waited for, then told, then traded', async () => {
    const world = await lostForGood();
    await world.clock.sleep(31 * MINUTE_MS);
    await world.cycle();
    world.journal.settle(
      { key: keyOf(world), to: 'operator', executed: lots(10n), evidence: 'a person' },
      world.clock.now(),
    );
    world.journal.clearHalt('a');
    await world.clock.sleep(20 * MINUTE_MS);
    const { record } = await world.cycle();
    expect(record.warnings.join()).toMatch(/TMOS: -\d+ pieces since the last iteration, not by this bot/);
    expect(record.status).toBe('balanced');
    expect(world.journal.halt('a')).toBeNull();
  });

  test('resolved as absent: sold anew, nothing doubled', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'before', 'unavailable', 1_000);
    await world.cycle();
    world.exchange.faults.clear();
    // The owner's own trade keeps the proof of absence from succeeding.
    world.exchange.deposit(world.accountId(), '5000.00');
    await world.clock.sleep(31 * MINUTE_MS);
    await world.cycle();
    expect(world.journal.halt('a')?.cause).toBe('unresolved_order');
    world.journal.settle(
      { key: keyOf(world), to: 'operator', executed: lots(0n), evidence: 'a person' },
      world.clock.now(),
    );
    world.journal.clearHalt('a');
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(record.warnings).toEqual(['RUB: +5000.00 since the last iteration, not by this bot']);
    expect(world.exchange.desk.orders.filter((one) => one.side === 'sell')).toHaveLength(1);
  });
});

describe('a person who resolves an order while the bot is asking about it', () => {
  test('as its absence is looked for a last time: no person is asked what one has just said', async () => {
    const world = await lostForGood();
    await world.clock.sleep(31 * MINUTE_MS);
    world.onCall = ({ method }, phase) => {
      if (method !== 'GetPositions' || phase !== 'received') return;
      world.onCall = null;
      resolveAbsent(world);
    };
    await world.cycle();
    expect(world.onCall).toBeNull();
    expect(world.journal.halt('a')).toBeNull();
    expect(events(world)).not.toContain('halted');
  });

  for (const [name, when] of [
    ['during a look-up', 'GetOrderState'],
    ['during the resend', 'PostOrder'],
  ] as const)
    test(`${name}: what they said stands, and the iteration goes on from there`, async () => {
      const world = await openWorld();
      world.exchange.faults.lose('PostOrder', 'before', 'unavailable', 2);
      let calls = 0;
      world.onCall = (call, phase) => {
        if (call.method !== when || phase !== 'received') return;
        calls += 1;
        if (calls !== 2) return;
        resolveAbsent(world);
      };
      const { record } = await world.cycle();
      expect(['partial', 'balanced']).toContain(record.status);
      expect(world.journal.openOrders('a')).toEqual([]);
      world.onCall = null;
      world.exchange.faults.clear();
      await world.clock.sleep(HOUR_MS);
      expect((await world.cycle()).record.status).toBe('balanced');
      expect(world.exchange.desk.orders.filter((one) => one.side === 'sell')).toHaveLength(1);
    });

  test('while a resend waits for its rate budget: it does not leave', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'before', 'unavailable');
    let attempts = 0;
    world.onWrite = (write, phase) => {
      if (write !== 'attempt' || phase !== 'after') return;
      attempts += 1;
      if (attempts !== 2) return;
      for (let call = 0; call < 40; call += 1) void world.context().broker.positions(world.accountId());
      void world.clock.sleep(500).then(() => resolveAbsent(world));
    };
    const { record } = await world.cycle();
    expect(['partial', 'balanced']).toContain(record.status);
    expect(world.journal.openOrders('a')).toEqual([]);
    expect(world.exchange.desk.orders.filter((one) => one.side === 'sell')).toEqual([]);
  });

  test('while it may no longer be sent again: known at the next look, not after the whole minute', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'before', 'unavailable', 1_000);
    await world.cycle();
    await world.clock.sleep(3 * MINUTE_MS);
    world.exchange.faults.clear();
    const startMs = world.clock.now();
    void world.clock.sleep(5_000).then(() => resolveAbsent(world));
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(world.clock.now() - startMs).toBeLessThan(20_000);
  });
});

describe('a halted account', () => {
  const halted = async (accounts?: readonly WorldAccount[]) => {
    const world = await openWorld(accounts ? { accounts } : {});
    world.journal.setHalt('a', { cause: 'drawdown', detail: 'it fell', atMs: FRIDAY_NOON });
    return world;
  };

  test('sends nothing, fails each iteration with the cause and the way out, and is told of hourly', async () => {
    const world = await halted();
    for (let turn = 0; turn < 13; turn += 1) {
      const { record } = await world.cycle();
      expect(record.status).toBe('failed');
      expect(record.reason).toBe(
        'halted since 2026-11-20T10:00:00.000Z: it fell; to go on: tiebb resume --account a',
      );
      await world.clock.sleep(10 * MINUTE_MS);
    }
    expect(orders(world)).toBe(0);
    // The halt itself was never told: the program ended before it could. Now it is, once.
    expect(events(world)).toEqual(['halted', 'paused', 'paused']);
  });

  test('leaves the other account alone, also in one daemon', async () => {
    const world = await halted([SEED_ACCOUNT, B]);
    await world.daemon({ forMs: HOUR_MS + MINUTE_MS });
    const of = (id: string) =>
      world.records.filter((record) => record.account === id).map(({ status }) => status);
    expect(of('a')).toEqual(['failed', 'failed']);
    expect(of('b')).toEqual(['balanced', 'nothing_to_do']);
  });

  test('goes on after resume, in the running daemon', async () => {
    const world = await halted();
    void world.clock.sleep(90 * MINUTE_MS).then(() => world.journal.clearHalt('a'));
    await world.daemon({ forMs: 2 * HOUR_MS + MINUTE_MS });
    expect(world.records.map(({ status }) => status)).toEqual(['failed', 'failed', 'balanced']);
    expect(world.faults()).toEqual([]);
  });

  test('lets a dry run plan', async () => {
    const world = await halted([{ ...SEED_ACCOUNT, settings: { dryRun: true } }]);
    expect((await world.cycle()).record.status).toBe('planned');
  });
});
