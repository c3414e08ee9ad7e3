// Which tables of the journal statements name, and how often each was written to.
// Requires: each table of a statement stands behind a FROM, JOIN, INTO or UPDATE of its own.

/** @throws {Error} for a statement without a table: what it reads could not be known to have changed. */
export function tablesIn(sql: string): readonly string[] {
  const names = [...sql.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)/g)].map(([, name]) => name ?? '');
  if (names.length === 0) throw new Error(`which table does this name? ${sql}`);
  return [...new Set(names)];
}

export class TableChanges {
  private readonly writes = new Map<string, number>();
  /** The same by table and key, and by table alone of what named no key. */
  private readonly rows = new Map<string, number>();
  private everything = 0;
  private unseen = true;
  private tables: Set<string> | null = null;

  /** @param key of the one order that the statement concerns, where it names one */
  wrote(tables: readonly string[], key: string | null = null): void {
    for (const table of tables) {
      this.writes.set(table, (this.writes.get(table) ?? 0) + 1);
      if (key !== null) this.add(`${table} ${key}`);
      else this.add(table);
    }
  }

  private add(what: string): void {
    this.rows.set(what, (this.rows.get(what) ?? 0) + 1);
  }

  /** By somebody whose statements are not seen here. */
  wroteAll(): void {
    this.everything += 1;
    this.unseen = true;
  }

  looked(tables: readonly string[]): void {
    for (const table of tables) this.tables?.add(table);
  }

  /** Whether it was written to since the last `forget`. */
  isWritten(table: string): boolean {
    return this.unseen || this.writes.has(table);
  }

  /** From now on nothing counts as written. */
  forget(): void {
    this.writes.clear();
    this.rows.clear();
    this.wroteAll();
    this.unseen = false;
  }

  versionOf(table: string): number {
    return this.everything * 1e9 + (this.writes.get(table) ?? 0);
  }

  /** Of what concerns one order. */
  versionOfRow(table: string, key: string): number {
    return this.everything * 1e9 + (this.rows.get(table) ?? 0) + (this.rows.get(`${table} ${key}`) ?? 0);
  }

  looking<T>(read: () => T): { readonly found: T; readonly tables: readonly string[] } {
    const tables = new Set<string>();
    this.tables = tables;
    try {
      return { found: read(), tables: [...tables] };
    } finally {
      this.tables = null;
    }
  }
}
