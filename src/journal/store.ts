// One open database with its prepared statements: the only place that knows how SQLite is called.
// Requires: work given to `write` is synchronous. Guarantees: it happens wholly or not at all; every failure leaves as
// a JournalError or a Bug.

import type { Database } from 'bun:sqlite';
import { assert } from '../core/assert.ts';
import { asJournalError } from './journal-error.ts';

export type Params = Readonly<Record<string, string | bigint | boolean | null>>;

/** A prepared statement. Row types are what the STRICT schema promises. */
export interface Query<Row> {
  get(params: Params): Row | null;
  all(params: Params): Row[];
  run(params: Params): void;
}

export interface Store {
  prepare<Row = never>(sql: string): Query<Row>;
  /** Runs in one immediate transaction; throws it away when the work throws. */
  write<T>(work: () => T): T;
  /** Runs reads in one transaction, so that they see one state; a part of the transaction that is open already. */
  read<T>(work: () => T): T;
  close(): void;
}

export function storeOf(db: Database): Store {
  const path = db.filename;
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw asJournalError(error, path);
    }
  };
  const prepare = <Row>(sql: string): Query<Row> => {
    const statement = guard(() => db.prepare<Row, [Params]>(sql));
    return {
      get: (params) => guard(() => statement.get(params)),
      all: (params) => guard(() => statement.all(params)),
      run: (params) => {
        guard(() => statement.run(params));
      },
    };
  };
  const begin = prepare<never>('BEGIN IMMEDIATE');
  const beginRead = prepare<never>('BEGIN DEFERRED');
  const commit = prepare<never>('COMMIT');
  const rollback = prepare<never>('ROLLBACK');
  return {
    prepare,
    write(work) {
      assert(!db.inTransaction, 'a journal write must not contain another one');
      begin.run({});
      try {
        const result = work();
        assert(
          !(result instanceof Promise),
          'a journal write must be synchronous: it would commit before it ends',
        );
        commit.run({});
        return result;
      } catch (error) {
        // On some failures, a full disk among them, SQLite has already thrown the transaction away.
        if (db.inTransaction) rollback.run({});
        throw error;
      }
    },
    read(work) {
      if (db.inTransaction) return work();
      beginRead.run({});
      try {
        return work();
      } finally {
        if (db.inTransaction) rollback.run({});
      }
    },
    close: () => guard(() => db.close(true)),
  };
}
