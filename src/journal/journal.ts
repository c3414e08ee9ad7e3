// The durable memory of one state directory: orders, iterations, pins, in one SQLite file.
// Requires: one trading process per directory (lock.ts). Guarantees: every write is on disk when the call returns and
// happens wholly or not at all; integers are exact; a file that is not our journal is refused, never replaced.

import type { Journal } from '../ports.ts';
import { accountMemory } from './account-memory.ts';
import { breakers } from './breakers.ts';
import { openDatabase } from './database.ts';
import { foldedDays } from './folded-days.ts';
import { fundMemory } from './fund-memory.ts';
import { iterationLog } from './iterations.ts';
import { MIGRATIONS } from './migrations.ts';
import { orderBook } from './order-book.ts';
import { ruleMemory } from './rule-memory.ts';
import { type Store, storeOf } from './store.ts';
import { upkeep } from './upkeep.ts';

export interface JournalOptions {
  /** For `status` and `history`, also beside a running daemon: never creates, never upgrades; writes throw. */
  readonly readOnly?: boolean;
  /** How long a call waits, blocking, for another process's write. Default 5000. */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens (where needed creates or upgrades) `tiebb.sqlite` in the state directory.
 * @throws {JournalError} that says what was found, what was expected and what to do.
 */
export function openJournal(stateDir: string, options: JournalOptions = {}): Journal {
  const db = openDatabase(stateDir, {
    readOnly: options.readOnly ?? false,
    busyTimeoutMs: options.busyTimeoutMs ?? 5000,
    migrations: MIGRATIONS,
  });
  return journalOf(storeOf(db));
}

/** The journal over a database that is open already. */
export const journalOf = (store: Store): Journal => ({
  ...orderBook(store),
  ...iterationLog(store),
  ...accountMemory(store),
  ...breakers(store),
  ...fundMemory(store),
  ...ruleMemory(store),
  ...foldedDays(store),
  ...upkeep(store),
  consistently: store.read,
  close: store.close,
});
