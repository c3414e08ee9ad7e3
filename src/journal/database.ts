// Opens the journal's file so that its promises hold, or refuses: exact 64-bit integers, WAL, a sync per commit.
// Guarantees: a file that is not our journal (empty, foreign, damaged, newer) is left exactly as it was found; a new
// one appears under its name complete or not at all, so that an empty file always means loss.

import { Database } from 'bun:sqlite';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { asJournalError, JournalError } from './journal-error.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { ensureStateDir } from './state-dir.ts';

export const JOURNAL_FILE = 'tiebb.sqlite';

/** "TIEB": marks the file as ours in SQLite's header. */
const APPLICATION_ID = 0x54494542n;
const EXACT = { strict: true, safeIntegers: true } as const;

export interface OpenOptions {
  readonly readOnly: boolean;
  readonly busyTimeoutMs: number;
  readonly migrations: readonly string[];
}

/** @throws {JournalError} where the journal is missing (read-only), not ours, or cannot keep its promises. */
export function openDatabase(stateDir: string, options: OpenOptions): Database {
  const path = join(stateDir, JOURNAL_FILE);
  try {
    if (!options.readOnly) ensureStateDir(stateDir);
    // The log first: another process that creates the journal just now publishes the file before it has a log.
    const logged = existsSync(`${path}-wal`);
    // A dangling link is not nothing: what it should lead to may be on a disk that is not there now.
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
      if (logged) throw looseLog(path);
      if (options.readOnly)
        throw new JournalError('missing', path, `${path}: no journal yet; it is made by the first \`start\``);
      create(path, options.migrations);
    }
    refuseEmpty(path);
    return open(path, options);
  } catch (error) {
    throw asJournalError(error, path);
  }
}

function open(path: string, options: OpenOptions): Database {
  const db = new Database(
    path,
    options.readOnly ? { ...EXACT, readonly: true } : { ...EXACT, readwrite: true },
  );
  try {
    db.run(`PRAGMA busy_timeout = ${options.busyTimeoutMs}`);
    refuseForeign(db, path);
    const version = schemaVersion(db, options.migrations.length, path);
    if (options.readOnly) {
      if (version < options.migrations.length) throw olderSchema(path, version, options.migrations.length);
      return db;
    }
    refuseDamaged(db, path);
    makeDurable(db, path);
    migrate(db, options.migrations, path);
    return db;
  } catch (error) {
    db.close(true);
    throw error;
  }
}

/**
 * Sets what durable and exact writes rest on, and reads each back: SQLite ignores a pragma it cannot honour.
 * @throws {JournalError} `unsafe`.
 */
export function makeDurable(db: Database, path: string): void {
  db.run('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON');
  const wanted = { 'journal_mode = WAL': 'wal', synchronous: 2n, foreign_keys: 1n } as const;
  for (const [pragma, expected] of Object.entries(wanted)) {
    const found = Object.values(db.prepare<Record<string, unknown>, []>(`PRAGMA ${pragma}`).get() ?? {})[0];
    if (found !== expected)
      throw new JournalError(
        'unsafe',
        path,
        `${path}: SQLite answers ${String(found)} to "PRAGMA ${pragma}", expected ${String(expected)}: writes would ` +
          'not be durable. Keep the state directory on a local disk',
      );
  }
}

function refuseForeign(db: Database, path: string): void {
  const row = db.prepare<{ application_id: bigint }, []>('PRAGMA application_id').get();
  if (row?.application_id === APPLICATION_ID) return;
  throw new JournalError(
    'not_a_journal',
    path,
    `${path}: found another program's SQLite database (application id ${row?.application_id}), expected a journal ` +
      `(${APPLICATION_ID}); move it away or name another --state-dir`,
  );
}

/**
 * SQLite notices a damaged page when it is read, which may be after orders were sent, and one that holds another page's
 * content never: an open order would be gone without a word. Takes a few ms per MB.
 */
function refuseDamaged(db: Database, path: string): void {
  const row = db.prepare<{ integrity_check: string }, []>('PRAGMA integrity_check(1)').get();
  if (row?.integrity_check === 'ok') return;
  throw new JournalError(
    'corrupt',
    path,
    `${path}: the journal is damaged (${row?.integrity_check.replaceAll(/\s+/g, ' ')}); restore it from a backup before trading again`,
  );
}

function refuseEmpty(path: string): void {
  const found = statSync(path);
  if (found.isFile() && found.size > 0) return;
  throw new JournalError(
    'not_a_journal',
    path,
    `${path}: found ${found.isFile() ? 'an empty file' : 'something that is not a file'}, expected a journal; ` +
      'restore it from a backup, or move it away after checking the account for orders in flight',
  );
}

/** A write-ahead log without its database would be replayed into a new one: SQLite cannot tell them apart. */
const looseLog = (path: string): JournalError =>
  new JournalError(
    'corrupt',
    path,
    `${path}-wal: found the journal's log without the journal; put ${path} back from a backup, or move the log away ` +
      'after checking the account for orders in flight',
  );

const olderSchema = (path: string, found: number, expected: number): JournalError =>
  new JournalError(
    'older_schema',
    path,
    `${path}: found journal schema ${found}, expected ${expected}; run \`start\` once, it upgrades the journal`,
  );

function create(path: string, migrations: readonly string[]): void {
  const draft = `${path}.new-${process.pid}`;
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(draft + suffix, { force: true });
  closeSync(openSync(draft, 'wx', 0o600));
  const db = new Database(draft, { ...EXACT, readwrite: true });
  try {
    db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    migrate(db, migrations, draft);
    db.run('PRAGMA journal_mode = WAL');
  } finally {
    db.close(true);
  }
  publish(draft, path);
}

/** Gives the draft its name. Of two processes that create at once the first wins and both use its file. */
function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    // No hard links on this file system.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP') renameSync(draft, path);
    else if (code !== 'EEXIST') throw error;
  }
  rmSync(draft, { force: true });
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
