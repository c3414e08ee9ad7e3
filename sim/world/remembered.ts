// The journal with its reads remembered until something is written: a fifth of a seed's time went into reading and
// converting the same rows again. Requires: `version` changes with every write to the database, whoever writes.
// Guarantees: a read is what the database would say; inside a transaction nothing is remembered.

import type { Journal } from '../../src/ports.ts';

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

export interface Versioned {
  /** Which state of the database a read sees; `null` while it is being changed. */
  version(): number | null;
}

type Read = (...args: readonly (string | number)[]) => unknown;

/** The named boundary: reads are wrapped as a whole, whatever they give. */
export function remembered(journal: Journal, { version }: Versioned): Journal {
  const members = journal as unknown as Readonly<Record<string, Read>>;
  const wrapped: Record<string, Read> = {};
  for (const name of READS) {
    const read = members[name];
    if (read !== undefined) wrapped[name] = rememberedRead(read, version);
  }
  return { ...journal, ...(wrapped as unknown as Pick<Journal, (typeof READS)[number]>) };
}

function rememberedRead(read: Read, version: Versioned['version']): Read {
  const known = new Map<string, unknown>();
  let of: number | null = null;
  return (...args) => {
    const now = version();
    if (now === null) return read(...args);
    if (now !== of) known.clear();
    of = now;
    const key = args.join(' ');
    if (!known.has(key)) known.set(key, read(...args));
    return known.get(key);
  };
}
