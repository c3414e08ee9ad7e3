// The program is killed at every write of its journal and at every step of every call, with the venue in several moods;
// the next start must find out everything, double nothing and go on.

import { describe, expect, test } from 'bun:test';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { MINUTE_MS, openWorld, SEED_ACCOUNT, type World } from '../support/engine-world.ts';

/** One instant of a run: the n-th journal write, or the n-th phase of a call. */
type Instant =
  | {
      readonly kind: 'write';
      readonly nth: number;
      readonly phase: 'before' | 'after';
      readonly name: string;
    }
  | { readonly kind: 'call'; readonly nth: number; readonly name: string };

/** What the venue does to the first order, besides the kill. */
const MOODS: Readonly<Record<string, (exchange: Exchange) => void>> = {
  'a healthy venue': () => {},
  'the first reply lost after the effect': ({ faults }) =>
    void faults.lose('PostOrder', 'after', 'unavailable'),
  'the first order lost on its way': ({ faults }) => void faults.lose('PostOrder', 'before', 'unavailable'),
  'a sell that fills in parts': ({ faults }) =>
    void faults.execute({ kind: 'partial', now: 100n, later: [{ afterMs: 3_000, lots: 1_000_000n }] }),
  'a sell that rests and is cancelled': ({ faults }) =>
    void faults.execute({ kind: 'partial', now: 100n, later: [] }),
  'orders that show five minutes late': ({ faults }) => {
    faults.conditions.ordersVisibleAfterMs = 5 * MINUTE_MS;
    faults.lose('PostOrder', 'after', 'unavailable');
  },
};

async function worldOf(mood: (exchange: Exchange) => void): Promise<World> {
  const world = await openWorld({
    accounts: [{ ...SEED_ACCOUNT, settings: { orderWaitMs: 5_000 } }],
    lookUpMs: 30_000,
  });
  mood(world.exchange);
  return world;
}

/** Every instant of one undisturbed iteration. */
async function instantsOf(mood: (exchange: Exchange) => void): Promise<Instant[]> {
  const world = await worldOf(mood);
  const instants: Instant[] = [];
  let calls = 0;
  world.onWrite = (name, phase, nth) =>
    void instants.push({ kind: 'write', nth, phase, name: `${phase} ${name} ${nth}` });
  world.onCall = (call, phase) => {
    instants.push({ kind: 'call', nth: calls, name: `${call.method} ${phase} ${calls}` });
    calls += 1;
  };
  await world.cycle();
  return instants.filter(({ name }) =>
    /(before|after) |PostOrder|CancelOrder|GetOrderState|GetPositions/.test(name),
  );
}

async function killAt(world: World, instant: Instant): Promise<void> {
  let calls = 0;
  world.onWrite = (_write, phase, nth) => {
    if (instant.kind === 'write' && nth === instant.nth && phase === instant.phase) world.process.kill();
  };
  world.onCall = (_call, phase) => {
    const nth = calls;
    calls += 1;
    if (instant.kind !== 'call' || nth !== instant.nth) return;
    world.process.kill();
    // Received and killed: the bytes never took effect.
    if (phase === 'received') throw new Error('the connection died with the process');
  };
  // It ends by the kill, or was past everything that the kill could stop.
  await world.cycle().catch(() => {});
  expect(world.process.alive).toBe(false);
  world.onWrite = null;
  world.onCall = null;
}

/** Orders at the venue before and after: a recovery may resend under an old key, it never makes a new one. */
async function recovers(world: World): Promise<void> {
  world.restart();
  let open = true;
  world.onCall = (call, phase) => {
    if (phase !== 'received' || call.method !== 'PostOrder') return;
    const known = world.journal
      .openOrders('a')
      .filter((order) => order.iteration !== lastIteration(world, call.orderId));
    if (known.length > 0) open = false;
  };
  const results = [];
  for (let turn = 0; turn < 4; turn += 1) {
    const { record } = await world.cycle();
    results.push(record.status);
    if (record.status === 'balanced' || record.status === 'nothing_to_do') break;
    await world.clock.sleep(turn < 2 ? MINUTE_MS : 16 * MINUTE_MS);
  }
  world.onCall = null;
  expect(open).toBe(true);
  expect(['balanced', 'nothing_to_do']).toContain(results.at(-1)!);
  expect(world.faults()).toEqual([]);
  expect(world.journal.openOrders('a')).toEqual([]);
  await world.clock.sleep(16 * MINUTE_MS);
  expect((await world.cycle()).record.status).toBe('nothing_to_do');
}

const lastIteration = (world: World, key: string | null): string | undefined =>
  key === null ? undefined : world.journal.order(key)?.iteration;

describe('a kill at any instant', () => {
  for (const [mood, prepare] of Object.entries(MOODS))
    test(`${mood}: nothing doubled, nothing lost, balanced again`, async () => {
      const all = await instantsOf(prepare);
      expect(all.length).toBeGreaterThan(25);
      // Before a write is after the one before: only the healthy run looks at both.
      const instants =
        mood === 'a healthy venue' ? all : all.filter(({ name }) => !/before|GetPositions/.test(name));
      for (const instant of instants) {
        const world = await worldOf(prepare);
        try {
          await killAt(world, instant);
          await recovers(world);
        } catch (error) {
          throw new Error(`killed at ${instant.name}: ${error instanceof Error ? error.message : error}`, {
            cause: error,
          });
        } finally {
          await world.close();
        }
      }
    }, 120_000);

  test('also when the recovery itself is killed, at each of its writes', async () => {
    for (const first of ['after attempt 1', 'before settle 2'])
      for (let second = 0; second < 6; second += 1) {
        const world = await worldOf(MOODS['the first reply lost after the effect']!);
        const [phase, name, nth] = first.split(' ');
        await killAt(world, { kind: 'write', nth: Number(nth), phase: phase as 'before', name: name! });
        world.restart();
        await killAt(world, { kind: 'write', nth: second, phase: 'before', name: `recovery ${second}` });
        await recovers(world);
        await world.close();
      }
  });
});

describe('recovery', () => {
  test('settles what is left before any new order', async () => {
    const world = await openWorld();
    world.exchange.faults.execute({ kind: 'rest' });
    world.onCall = (call, phase) => {
      if (call.method === 'PostOrder' && phase === 'applied') world.process.kill();
    };
    await expect(world.cycle()).rejects.toThrow();
    world.onCall = null;
    world.restart();
    const since = world.exchange.log.count();
    expect((await world.cycle()).record.status).toBe('balanced');
    const after = world.callsSince(since).map((call) => call.method);
    expect(after.indexOf('CancelOrder')).toBeLessThan(after.indexOf('PostOrder'));
    expect(world.faults()).toEqual([]);
  });

  test('drops what was never sent: it is not an order', async () => {
    const world = await openWorld();
    world.onWrite = (write, phase) => {
      if (write === 'plan' && phase === 'after') world.process.kill();
    };
    await expect(world.cycle()).rejects.toThrow();
    world.onWrite = null;
    world.restart();
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.calls('PostOrder')).toHaveLength(2);
    expect(world.faults()).toEqual([]);
  });

  test('a second recovery writes nothing', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'after', 'silence');
    world.onCall = (call, phase) => {
      if (call.method === 'PostOrder' && phase === 'replied') world.process.kill();
    };
    await expect(world.cycle()).rejects.toThrow();
    world.onCall = null;
    const writes: string[] = [];
    // Blocked by a closed exchange afterwards, so that only the recovery can write.
    await world.clock.sleep(14 * 60 * MINUTE_MS);
    for (let start = 0; start < 2; start += 1) {
      world.restart();
      world.onWrite = (write, phase) => void (phase === 'after' && writes.push(write));
      expect((await world.cycle()).record.status).toBe('skipped');
    }
    expect(writes).toEqual(['settle', 'settle', 'record', 'record']);
    expect(world.faults()).toEqual([]);
  });

  test('an order of a session that is over is not sent again', async () => {
    const world = await openWorld({ startMs: Date.UTC(2026, 10, 20, 20, 49, 30) });
    world.exchange.faults.lose('PostOrder', 'before', 'unavailable');
    world.onCall = (call, phase) => {
      if (call.method === 'PostOrder' && phase === 'replied') world.process.kill();
    };
    await expect(world.cycle()).rejects.toThrow();
    world.onCall = null;
    await world.clock.sleep(MINUTE_MS);
    world.restart();
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    expect(world.calls('PostOrder')).toHaveLength(1);
    await world.clock.sleep(16 * MINUTE_MS);
    expect((await world.cycle()).record.status).toBe('skipped');
    expect(world.faults()).toEqual([]);
  });

  test('an order just sent is sent again under the same key, with the same bytes', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'before', 'silence');
    world.onCall = (call, phase) => {
      if (call.method === 'PostOrder' && phase === 'replied') world.process.kill();
    };
    await expect(world.cycle()).rejects.toThrow();
    world.onCall = null;
    world.restart();
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(record.warnings.join()).toContain('an earlier run left an order behind: sell TMOS');
    const [posted] = world.exchange.audit().keys;
    expect(posted).toMatchObject({ identical: true });
    expect(posted!.calls).toHaveLength(2);
    expect(world.faults()).toEqual([]);
  });

  test('what became of an order is told, also by an iteration that ends while another is still asked about', async () => {
    const world = await openWorld({ accounts: [{ wallet: { TMOS: 50, TBRU: 50 }, cash: '100000.00' }] });
    world.exchange.faults.lose('PostOrder', 'after', 'silence', 2);
    let sent = 0;
    world.onCall = (call, phase) => {
      if (call.method !== 'PostOrder' || phase !== 'applied') return;
      sent += 1;
      if (sent === 2) world.process.kill();
    };
    await expect(world.cycle()).rejects.toThrow();
    world.onCall = null;
    world.restart();
    world.exchange.faults.error('GetOrders', '40003');
    const { record } = await world.cycle();
    expect(record.status).toBe('failed');
    expect(world.journal.openOrders('a')).toHaveLength(1);
    expect(record.warnings.filter((warning) => warning.includes('an earlier run left'))).toHaveLength(1);
    // Each is told of once.
    const next = (await world.cycle()).record;
    expect(next.warnings.filter((warning) => warning.includes('an earlier run left'))).toHaveLength(1);
    expect(world.faults()).toEqual([]);
  });
});
