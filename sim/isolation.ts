// Isolation: what one account does while another one of the same program fails is what it does while nothing fails.
// Looked at in runs of several accounts with tokens of their own, where the venue answers at once and prices stand still:
// anything else ties their histories together for good reasons.

import { generateAccounts } from './generate-accounts.ts';
import { generateVenue } from './generate-venue.ts';
import { runSeed, type SeedResult } from './run-seed.ts';
import type { SimJournal } from './sim-journal.ts';
import type { Violation } from './world.ts';

export function canBeIsolated(seed: number): boolean {
  const accounts = generateAccounts(seed);
  if (accounts.length < 2 || new Set(accounts.map(({ token }) => token)).size < accounts.length) return false;
  const { latencyMs, options } = generateVenue(seed, 1);
  return latencyMs === 1 && options.liveliness === 0;
}

export interface Isolation {
  readonly violations: readonly Violation[];
  /** Faults that struck the first account. */
  readonly struck: number;
}

/** Runs a seed twice: its first account struck by the seed's faults, and nobody struck. */
export function isolationOf(seed: number, store: SimJournal): Isolation {
  const [first, ...others] = generateAccounts(seed);
  const onlyAccount = first?.id ?? null;
  const failing = runSeed({ seed, store, onlyAccount });
  const calm = runSeed({ seed, store, onlyAccount, calm: true });
  const changed = others.filter(({ brokerAccount }) => {
    const [a, b] = [tradesOf(failing, brokerAccount), tradesOf(calm, brokerAccount)];
    return a.length !== b.length || a.some((trade, at) => trade !== b[at]);
  });
  return {
    violations: [
      ...failing.violations,
      ...changed.map(({ id }) => ({
        invariant: 'isolation',
        text: `${id} trades otherwise while ${onlyAccount} fails`,
        atMs: 0,
      })),
    ],
    struck: failing.faults,
  };
}

/** Everything that an account bought and sold, as the venue's books have it. */
const tradesOf = ({ world }: SeedResult, brokerAccount: string): string[] =>
  world.exchange.desk.orders
    .filter((order) => order.accountId === brokerAccount)
    .flatMap(({ side, uid, fills }) => fills.map(({ lots, price }) => `${side} ${lots} ${uid} at ${price}`));
