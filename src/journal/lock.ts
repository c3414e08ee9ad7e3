// One trading process per state directory: an exclusive SQLite transaction that lives as long as its process.
// Guarantees: of two that start at once exactly one gets it; the operating system frees it however the holder dies, so a
// stale lock never blocks and a reused pid never matters (the pid file only names the holder in a message).
// Requires: nothing else in this process opens lock.sqlite: closing any handle of a file drops its POSIX locks.

import { Database } from 'bun:sqlite';
import { closeSync, lstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asJournalError, JournalError } from './journal-error.ts';
import { ensureStateDir } from './state-dir.ts';

export interface Lock {
  /** Frees the directory for the next process; a second call does nothing. */
  release(): void;
}

/** Another process (or this one, earlier) trades on this state directory. `pid` is `null` where it is not known. */
export class LockHeld extends Error {
  override readonly name = 'LockHeld';
  constructor(
    readonly pid: number | null,
    readonly stateDir: string,
    options?: { cause?: unknown },
  ) {
    const holder =
      pid === process.pid ? `this process (pid ${pid})` : `another process (pid ${pid ?? 'unknown'})`;
    super(
      `${stateDir}: ${holder} already trades on this state directory, only one may; ` +
        'stop it first, or give this one its own --state-dir',
      options,
    );
  }
}

/** Long enough for two that start at once to sort themselves out, each of which first blocks the other. */
const SETTLE_MS = 1000;

/** Locks held by this process. Without a reference the collector would close, and so free, a forgotten lock. */
const held = new Set<Database>();

/**
 * Takes the state directory for this process. Blocks for `waitMs` where it is taken.
 * @throws {LockHeld} while a live process has it. @throws {JournalError} where the directory cannot be used.
 */
export function acquireLock(stateDir: string, waitMs = SETTLE_MS): Lock {
  ensureStateDir(stateDir);
  const path = join(stateDir, 'lock.sqlite');
  const pidFile = join(stateDir, 'lock.pid');
  const db = openLockFile(path);
  try {
    db.run(`PRAGMA busy_timeout = ${waitMs}`);
    db.run('BEGIN EXCLUSIVE');
    held.add(db);
    writePid(pidFile);
  } catch (error) {
    held.delete(db);
    db.close(true);
    const known = asJournalError(error, path);
    if (known instanceof JournalError && known.kind === 'locked')
      throw new LockHeld(readPid(pidFile), stateDir, { cause: error });
    throw isOtherFile(known) ? notALock(path, known) : known;
  }
  return {
    release: () => {
      if (!held.delete(db)) return;
      rmSync(pidFile, { force: true });
      db.close(true);
    },
  };
}

const isOtherFile = (error: unknown): boolean =>
  error instanceof JournalError && (error.kind === 'not_a_journal' || error.kind === 'corrupt');

/** Nothing is kept in it, so nothing is to be brought back. */
const notALock = (path: string, cause: unknown): JournalError =>
  new JournalError(
    'not_a_journal',
    path,
    `${path}: found something else in the place of the lock file; expected a file that this program made. It holds ` +
      'nothing: remove it while no other process trades on this directory, then start again',
    { cause },
  );

function openLockFile(path: string): Database {
  try {
    createPrivate(path);
    return new Database(path, { readwrite: true });
  } catch (error) {
    throw asJournalError(error, path);
  }
}

function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // Already there: not opened, for closing it again would drop a lock that this process holds.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function writePid(pidFile: string): void {
  const draft = `${pidFile}.new`;
  try {
    // Not opened where it is there already: it may be a pipe, which would be waited for.
    rmSync(draft, { force: true });
    writeFileSync(draft, `${process.pid}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, pidFile);
  } catch (error) {
    throw asJournalError(error, pidFile);
  }
}

function readPid(pidFile: string): number | null {
  try {
    if (!lstatSync(pidFile).isFile()) return null;
    const text = readFileSync(pidFile, 'utf8').trim();
    return /^\d{1,10}$/.test(text) ? Number(text) : null;
  } catch {
    // The holder has not written it yet, or it was removed: the lock itself is what counts.
    return null;
  }
}
