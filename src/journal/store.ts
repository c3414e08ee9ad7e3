// One open database with its prepared statements: the only place that knows how SQLite is called.
// Requires: work given to `write` is synchronous. Guarantees: it happens wholly or not at all; every failure leaves as
// a JournalError or a Bug.

import type { Database } from 'bun:sqlite';
import { assert } from '../core/assert.ts';
import { asJournalError, JournalError } from './journal-error.ts';

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
    const sound = <Found extends Row | null>(row: Found): Found => {
      refuseTimes(row, path);
      return row;
    };
    return {
      get: (params) => guard(() => sound(statement.get(params))),
      all: (params) => guard(() => statement.all(params).map(sound)),
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

const TIME = /(?:^|_)(?:at|day|first_sent|last_sent|since)$/;
/** No calendar goes further, in either direction. */
const TIME_MAX = 8_640_000_000_000_000n;

/** @throws {JournalError} `corrupt` for an instant that is none: it could be neither shown nor reckoned with. */
function refuseTimes(row: unknown, path: string): void {
  if (typeof row !== 'object' || row === null) return;
  for (const [name, value] of Object.entries(row)) {
    if (typeof value !== 'bigint' || (value <= TIME_MAX && value >= -TIME_MAX) || !TIME.test(name)) continue;
    throw new JournalError(
      'corrupt',
      path,
      `${path}: the journal is damaged (${name} is ${value}, which is no time); restore it from a backup before trading again`,
    );
  }
}
