// The journal with its reads remembered until something is written: a fifth of a seed's time went into reading and
// converting the same rows again. Requires: a table's version changes with every write to it, whoever writes.
// Guarantees: a read is what the database would say; inside a transaction nothing is remembered.

import type { Journal } from '../../src/ports.ts';

/** Instants are arguments, too: what was asked at another one is of no use any more. */
const KNOWN_MAX = 64;

/** Reads whose arguments are strings and numbers. */
const READS = [
  'order',
  'openOrders',
  'ordersOf',
  'fillsSince',
  'fillsAfter',
  'newestFill',
  'ordersSince',
  'holdingsBefore',
  'commissionSeen',
  'brokerAccountPin',
  'instrumentPins',
  'acceptedPrices',
  'managedTickers',
  'halt',
  'lastAlert',
  'allowedJumps',
  'equityMarks',
  'lastSeen',
  'nextIteration',
  'fundValues',
  'weightMark',
  'pendingOrders',
  'cashRequests',
  'rebalanceMarks',
] as const satisfies readonly (keyof Journal)[];

/** What is known of the database beside its rows. */
export interface Changes {
  /** A transaction is open: what it reads may never have been. */
  isOpen(): boolean;
  /** How often a table was written to. */
  versionOf(table: string): number;
  /** The same of what concerns one order. */
  versionOfRow(table: string, key: string): number;
  /** Runs a read and says which tables it looked at. */
  looking<T>(read: () => T): { readonly found: T; readonly tables: readonly string[] };
}

type Read = (...args: readonly (string | number)[]) => unknown;

interface Known {
  readonly found: unknown;
  readonly seen: readonly { readonly table: string; readonly version: number }[];
}

/** The named boundary: reads are wrapped as a whole, whatever they give. */
export function remembered(journal: Journal, changes: Changes): Journal {
  const members = journal as unknown as Readonly<Record<string, Read>>;
  const wrapped: Record<string, Read> = {};
  for (const name of READS) {
    const read = members[name];
    // An order is asked for by its key, again and again while those beside it change.
    const versionOf = name === 'order' ? changes.versionOfRow : changes.versionOf;
    if (read !== undefined) wrapped[name] = rememberedRead(read, changes, versionOf);
  }
  return { ...journal, ...(wrapped as unknown as Pick<Journal, (typeof READS)[number]>) };
}

function rememberedRead(
  read: Read,
  { isOpen, looking }: Changes,
  versionOf: (table: string, key: string) => number,
): Read {
  const known = new Map<string, Known>();
  return (...args) => {
    if (isOpen()) return read(...args);
    const key = args.length === 1 ? String(args[0]) : args.join(' ');
    const last = known.get(key);
    if (last?.seen.every(({ table, version }) => versionOf(table, key) === version)) return last.found;
    const { found, tables } = looking(() => read(...args));
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(key, { found, seen: tables.map((table) => ({ table, version: versionOf(table, key) })) });
    return found;
  };
}
