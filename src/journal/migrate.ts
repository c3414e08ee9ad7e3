// Brings a journal's schema to this program's version, one durable step at a time.
// Guarantees: a step happens wholly or not at all, whenever the process dies; a schema from the future is refused untouched.

import type { Database } from 'bun:sqlite';
import { JournalError } from './journal-error.ts';

/** Version that the file has; refuses one that this program does not know. */
export function schemaVersion(db: Database, known: number, path: string): number {
  const row = db.prepare<{ user_version: bigint }, []>('PRAGMA user_version').get();
  const found = Number(row?.user_version ?? 0n);
  if (found > known)
    throw new JournalError(
      'newer_schema',
      path,
      `${path}: found journal schema ${found}, this program knows ${known}: it was written by a newer version. ` +
        'Run that version, or restore a backup from before the upgrade',
    );
  if (found < 0)
    throw new JournalError(
      'corrupt',
      path,
      `${path}: found journal schema ${found}, expected 0 to ${known}: the journal is damaged; restore it from a ` +
        'backup before trading again',
    );
  return found;
}

/** Applies the steps that are missing, each in its own transaction together with its number. */
export function migrate(db: Database, migrations: readonly string[], path: string): void {
  const step = db.transaction((): boolean => {
    // Read again inside: another process may have done this step meanwhile.
    const version = schemaVersion(db, migrations.length, path);
    const sql = migrations[version];
    if (sql === undefined) return false;
    db.run(sql);
    db.run(`PRAGMA user_version = ${version + 1}`);
    return true;
  });
  if (schemaVersion(db, migrations.length, path) === migrations.length) return;
  while (step.immediate());
}
