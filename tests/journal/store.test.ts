import { expect, test } from 'bun:test';
import { Bug } from '../../src/core/assert.ts';
import { openDatabase } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { JournalError } from '../../src/journal/journal-error.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import { orderBook } from '../../src/journal/order-book.ts';
import { storeOf } from '../../src/journal/store.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, NOTHING, sampleIntent } from './sample.ts';

const newDir = tempDirs();
const openRaw = (dir: string) =>
  openDatabase(dir, { readOnly: false, busyTimeoutMs: 0, migrations: MIGRATIONS });

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}

test('a full disk refuses the whole write, keeps what was there and works again once there is space', () => {
  const db = openRaw(newDir());
  const book = orderBook(storeOf(db));
  book.plan('one', 'i-1', 1, [sampleIntent()], NOTHING, AT);
  const intents = Array.from({ length: 300 }, (_, part) => sampleIntent({ iteration: 'i-2', part }));
  const size = db.query<{ page_count: bigint }, []>('PRAGMA page_count').get()!.page_count;
  db.run(`PRAGMA max_page_count = ${size + 2n}`);
  const error = thrownBy(() => book.plan('one', 'i-2', 1, intents, NOTHING, AT));
  expect(error).toBeInstanceOf(JournalError);
  expect(error).toMatchObject({ kind: 'disk_full' });
  expect(String(error)).toContain('the disk is full, the write was not made');
  expect(book.openOrders('one')).toHaveLength(1);
  expect(book.holdingsBefore('i-2', 1)).toBeNull();
  db.run('PRAGMA max_page_count = 1000000');
  book.plan('one', 'i-2', 1, intents, NOTHING, AT);
  expect(book.openOrders('one')).toHaveLength(301);
  db.close(true);
});

test("another process's write is waited for, then named", () => {
  const dir = newDir();
  const other = openRaw(dir);
  const journal = openJournal(dir, { busyTimeoutMs: 0 });
  other.run('BEGIN IMMEDIATE');
  const error = thrownBy(() => journal.planNextIteration('one', AT));
  expect(error).toMatchObject({ name: 'JournalError', kind: 'locked' });
  expect(String(error)).toContain('another process holds this file');
  expect(journal.nextIteration('one')).toBeNull();
  other.run('COMMIT');
  journal.planNextIteration('one', AT);
  expect(journal.nextIteration('one')).toBe(AT);
  journal.close();
  other.close(true);
});

test('a write inside a write and an asynchronous one are bugs that change nothing', () => {
  const db = openRaw(newDir());
  const store = storeOf(db);
  const insert = store.prepare("INSERT INTO next_iterations (account, at) VALUES ('one', 1)");
  const count = store.prepare<{ n: bigint }>('SELECT count(*) AS n FROM next_iterations');
  const late = thrownBy(() => store.write(async () => insert.run({})));
  expect(late).toBeInstanceOf(Bug);
  expect(thrownBy(() => store.write(() => store.write(() => insert.run({}))))).toBeInstanceOf(Bug);
  expect(count.get({})).toEqual({ n: 0n });
  store.write(() => insert.run({}));
  expect(count.get({})).toEqual({ n: 1n });
  store.close();
});

test('a statement serves again after it failed', () => {
  const store = storeOf(openRaw(newDir()));
  const insert = store.prepare('INSERT INTO next_iterations (account, at) VALUES ($account, 1)');
  insert.run({ account: 'one' });
  expect(thrownBy(() => insert.run({ account: 'one' }))).toBeInstanceOf(Bug);
  insert.run({ account: 'two' });
  expect(store.prepare('SELECT account FROM next_iterations').all({})).toHaveLength(2);
  store.close();
});
