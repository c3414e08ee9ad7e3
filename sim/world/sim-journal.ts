// The journal of simulated lives: the program's own journal on one SQLite database in memory, which outlives each life.
// Why that is faithful: every journal call is synchronous and one transaction, so a process can only die before, inside
// or after it; inside, the statements so far are rolled back, which is what SQLite does with the log of a process that
// was killed; what was committed stays. Syncing to a disk is not simulated here (tests/journal kills real processes).
// Requires: one seed at a time. Guarantees: `reset` leaves nothing of the seed before.

import { Database } from 'bun:sqlite';
import { journalOf } from '../../src/journal/journal.ts';
import { migrate } from '../../src/journal/migrate.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import { type Params, type Store, storeOf } from '../../src/journal/store.ts';
import type { Journal } from '../../src/ports.ts';
import { remembered } from './remembered.ts';
import { RowMemory } from './row-memory.ts';
import { TableChanges, tablesIn } from './table-changes.ts';

/** What a life may do around its writes: die, or fail as a full disk does, by throwing. */
export interface WriteHooks {
  /** Before each statement inside a write. */
  statement(): void;
}

export interface SimJournal {
  readonly db: Database;
  readonly journal: Journal;
  hooks: WriteHooks;
  /** Whoever writes to `db` past the journal says so. */
  changed(): void;
  reset(): void;
}

const NO_HOOKS: WriteHooks = { statement() {} };

export function openSimJournal(): SimJournal {
  const db = new Database(':memory:', { strict: true, safeIntegers: true });
  db.run('PRAGMA foreign_keys = ON');
  migrate(db, MIGRATIONS, ':memory:');
  const real = storeOf(db);
  const changes = new TableChanges();
  const store: Store = {
    ...real,
    prepare(sql) {
      const query = real.prepare<never>(sql);
      const tables = tablesIn(sql);
      const reads = isRead(sql);
      // The only one by key and nothing else is an order's, which is read before each of its changes.
      const byKey = reads && paramsIn(sql).join() === 'key';
      const touch = (params: Params): void => {
        if (reads) {
          changes.looked(tables);
          return;
        }
        opened.hooks.statement();
        changes.wrote(tables, typeof params.key === 'string' ? params.key : null);
      };
      const rows = new RowMemory<never>(tables, changes, () => db.inTransaction);
      return {
        get(params) {
          touch(params);
          return byKey ? rows.get(String(params.key), () => query.get(params)) : query.get(params);
        },
        all(params) {
          touch(params);
          return query.all(params);
        },
        run(params) {
          touch(params);
          query.run(params);
        },
      };
    },
    close() {},
  };
  const opened: SimJournal = {
    db,
    journal: remembered(journalOf(store), {
      isOpen: () => db.inTransaction,
      versionOf: (table) => changes.versionOf(table),
      versionOfRow: (table, key) => changes.versionOfRow(table, key),
      looking: (read) => changes.looking(read),
    }),
    hooks: NO_HOOKS,
    changed: () => changes.wroteAll(),
    reset() {
      opened.hooks = NO_HOOKS;
      if (db.inTransaction) db.run('ROLLBACK');
      wipeAll();
      changes.forget();
    },
  };
  const tables = tablesOf(db);
  const wipe = Object.fromEntries(tables.map((table) => [table, db.prepare(`DELETE FROM ${table}`)]));
  const wipeAll = db.transaction(() => {
    for (const table of tables) if (changes.isWritten(table)) wipe[table]?.run();
  });
  return opened;
}

/** What is no SELECT writes, also where it returns rows. */
const isRead = (sql: string): boolean => /^\s*SELECT\b/.test(sql);

const paramsIn = (sql: string): string[] => [...sql.matchAll(/\$([a-zA-Z]+)/g)].map(([, name = '']) => name);

/** Children before parents. */
function tablesOf(db: Database): string[] {
  const names = db
    .prepare<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid DESC")
    .all()
    .map(({ name }) => name);
  return names.filter((name) => !name.startsWith('sqlite_'));
}

/** A full disk, as SQLite reports it. */
export class DiskFull extends Error {
  override readonly name = 'SQLiteError';
  readonly code = 'SQLITE_FULL';
  constructor() {
    super('database or disk is full');
  }
}
