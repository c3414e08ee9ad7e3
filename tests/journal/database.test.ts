import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JOURNAL_FILE, makeDurable, openDatabase } from '../../src/journal/database.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { JournalError } from '../../src/journal/journal-error.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import { tempDirs } from '../support/temp-dir.ts';
import { AT, NOTHING, sampleIntent } from './sample.ts';

const newDir = tempDirs();
const fileOf = (dir: string): string => join(dir, JOURNAL_FILE);
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** What opening throws, as [kind, message]. */
function refusal(open: () => unknown): [string, string] {
  try {
    open();
  } catch (error) {
    if (error instanceof JournalError) return [error.kind, error.message];
    throw error;
  }
  throw new Error('expected a JournalError, nothing was thrown');
}

describe('a new journal', () => {
  test('is made for its owner alone, and leaves no draft behind', () => {
    const dir = join(newDir(), 'deep', 'state');
    const journal = openJournal(dir);
    expect([modeOf(dir), modeOf(fileOf(dir)), modeOf(`${fileOf(dir)}-wal`)]).toEqual(['700', '600', '600']);
    journal.close();
    expect(readdirSync(dir)).toEqual([JOURNAL_FILE]);
  });

  test('is durable and exact: what SQLite was asked for is what it answers', () => {
    const options = { readOnly: false, busyTimeoutMs: 77, migrations: MIGRATIONS };
    const db = openDatabase(newDir(), options);
    const ask = (pragma: string): unknown => Object.values(db.query(`PRAGMA ${pragma}`).get() as object)[0];
    expect(
      ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout', 'user_version', 'fullfsync'].map(ask),
    ).toEqual(['wal', 2n, 1n, 77n, BigInt(MIGRATIONS.length), 1n]);
    const loose = db.query("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0").all();
    expect(loose).toEqual([{ name: 'sqlite_schema' }]);
    db.close(true);
  });

  test('starts over from a draft that a crash left', () => {
    const dir = newDir();
    writeFileSync(`${fileOf(dir)}.new-${process.pid}`, 'half a journal');
    openJournal(dir).close();
    expect(readdirSync(dir)).toEqual([JOURNAL_FILE]);
  });

  test('may be closed twice, and refuses work afterwards', () => {
    const journal = openJournal(newDir());
    journal.close();
    journal.close();
    expect(() => journal.order('any')).toThrow();
    expect(() => journal.planNextIteration('one', AT)).toThrow();
  });
});

describe('a read-only journal', () => {
  test('says that there is none yet, and makes none', () => {
    const dir = join(newDir(), 'none');
    const [kind, message] = refusal(() => openJournal(dir, { readOnly: true }));
    expect(kind).toBe('missing');
    expect(message).toContain('no journal yet');
    expect(() => statSync(dir)).toThrow();
  });

  test('sees every write of the daemon beside it, and cannot write', () => {
    const dir = newDir();
    const daemon = openJournal(dir);
    const status = openJournal(dir, { readOnly: true });
    daemon.plan('one', 'i-1', 1, [sampleIntent()], NOTHING, AT);
    expect(status.openOrders('one')).toHaveLength(1);
    const [kind, message] = refusal(() => status.planNextIteration('one', AT));
    expect(kind).toBe('read_only');
    expect(message).toContain('cannot be written');
    expect(daemon.nextIteration('one')).toBeNull();
    status.close();
    daemon.close();
  });

  test('works after the daemon has gone', () => {
    const dir = newDir();
    const daemon = openJournal(dir);
    daemon.planNextIteration('one', AT);
    daemon.close();
    const status = openJournal(dir, { readOnly: true });
    expect(status.nextIteration('one')).toBe(AT);
    status.close();
  });
});

describe.each([
  ['to write', false],
  ['to read', true],
])('opening %s refuses, and leaves as it is,', (_, readOnly) => {
  /** Plants a bad state, opens, and checks that no byte of it changed. */
  function refusesUntouched(plant: (path: string) => void): [string, string] {
    const dir = newDir();
    plant(fileOf(dir));
    const before = picture(dir);
    const found = refusal(() => openJournal(dir, { readOnly }));
    expect(picture(dir)).toEqual(before);
    expect(found[1]).toContain(dir);
    return found;
  }
  const picture = (dir: string): [string, string][] =>
    readdirSync(dir, { withFileTypes: true }).map((entry) => [
      entry.name,
      entry.isFile() ? readFileSync(join(dir, entry.name), 'base64') : 'directory',
    ]);
  const foreign = (path: string, ...pragmas: string[]): void => {
    const db = new Database(path);
    db.run('CREATE TABLE theirs (a)');
    for (const pragma of pragmas) db.run(`PRAGMA ${pragma}`);
    db.close(true);
  };

  test('a file that is not SQLite', () => {
    const [kind, message] = refusesUntouched((path) => writeFileSync(path, 'not a database '.repeat(999)));
    expect(kind).toBe('not_a_journal');
    expect(message).toContain('not an SQLite database');
  });

  test('an empty file', () => {
    const [kind, message] = refusesUntouched((path) => writeFileSync(path, ''));
    expect(kind).toBe('not_a_journal');
    expect(message).toContain('an empty file');
  });

  test('a directory in its place', () => {
    const [kind, message] = refusesUntouched((path) => mkdirSync(path));
    expect(kind).toBe('not_a_journal');
    expect(message).toContain('something that is not a file');
  });

  test("another program's database", () => {
    const [kind, message] = refusesUntouched((path) => foreign(path));
    expect(kind).toBe('not_a_journal');
    expect(message).toContain("another program's SQLite database");
  });

  test('a newer schema', () => {
    const next = MIGRATIONS.length + 1;
    const [kind, message] = refusesUntouched((path) =>
      foreign(path, 'application_id = 0x54494542', `user_version = ${next}`),
    );
    expect(kind).toBe('newer_schema');
    expect(message).toContain(`found journal schema ${next}, this program knows ${MIGRATIONS.length}`);
  });

  test('a log whose journal is gone', () => {
    const [kind, message] = refusesUntouched((path) => writeFileSync(`${path}-wal`, 'orders in flight'));
    expect(kind).toBe('corrupt');
    expect(message).toContain("the journal's log without the journal");
  });
});

describe('the place', () => {
  test('must let SQLite keep its promises', () => {
    const db = new Database(':memory:', { safeIntegers: true });
    const [kind, message] = refusal(() => makeDurable(db, 'memory'));
    expect(kind).toBe('unsafe');
    expect(message).toContain('SQLite answers memory to "PRAGMA journal_mode = WAL", expected wal');
    db.close(true);
  });

  test('must be a directory', () => {
    const dir = join(newDir(), 'file');
    writeFileSync(dir, '');
    for (const bad of [dir, join(dir, 'below')]) {
      const [kind, message] = refusal(() => openJournal(bad));
      expect(kind).toBe('directory');
      expect(message).toContain('--state-dir');
    }
  });

  test('is told apart from damage inside a journal', () => {
    const dir = newDir();
    const first = openJournal(dir);
    for (let n = 0; n < 50; n += 1) first.pinBrokerAccount(`${n}`.repeat(500), 'x', AT);
    first.close();
    const bytes = readFileSync(fileOf(dir));
    bytes.fill(0xff, 4096);
    writeFileSync(fileOf(dir), bytes);
    const [kind, message] = refusal(() => {
      const journal = openJournal(dir);
      try {
        journal.brokerAccountPin('1');
      } finally {
        journal.close();
      }
    });
    expect(kind).toBe('corrupt');
    expect(message).toContain('damaged');
  });

  test('is told when the write-ahead log cannot be made', () => {
    const dir = newDir();
    openJournal(dir).close();
    mkdirSync(`${fileOf(dir)}-wal`);
    const [kind] = refusal(() => openJournal(dir).planNextIteration('one', AT));
    expect(['directory', 'io']).toContain(kind);
    rmSync(`${fileOf(dir)}-wal`, { recursive: true });
    openJournal(dir).close();
  });
});

test('a page of an older time, which SQLite would read without a word, is found before anything is done', () => {
  const dir = newDir();
  const options = {
    readOnly: false,
    busyTimeoutMs: 0,
    migrations: ['CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX i ON t (b);'],
  };
  openDatabase(dir, options).close(true);
  const before = readFileSync(fileOf(dir));
  const db = openDatabase(dir, options);
  const page = Number(
    db.prepare<{ rootpage: bigint }, []>("SELECT rootpage FROM sqlite_master WHERE name = 'i'").get()
      ?.rootpage,
  );
  db.run("INSERT INTO t (b) VALUES ('open')");
  db.close(true);
  const after = readFileSync(fileOf(dir));
  before.copy(after, (page - 1) * 4096, (page - 1) * 4096, page * 4096);
  writeFileSync(fileOf(dir), after);
  expect(refusal(() => openDatabase(dir, options))).toEqual([
    'corrupt',
    expect.stringMatching(/the journal is damaged \(.+\); restore it from a backup before trading again/),
  ]);
});
