// `--save-snapshots DIR`: every snapshot that is decided on, as a file that `plan --snapshot` reads.
// Guarantees: files are written nowhere but in that directory, whatever an account is called; a snapshot that cannot be
// written is said and does not keep an account from being balanced.

import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../core/portfolio.ts';
import { snapshotToJson } from '../report/snapshot-json.ts';

/** Makes the directory; what is wrong with it in words, or `null`. */
export function snapshotDirProblem(dir: string): string | null {
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `--save-snapshots ${dir === '' ? '""' : dir}: expected a directory that this user can write; found: ${inWords(error)}`;
  }
}

/** Writes one file per snapshot into a directory that is there. */
export function snapshotWriter(
  dir: string,
  onTrouble: (what: string) => void,
): (iteration: string, snapshot: Snapshot) => void {
  return (iteration, snapshot) => {
    const time = new Date(snapshot.takenAtMs).toISOString().replaceAll(':', '').slice(0, 17);
    const file = join(dir, `${nameOf(snapshot.account)}-${time}Z-${iteration.slice(0, 8)}.json`);
    try {
      writeFileSync(file, `${JSON.stringify(snapshotToJson(snapshot), null, 2)}\n`);
    } catch (error) {
      onTrouble(`the snapshot was not saved (${inWords(error)}); the iteration goes on without it`);
    }
  };
}

/** The account's own name where a file can have it. */
function nameOf(account: string): string {
  const name = /[/\\\0]/.test(account) ? encodeURIComponent(account) : account;
  return Buffer.byteLength(name) <= NAME_BYTES_MAX
    ? name
    : createHash('sha256').update(account).digest('hex');
}

const NAME_BYTES_MAX = 200;

const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));
