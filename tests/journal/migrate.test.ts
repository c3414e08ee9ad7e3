import type { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { openDatabase } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { JournalError } from '../../src/journal/journal-error.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, BEFORE, sampleIntent } from './sample.ts';

const newDir = tempDirs();

/** A journal's life in four versions, each resting on the one before. */
const STEPS = [
  'CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);',
  'ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = x || 0;',
  'CREATE TABLE b (z TEXT) STRICT; INSERT INTO b SELECT y FROM a;',
  'DROP TABLE a;',
];
const open = (dir: string, migrations: readonly string[], readOnly = false): Database =>
  openDatabase(dir, { readOnly, busyTimeoutMs: 0, migrations });
const version = (db: Database): unknown => db.query('PRAGMA user_version').get();

function kindOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof JournalError ? error.kind : String(error);
  }
  return 'nothing';
}

test.each([0, 1, 2, 3, 4])('a journal of version %d comes to the newest with its data', (from) => {
  const dir = newDir();
  open(dir, STEPS.slice(0, from)).close(true);
  const db = open(dir, STEPS);
  expect(version(db)).toEqual({ user_version: 4n });
  expect(db.query('SELECT z FROM b').all()).toEqual([{ z: '10' }]);
  db.close(true);
});

test('a step that fails leaves the version before it, and is done once it can be', () => {
  const dir = newDir();
  open(dir, STEPS.slice(0, 2)).close(true);
  const broken = [...STEPS.slice(0, 2), 'CREATE TABLE b (z TEXT) STRICT; INSERT INTO nowhere VALUES (1);'];
  expect(() => open(dir, broken)).toThrow(/nowhere/);
  const before = open(dir, STEPS.slice(0, 2));
  expect(version(before)).toEqual({ user_version: 2n });
  expect(before.query("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'b'").get()).toEqual({ n: 0n });
  before.close(true);
  open(dir, STEPS).close(true);
});

test('a newer schema is refused whether opened to read or to write', () => {
  const dir = newDir();
  open(dir, STEPS).close(true);
  for (const readOnly of [false, true])
    expect(kindOf(() => open(dir, STEPS.slice(0, 3), readOnly))).toBe('newer_schema');
});

test('an older schema is not upgraded by a reader, which says what to do', () => {
  const dir = newDir();
  open(dir, STEPS.slice(0, 3)).close(true);
  expect(kindOf(() => open(dir, STEPS, true))).toBe('older_schema');
  expect(() => open(dir, STEPS, true)).toThrow(/found journal schema 3, expected 4; run `start` once/);
  open(dir, STEPS.slice(0, 3)).close(true);
});

test('an upgrade waits for nobody it need not wait for, and says who is in its way', () => {
  const dir = newDir();
  const other = open(dir, STEPS.slice(0, 3));
  other.run('BEGIN IMMEDIATE');
  expect(kindOf(() => open(dir, STEPS))).toBe('locked');
  other.run('ROLLBACK');
  open(dir, STEPS).close(true);
  other.close(true);
});

test('the journal works after a step is added to the real ones', () => {
  const dir = newDir();
  const first = openJournal(dir);
  first.plan('one', 'i-1', 1, [sampleIntent()], BEFORE, AT);
  first.close();
  const db = open(dir, [...MIGRATIONS, 'ALTER TABLE orders ADD COLUMN note TEXT']);
  expect(version(db)).toEqual({ user_version: BigInt(MIGRATIONS.length + 1) });
  expect(db.query('SELECT ticker, note FROM orders').all()).toEqual([{ ticker: 'TMOS', note: null }]);
  db.close(true);
});
