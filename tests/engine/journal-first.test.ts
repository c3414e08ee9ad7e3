// Journal before wire: W1 the plan, W2 the attempt, W3 the outcome, each durable before what follows it.

import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { openWorld, type World } from '../support/engine-world.ts';

/** What another process reads from the file at this instant. */
function onDisk(world: World, key: string) {
  const db = new Database(join(world.stateDir, JOURNAL_FILE), { readonly: true, strict: true });
  try {
    const order = db
      .prepare<{ state: string; leg: number; iteration: string }, [string]>(
        'SELECT state, leg, iteration FROM orders WHERE key = ?',
      )
      .get(key);
    const attempts = db
      .prepare<{ n: number }, [string]>('SELECT n FROM attempts WHERE key = ? ORDER BY n')
      .all(key);
    const arrows = db
      .prepare<{ from_state: string; to_state: string }, [string]>(
        'SELECT from_state, to_state FROM transitions WHERE key = ? ORDER BY seq',
      )
      .all(key);
    const iterations = db.prepare<{ n: number }, []>('SELECT count(*) AS n FROM iterations').get()?.n;
    return {
      order,
      attempts: attempts.map(({ n }) => n),
      arrows: arrows.map((a) => `${a.from_state}>${a.to_state}`),
      iterations,
    };
  } finally {
    db.close();
  }
}

describe('the journal is ahead of the wire', () => {
  test('at each PostOrder its plan and its attempt are on disk, its outcome is not', async () => {
    const world = await openWorld();
    const seen: ReturnType<typeof onDisk>[] = [];
    world.onCall = (call, phase) => {
      if (call.method === 'PostOrder' && phase !== 'replied') seen.push(onDisk(world, call.orderId ?? ''));
    };
    await world.cycle();
    expect(seen).toHaveLength(4);
    for (const { order, attempts, arrows, iterations } of seen) {
      expect(order?.state).toBe('sending');
      expect(attempts).toEqual([1]);
      expect(arrows).toEqual(['intent>sending']);
      expect(iterations).toBe(0);
    }
    expect(seen.map(({ order }) => order?.leg)).toEqual([0, 0, 1, 1]);
  });

  test('the plan of a leg is one write, the attempts of a batch another, each outcome its own', async () => {
    const world = await openWorld({
      accounts: [{ wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 }, cash: '90000.00' }],
    });
    const writes: string[] = [];
    world.onWrite = (write, phase) => void (phase === 'after' && writes.push(write));
    world.onCall = (call, phase) =>
      void (call.method === 'PostOrder' && phase === 'received' && writes.push('post'));
    await world.cycle();
    expect(writes.slice(0, 5)).toEqual(['plan', 'attempt', 'post', 'post', 'post']);
    expect(writes.filter((write) => write === 'settle').length).toBeGreaterThanOrEqual(3);
    expect(writes.at(-1)).toBe('record');
  });

  test('a retry has its own attempt row before it leaves, and the same bytes', async () => {
    const world = await openWorld();
    world.exchange.faults.lose('PostOrder', 'before', 'unavailable', 2);
    const attempts: number[][] = [];
    world.onCall = (call, phase) => {
      if (call.method === 'PostOrder' && phase === 'received')
        attempts.push(onDisk(world, call.orderId ?? '').attempts);
    };
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(attempts).toEqual([[1], [1, 2], [1, 2, 3], [1]]);
    expect(world.faults()).toEqual([]);
  });

  test('the outcome is on disk before the account is looked at again', async () => {
    const world = await openWorld();
    const states: (string | undefined)[] = [];
    world.onCall = (call, phase) => {
      if (call.method !== 'GetPositions' || phase !== 'received') return;
      states.push(...world.calls('PostOrder').map((post) => onDisk(world, post.orderId ?? '').order?.state));
    };
    await world.cycle();
    expect(states).toEqual(['filled', 'filled', 'filled']);
  });
});
