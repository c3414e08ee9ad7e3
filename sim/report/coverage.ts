// What the runs met: faults by kind, arrows of the state machines, crash points by name and the effects at which lives
// ended. Counts only, so that tables add up.

export type Table = 'faults' | 'order arrows' | 'iteration arrows' | 'crash points' | 'died at' | 'person';

/** All arrows of a graph, as the tables name them. */
export function arrowNames(graph: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(graph).flatMap(([from, ends]) => ends.map((to) => `${from} -> ${to}`));
}

export type Counts = Record<string, number>;

export class Coverage {
  readonly tables: Record<Table, Counts> = {
    faults: {},
    'order arrows': {},
    'iteration arrows': {},
    'crash points': {},
    'died at': {},
    person: {},
  };
  /** A run has hundreds of effects: a map counts them in a third of the time of a record. */
  private readonly effects = new Map<string, number>();

  count(table: Table, name: string, by = 1): void {
    const counts = this.tables[table];
    counts[name] = (counts[name] ?? 0) + by;
  }

  /** Effects that were numbered, by name: every one of them is a place to die at. */
  get reached(): Counts {
    return Object.fromEntries(this.effects);
  }

  reach(name: string, by = 1): void {
    this.effects.set(name, (this.effects.get(name) ?? 0) + by);
  }

  add(other: Pick<Coverage, 'tables' | 'reached'>): void {
    for (const [table, counts] of Object.entries(other.tables))
      for (const [name, count] of Object.entries(counts)) this.count(table as Table, name, count);
    const effects = other instanceof Coverage ? other.effects : Object.entries(other.reached);
    for (const [name, count] of effects) this.reach(name, count);
  }

  toJSON(): Pick<Coverage, 'tables' | 'reached'> {
    return { tables: this.tables, reached: this.reached };
  }
}
