// The journal's past: its rows as they were (a backup), and its schema as an earlier version of the program left it, which
// is a database of its own: SQLite would compile every statement of the journal anew after each change of its schema.
// Requires: no transaction is open. Guarantees: a restored journal holds exactly the rows that were copied; an old schema
// is upgraded by the program's own migrations, and whoever watches may end it at any statement.

import { Database } from 'bun:sqlite';
import { migrate } from '../../src/journal/migrate.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';

type Row = Record<string, string | bigint | null>;
export type Backup = ReadonlyMap<string, readonly Row[]>;

export const NEWEST = MIGRATIONS.length;

export function copyOf(db: Database): Backup {
  return new Map(tablesOf(db).map((table) => [table, db.prepare<Row, []>(`SELECT * FROM ${table}`).all()]));
}

export function restore(db: Database, backup: Backup): void {
  const tables = tablesOf(db);
  db.transaction(() => {
    for (const table of tables.toReversed()) db.run(`DELETE FROM ${table}`);
    for (const table of tables) {
      const [first, ...others] = backup.get(table) ?? [];
      if (first === undefined) continue;
      const names = Object.keys(first);
      const values = names.map((name) => `$${name}`).join(', ');
      const insert = db.prepare<never, [Row]>(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${values})`,
      );
      for (const row of [first, ...others]) insert.run(row);
    }
  })();
}

/** What a schema is made of: columns by table, and indexes. */
interface Schema {
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly indexes: ReadonlySet<string>;
}

/** A schema, and a file that has it and no row. */
interface Version {
  readonly schema: Schema;
  readonly file: Buffer;
}

const VERSIONS = new Map<number, Version>();

function versionAt(version: number): Version {
  const known = VERSIONS.get(version);
  if (known !== undefined) return known;
  const db = new Database(':memory:');
  migrate(db, MIGRATIONS.slice(0, version), ':memory:');
  const made = { schema: schemaOf(db), file: db.serialize() };
  db.close();
  VERSIONS.set(version, made);
  return made;
}

function opened(file: Buffer): Database {
  const db = Database.deserialize(file, { strict: true, safeIntegers: true });
  db.run('PRAGMA foreign_keys = ON');
  return db;
}

/** A journal of an earlier version without a row. */
export const blankOf = (version: number): Database => opened(versionAt(version).file);

/** What a program of an earlier version would have left of the same journal. */
export function olderCopyOf(db: Database, version: number): Database {
  const copy = opened(db.serialize());
  downgrade(copy, version);
  return copy;
}

const schemaOf = (db: Database): Schema => ({
  columns: new Map(tablesOf(db).map((table) => [table, columnsOf(db, table)])),
  indexes: new Set(namesOf(db, 'index')),
});

/** Makes the journal what a program of an earlier schema version would have left: what that did not know is gone. */
export function downgrade(db: Database, version: number): void {
  const { columns, indexes } = versionAt(version).schema;
  for (const index of namesOf(db, 'index')) if (!indexes.has(index)) db.run(`DROP INDEX ${index}`);
  for (const table of tablesOf(db).toReversed()) {
    const kept = columns.get(table);
    if (kept === undefined) db.run(`DROP TABLE ${table}`);
    else
      for (const column of columnsOf(db, table))
        if (!kept.includes(column)) db.run(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  }
  db.run(`PRAGMA user_version = ${version}`);
}

export const versionOf = (db: Database): number =>
  Number(db.prepare<{ user_version: bigint }, []>('PRAGMA user_version').get()?.user_version ?? 0n);

/** Whatever `each` throws ends the upgrade where it stands. The named boundary: a migration uses no more of a database. */
export function upgrade(db: Database, each: (statement: string) => void): void {
  const stepwise = {
    prepare: (sql: string) => db.prepare(sql),
    transaction: (work: () => boolean) => db.transaction(work),
    run(sql: string) {
      for (const statement of sql.split(/;\s*(?:\n|$)/).filter((part) => part.trim() !== '')) {
        each(statement);
        db.run(statement);
      }
    },
  };
  migrate(stepwise as unknown as Database, MIGRATIONS, ':memory:');
}

/** What is not as the newest version has it, in words; `null` where all is. */
export function schemaTrouble(db: Database): string | null {
  const wanted = versionAt(NEWEST).schema;
  const found = schemaOf(db);
  for (const [table, columns] of wanted.columns)
    if (columns.join() !== found.columns.get(table)?.join()) return `table ${table} is not as it should be`;
  const missing = [...wanted.indexes].find((index) => !found.indexes.has(index));
  return missing === undefined ? null : `index ${missing} is missing`;
}

/** Parents before children. */
const tablesOf = (db: Database): string[] => namesOf(db, 'table');

const namesOf = (db: Database, type: 'table' | 'index'): string[] =>
  db
    .prepare<{ name: string }, [string]>('SELECT name FROM sqlite_schema WHERE type = ? ORDER BY rowid')
    .all(type)
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('sqlite_'));

const columnsOf = (db: Database, table: string): string[] =>
  db
    .prepare<{ name: string }, [string]>('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map(({ name }) => name);
