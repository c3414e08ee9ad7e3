// Iterations that come to nothing: told at the second in a row, then once an hour, until one comes to something.

import { describe, expect, test } from 'bun:test';
import { runCycle } from '../../src/engine/cycle.ts';
import { runDaemon } from '../../src/engine/daemon.ts';
import { type Journal, WorldError } from '../../src/ports.ts';
import {
  FRIDAY_NOON,
  HOUR_MS,
  MINUTE_MS,
  openWorld,
  SEED_ACCOUNT,
  type World,
} from '../support/engine-world.ts';
import { everyCall } from '../support/every-call.ts';

const paused = (world: World) => world.alerts.filter((alert) => alert.event === 'paused');
const down = (world: World) => world.exchange.faults.lose('*', 'before', 'unavailable', 1_000_000);
const blind = (world: World) => world.exchange.faults.corrupt('empty_prices');

async function turns(world: World, count: number, everyMs = 10 * MINUTE_MS): Promise<number[]> {
  const told: number[] = [];
  for (let turn = 1; turn <= count; turn += 1) {
    const before = paused(world).length;
    await world.cycle();
    if (paused(world).length > before) told.push(turn);
    await world.clock.sleep(everyMs);
  }
  return told;
}

describe('a pause', () => {
  test('one failed iteration is told by nobody', async () => {
    const world = await openWorld();
    const up = down(world);
    expect((await world.cycle()).record.status).toBe('failed');
    up();
    await world.cycle();
    expect(paused(world)).toEqual([]);
  });

  test('a venue that is down is told at the second failure, then once an hour', async () => {
    const world = await openWorld();
    down(world);
    // Ten minutes apart, and each takes a moment for its retries.
    expect(await turns(world, 15)).toEqual([2, 8, 14]);
    expect(paused(world)[0]).toMatchObject({ account: 'a', event: 'paused' });
    expect(paused(world)[0]?.message).toContain('iterations come to nothing (failed)');
    expect(world.records[1]?.warnings.join()).toContain('iterations come to nothing');
    expect(world.journal.halt('a')).toBeNull();
  });

  test('data that is missing counts as well', async () => {
    const world = await openWorld();
    blind(world);
    expect(await turns(world, 3)).toEqual([2]);
    expect(world.records.at(-1)?.status).toBe('skipped');
  });

  test('ends with its cause: afterwards it takes two again', async () => {
    const world = await openWorld();
    const up = down(world);
    expect(await turns(world, 3)).toEqual([2]);
    up();
    expect((await world.cycle()).record.status).toBe('balanced');
    const upAgain = down(world);
    expect(await turns(world, 1)).toEqual([]);
    upAgain();
    await world.cycle();
    down(world);
    expect(await turns(world, 2)).toEqual([2]);
  });

  test('a closed exchange is neither good nor bad', async () => {
    // Friday, 18:30 Moscow: 15 minutes before the end of the main session.
    const world = await openWorld({ startMs: FRIDAY_NOON + 5.5 * HOUR_MS });
    const up = down(world);
    await world.cycle();
    up();
    await world.clock.sleep(8 * HOUR_MS);
    for (let turn = 0; turn < 5; turn += 1) {
      const { record } = await world.cycle();
      expect(record).toMatchObject({ status: 'skipped', exchange_open: false });
      await world.clock.sleep(HOUR_MS);
    }
    expect(paused(world)).toEqual([]);
    // Monday, 10:30: the failure on Friday was the first, this one is the second.
    await world.clock.sleep(51 * HOUR_MS);
    down(world);
    expect(await turns(world, 1)).toEqual([1]);
  });

  test('where a closed exchange is traded through, what comes to nothing is told all the same', async () => {
    const closure = { mode: 'force_orders', counts: false } as const;
    // Sunday, 13:00 Moscow.
    const startMs = FRIDAY_NOON + 48 * HOUR_MS;
    const world = await openWorld({ startMs, accounts: [{ ...SEED_ACCOUNT, settings: { closure } }] });
    blind(world);
    expect(await turns(world, 2)).toEqual([2]);
    expect(world.records[1]).toMatchObject({ status: 'skipped', exchange_open: false });
  });

  test('what is noted as told was told, although the program ended that instant', async () => {
    const world = await openWorld();
    down(world);
    await world.cycle();
    const context = world.context();
    const journal: Journal = {
      ...everyCall(context.journal),
      noteAlert(account, topic, atMs) {
        context.journal.noteAlert(account, topic, atMs);
        if (topic === 'paused') throw new Error('planted: the end of this process');
      },
    };
    await runCycle({ ...context, journal }).catch(() => {});
    expect(world.journal.lastAlert('a', 'paused')).not.toBeNull();
    expect(paused(world)).toHaveLength(1);
  });

  test('a schedule that cannot be read is no closed exchange', async () => {
    const world = await openWorld();
    world.exchange.faults.corrupt('no_schedules');
    expect(await turns(world, 3)).toEqual([2]);
    expect(world.records[0]).toMatchObject({ status: 'skipped', exchange_open: false });
  });

  test('a restart neither repeats it within the hour nor forgets that it is the second', async () => {
    const world = await openWorld();
    down(world);
    await world.cycle();
    world.restart();
    await world.cycle();
    expect(paused(world)).toHaveLength(1);
    for (let turn = 0; turn < 4; turn += 1) {
      world.restart();
      await world.clock.sleep(10 * MINUTE_MS);
      await world.cycle();
    }
    expect(paused(world)).toHaveLength(1);
    await world.clock.sleep(20 * MINUTE_MS);
    world.restart();
    await world.cycle();
    expect(paused(world)).toHaveLength(2);
  });

  test('a clock that was set back does not silence it', async () => {
    const world = await openWorld();
    down(world);
    world.journal.noteAlert('a', 'paused:first', FRIDAY_NOON);
    world.journal.noteAlert('a', 'paused', FRIDAY_NOON + 1_000 * HOUR_MS);
    await world.cycle();
    expect(paused(world)).toHaveLength(1);
  });

  test('a dry run tells nothing and remembers nothing', async () => {
    const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, settings: { dryRun: true } }] });
    down(world);
    expect(await turns(world, 4)).toEqual([]);
    expect(world.alerts).toEqual([]);
    expect(world.journal.lastAlert('a', 'paused:first')).toBeNull();
  });
});

describe('an account that cannot even be opened', () => {
  async function openings(dryRun: boolean, kind: 'unreachable' | 'account', forMs = 2 * HOUR_MS) {
    const world = await openWorld();
    const stop = new AbortController();
    const over = new AbortController();
    void world.clock.sleep(forMs, over.signal).then(() => stop.abort());
    const { settings, notifier } = world.context();
    await runDaemon({
      accounts: [
        {
          settings: { ...settings, dryRun },
          open: () => Promise.reject(new WorldError(kind, 'no way', 'soon')),
        },
      ],
      once: false,
      clock: world.clock,
      journal: world.journal,
      notifier,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      stop: stop.signal,
      newIterationId: () => crypto.randomUUID(),
      stopAll: () => {},
      onRecord: (record) => void world.records.push(record),
    });
    over.abort();
    return world;
  }

  test('is tried again each minute, told at the second failure and then once an hour', async () => {
    const world = await openings(false, 'unreachable');
    expect(world.records.length).toBeGreaterThan(100);
    expect(paused(world)).toHaveLength(2);
  });

  test('one that will never open is told once, as stopped', async () => {
    const world = await openings(false, 'account', HOUR_MS);
    expect(world.alerts.map((alert) => alert.event)).toEqual(['account_stopped']);
  });

  test('in a dry run nobody is woken up', async () => {
    expect((await openings(true, 'unreachable')).alerts).toEqual([]);
    expect((await openings(true, 'account', HOUR_MS)).alerts).toEqual([]);
  });
});
