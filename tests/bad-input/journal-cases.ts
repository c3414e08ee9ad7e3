// safety.md's list for the journal: it cannot be used, so nothing is traded, and it is left as it is.

import { Database } from 'bun:sqlite';
import { expect } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { acquireLock } from '../../src/journal/lock.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import { block, configure } from '../support/bot-process.ts';
import { type BadCase, type Row, rows } from './bad-case.ts';
import type { Trial } from './run-bot.ts';

const START = 'start --once --json';
const pathIn = (dir: string): string => join(dir, 'data', JOURNAL_FILE);

/** Each directory's journal as it was planted. */
const planted = new Map<string, string>();
const plant =
  (make: (path: string) => void) =>
  (dir: string): void => {
    configure(dir, [block()]);
    mkdirSync(join(dir, 'data'));
    make(pathIn(dir));
    planted.set(dir, bytesOf(dir));
  };
const bytesOf = (dir: string): string =>
  existsSync(pathIn(dir)) && !readdirSyncOrNull(pathIn(dir)) ? readFileSync(pathIn(dir), 'base64') : 'none';
const readdirSyncOrNull = (path: string): string[] | null => {
  try {
    return readdirSync(path);
  } catch {
    return null;
  }
};
const untouched = (_: Trial, dir: string): void => expect(bytesOf(dir) === planted.get(dir)).toBe(true);
const bad = (name: string, make: (path: string) => void, ...says: (string | RegExp)[]): Row => [
  name,
  START,
  1,
  says,
  { files: plant(make), after: untouched },
];

const database = (path: string, ...statements: string[]): void => {
  const db = new Database(path);
  for (const statement of statements) db.run(statement);
  db.close(true);
};
const sound = (path: string): void => openJournal(join(path, '..')).close();
const OURS = 'PRAGMA application_id = 0x54494542';

export const JOURNAL: readonly BadCase[] = rows(
  bad(
    'not SQLite',
    (path) => writeFileSync(path, 'not a database '.repeat(999)),
    'this file is not an SQLite database',
    'after checking the account for orders in flight',
  ),
  bad('empty', (path) => writeFileSync(path, ''), 'found an empty file, expected a journal'),
  bad('a directory', (path) => mkdirSync(path), 'something that is not a file'),
  bad(
    "another program's database",
    (path) => database(path, 'CREATE TABLE theirs (a)'),
    "another program's SQLite database",
  ),
  bad(
    'of a newer schema',
    (path) => database(path, 'CREATE TABLE t (a)', OURS, `PRAGMA user_version = ${MIGRATIONS.length + 1}`),
    `found journal schema ${MIGRATIONS.length + 1}, this program knows ${MIGRATIONS.length}`,
  ),
  bad(
    'a log whose journal is gone',
    (path) => writeFileSync(`${path}-wal`, 'orders in flight'),
    "the journal's log without the journal",
  ),
  bad(
    'cut in half',
    (path) => {
      sound(path);
      truncateSync(path, Math.floor(readFileSync(path).length / 2));
    },
    /damaged|not an SQLite database/,
  ),
  bad(
    'overwritten in the middle',
    (path) => {
      sound(path);
      const bytes = readFileSync(path);
      bytes.fill(0xff, 4096);
      writeFileSync(path, bytes);
    },
    'damaged',
  ),
  ...[1, 2, 3, 5, 8, 13, 21].map((page) =>
    bad(
      `page ${page} of it overwritten with nothing`,
      (path) => {
        sound(path);
        const bytes = readFileSync(path);
        bytes.fill(0, page * 4096, (page + 1) * 4096);
        writeFileSync(path, bytes);
      },
      'the journal is damaged',
    ),
  ),
  bad('a link to itself', (path) => symlinkSync(path, path), 'ELOOP'),
  bad('a link to nowhere', (path) => symlinkSync('/nowhere/at/all', path), 'ENOENT'),
  bad(
    'a text with the name of its header',
    (path) => writeFileSync(path, `SQLite format 3\0${'x'.repeat(9000)}`),
    JOURNAL_FILE,
  ),
  [
    'newer, to look at',
    'status',
    1,
    ['this program knows'],
    {
      files: plant((path) => database(path, 'CREATE TABLE t (a)', OURS, 'PRAGMA user_version = 9999')),
      after: untouched,
    },
  ],
  [
    'not SQLite, to stop with',
    'orders',
    1,
    ['this file is not an SQLite database'],
    { files: plant((path) => writeFileSync(path, 'x'.repeat(9000))), after: untouched },
  ],
  [
    'not SQLite, to answer with',
    'confirm --all',
    1,
    ['this file is not an SQLite database'],
    { files: plant((path) => writeFileSync(path, 'x'.repeat(9000))), after: untouched },
  ],
  [
    'not SQLite, to raise cash with',
    'raise-cash 1000',
    1,
    ['this file is not an SQLite database'],
    { files: plant((path) => writeFileSync(path, 'x'.repeat(9000))), after: untouched },
  ],
  [
    'a place that cannot be written',
    START,
    1,
    [/a directory that this user can write|cannot be written/, '--state-dir'],
    { trial: { env: { TIEBB_STATE_DIR: '/proc/tiebb-nowhere' } } },
  ],
  [
    'a state directory that is a file',
    START,
    1,
    ['the state directory must be a directory'],
    {
      files: (dir) => {
        configure(dir, [block()]);
        writeFileSync(join(dir, 'data'), '');
      },
    },
  ],
  [
    'a state directory that is a dead link',
    START,
    1,
    ['the state directory must be a directory'],
    {
      files: (dir) => {
        configure(dir, [block()]);
        symlinkSync('/nowhere/at/all', join(dir, 'data'));
      },
    },
  ],
  [
    'held by another process',
    START,
    1,
    ['pid'],
    {
      files: (dir) => {
        configure(dir, [block()]);
        held.push(acquireLock(join(dir, 'data')));
      },
      after: () => held.pop()?.release(),
    },
  ],
  [
    'locked by another program',
    START,
    1,
    ['another process holds this file; stop it'],
    { files: locked, after: () => held.pop()?.release() },
  ],
  [
    'a disk that is full before the plan is written',
    START,
    1,
    ['the disk is full, the write was not made'],
    { trial: { diskFullAt: 'plan' } },
  ],
  [
    'a disk that is full before the attempt is written',
    START,
    1,
    ['the disk is full, the write was not made'],
    { trial: { diskFullAt: 'attempt' } },
  ],
  [
    'a disk that is full before the answer is written',
    START,
    7,
    ['the disk is full, the write was not made'],
    { trial: { diskFullAt: 'settle' }, posts: 3, after: settledByTheNext },
  ],
  [
    'a disk that is full before the record is written',
    START,
    1,
    ['the disk is full, the write was not made'],
    { trial: { diskFullAt: 'record' }, posts: 6, after: settledByTheNext },
  ],
);

/** Somebody has it open in an editor, in the middle of a change. */
function locked(dir: string): void {
  configure(dir, [block()]);
  openJournal(join(dir, 'data')).close();
  const other = new Database(pathIn(dir));
  other.run('BEGIN IMMEDIATE');
  held.push({ release: () => other.close() });
}

const held: { release(): void }[] = [];

/** What was sent stands in the journal: the next start asks about it. */
function settledByTheNext({ exchange }: Trial, dir: string): void {
  const journal = openJournal(join(dir, 'data'), { readOnly: true });
  try {
    for (const { key } of exchange.audit().keys) expect(journal.order(key)).not.toBeNull();
  } finally {
    journal.close();
  }
}
