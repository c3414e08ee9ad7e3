// The state directory: made on first use for its owner alone.
// Guarantees: what is already there is neither changed nor removed.

import { accessSync, constants, mkdirSync } from 'node:fs';
import { JournalError } from './journal-error.ts';

/** @throws {JournalError} `directory` where it is not a directory that this process can write. */
export function ensureStateDir(stateDir: string): void {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    accessSync(stateDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new JournalError(
      'directory',
      stateDir,
      `${stateDir}: the state directory must be a directory that this user can write; found: ${found}. ` +
        'Correct its permissions, or name another one with --state-dir',
      { cause: error },
    );
  }
}
