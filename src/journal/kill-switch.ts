// The kill switch: a file in the state directory, so that a person can throw it with nothing but `touch STOP`, or
// `touch STOP-<account>` for one account.
// Guarantees: it works for every process on that directory, survives restarts, and a switch that cannot be looked at
// counts as thrown.

import { createHash } from 'node:crypto';
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KillSwitch } from '../ports.ts';
import { JournalError } from './journal-error.ts';
import { ensureStateDir } from './state-dir.ts';

export interface KillSwitchFiles extends KillSwitch {
  /** `null` = every account. */
  engage(account: string | null): void;
  release(account: string | null): void;
}

/** File systems take no longer names. */
const NAME_BYTES_MAX = 255;

export function createKillSwitch(stateDir: string): KillSwitchFiles {
  const fileOf = (account: string | null): string => join(stateDir, fileName(account));
  return {
    engaged: (account) => thrown(fileOf(null)) ?? thrown(fileOf(account)),
    engage(account) {
      ensureStateDir(stateDir);
      const file = fileOf(account);
      // What is there already counts as thrown, and writing to it could wait for ever (a pipe) or land elsewhere (a link).
      if (thrown(file) === null)
        inWords(file, 'the kill switch cannot be set', () => writeFileSync(file, ''));
    },
    release(account) {
      const file = fileOf(account);
      if (thrown(file) !== null)
        inWords(file, 'the kill switch cannot be lifted', () => rmSync(file, { force: true }));
    },
  };
}

function inWords(file: string, what: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    const found = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new JournalError(
      'directory',
      file,
      `${file}: ${what} (${found}); expected a file that this user can make and remove: look at it with ls -ld, and put it right by hand`,
      { cause: error },
    );
  }
}

/** The account's own name where a file can have it: a person types it. */
function fileName(account: string | null): string {
  if (account === null) return 'STOP';
  const name = `STOP-${/[/\0]/.test(account) ? encodeURIComponent(account) : account}`;
  if (Buffer.byteLength(name) <= NAME_BYTES_MAX) return name;
  return `STOP-${createHash('sha256').update(account).digest('hex')}`;
}

/** Whatever stands under that name counts, a dangling link included. */
function thrown(file: string): string | null {
  try {
    const found = lstatSync(file, { throwIfNoEntry: false });
    return found === undefined ? null : `the kill switch is on since ${found.mtime.toISOString()} (${file})`;
  } catch (error) {
    return `the kill switch cannot be read (${file}: ${String(error)})`;
  }
}
