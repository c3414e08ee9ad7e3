import { expect, test } from 'bun:test';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lots } from '../../src/core/units.ts';
import { JOURNAL_FILE, openDatabase } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, BEFORE, sampleIntent } from './sample.ts';
import { planOne } from './with-journal.ts';

const newDir = tempDirs();
const start = (dir: string, point: string) =>
  Bun.spawn([process.execPath, join(import.meta.dir, 'crash-child.ts'), dir, point], { stderr: 'inherit' });

/** Runs the child until it kills itself at the point. */
async function dieAt(dir: string, point: string): Promise<void> {
  const child = start(dir, point);
  await child.exited;
  expect(child.signalCode).toBe('SIGKILL');
}

test('a process killed inside the plan has planned nothing', async () => {
  const dir = newDir();
  await dieAt(dir, 'inside plan');
  const journal = openJournal(dir);
  expect(journal.ordersOf('i-1')).toEqual([]);
  expect(journal.holdingsBefore('i-1', 1)).toBeNull();
  planOne(journal, sampleIntent());
  journal.close();
});

test.each([
  ['after plan', { state: 'intent', attempts: 0, lastSentMs: null }],
  ['after attempt', { state: 'sending', attempts: 1, lastSentMs: AT + 1 }],
  ['inside settle', { state: 'sending', attempts: 1, orderId: null, executed: lots(0n) }],
  ['after settle', { state: 'live', attempts: 1, orderId: '77', executed: lots(4n) }],
])('a process killed %s left exactly what it had written', async (point, expected) => {
  const dir = newDir();
  await dieAt(dir, point);
  const journal = openJournal(dir);
  expect(journal.openOrders('one')).toHaveLength(1);
  expect(journal.order(sampleIntent().request.key)).toMatchObject({ ...sampleIntent(), ...expected });
  expect(journal.holdingsBefore('i-1', 1)).toEqual(BEFORE);
  journal.close();
});

test('a reader sees what a killed process had written before anyone recovers it', async () => {
  const dir = newDir();
  await dieAt(dir, 'after attempt');
  const status = openJournal(dir, { readOnly: true });
  expect(status.openOrders('one').map((order) => order.state)).toEqual(['sending']);
  status.close();
});

test('a process killed while it creates the journal leaves none, and the next one creates it', async () => {
  const dir = newDir();
  await dieAt(dir, 'inside creation');
  expect(existsSync(join(dir, JOURNAL_FILE))).toBe(false);
  openJournal(dir).close();
});

test('a process killed inside an upgrade leaves the version before it, with its data', async () => {
  const dir = newDir();
  const before = openJournal(dir);
  planOne(before, sampleIntent());
  before.close();
  await dieAt(dir, 'inside upgrade');
  const after = openJournal(dir);
  expect(after.openOrders('one')).toHaveLength(1);
  after.close();
});

test('processes that create the journal at once all write to the same one', async () => {
  const dir = newDir();
  const children = [1, 2, 3, 4].map(() => start(dir, 'opened and planned'));
  expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0, 0, 0]);
  const journal = openJournal(dir);
  const planned = journal.openOrders('one').map((order) => order.iteration);
  expect(planned.toSorted()).toEqual(children.map((child) => `i-${child.pid}`).toSorted());
  journal.close();
});

test('a process that loses the race to create the journal uses the one that is there', () => {
  const dir = newDir();
  const command = [process.execPath, join(import.meta.dir, 'crash-child.ts'), dir, 'opened and planned'];
  let raced = false;
  /** Another process creates the journal and writes to it while this one's draft is under way. */
  const migrations = new Proxy(MIGRATIONS, {
    get: (list, name) => {
      if (name === '0' && !raced) {
        raced = true;
        expect(Bun.spawnSync(command).exitCode).toBe(0);
      }
      return Reflect.get(list, name);
    },
  });
  openDatabase(dir, { readOnly: false, busyTimeoutMs: 0, migrations }).close(true);
  expect(raced).toBe(true);
  const journal = openJournal(dir);
  expect(journal.openOrders('one')).toHaveLength(1);
  journal.close();
  expect(readdirSync(dir)).toEqual([JOURNAL_FILE]);
});
