// The kill switch: a file in the state directory, so that a person can throw it with nothing but `touch STOP`.
// Guarantees: it works for every process on that directory, survives restarts, and a directory that cannot be read
// counts as thrown.

import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KillSwitch } from '../ports.ts';

export interface KillSwitchFiles extends KillSwitch {
  /** `null` = every account. */
  engage(account: string | null): void;
  release(account: string | null): void;
}

export function createKillSwitch(stateDir: string): KillSwitchFiles {
  const all = join(stateDir, 'STOP');
  const one = (account: string): string => join(stateDir, `STOP-${encodeURIComponent(account)}`);
  const fileOf = (account: string | null): string => (account === null ? all : one(account));
  return {
    engaged(account) {
      for (const file of [all, one(account)]) {
        try {
          if (existsSync(file))
            return `the kill switch is on since ${statSync(file).mtime.toISOString()} (${file})`;
        } catch (error) {
          // Removed between the two calls it is off; anything else must not pass for off.
          if (existsSync(file)) return `the kill switch cannot be read (${file}: ${String(error)})`;
        }
      }
      return null;
    },
    engage(account) {
      mkdirSync(stateDir, { recursive: true, mode: 0o700 });
      writeFileSync(fileOf(account), '');
    },
    release: (account) => rmSync(fileOf(account), { force: true }),
  };
}
