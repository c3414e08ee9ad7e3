// Rows of one statement by their key, read again once something was written that they may show.
// Guarantees: a row is what the database would give. What is read inside a transaction is not kept, for that may be undone;
// what was kept before it stands until the first write.

import type { TableChanges } from './table-changes.ts';

interface Kept<Row> {
  readonly row: Row | null;
  readonly versions: readonly number[];
}

const KEPT_MAX = 256;

export class RowMemory<Row> {
  private readonly kept = new Map<string, Kept<Row>>();

  constructor(
    private readonly tables: readonly string[],
    private readonly changes: TableChanges,
    private readonly isOpen: () => boolean,
  ) {}

  get(key: string, read: () => Row | null): Row | null {
    const known = this.kept.get(key);
    if (known !== undefined && this.isCurrent(key, known)) return known.row;
    const row = read();
    if (this.isOpen()) return row;
    if (this.kept.size >= KEPT_MAX) this.kept.clear();
    const versions = this.tables.map((table) => this.changes.versionOfRow(table, key));
    this.kept.set(key, { row, versions });
    return row;
  }

  private isCurrent(key: string, { versions }: Kept<Row>): boolean {
    return this.tables.every((table, at) => this.changes.versionOfRow(table, key) === versions[at]);
  }
}
