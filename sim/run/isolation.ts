// Isolation: what one account does while another one of the same program fails is what it does while nothing fails.
// Looked at in runs of several accounts with tokens of their own, where the venue answers at once and prices stand still:
// anything else ties their histories together for good reasons.

import { generateAccounts } from '../generate/generate-accounts.ts';
import { generateVenue } from '../generate/generate-venue.ts';
import type { SimJournal } from '../world/sim-journal.ts';
import type { Violation } from '../world/world.ts';
import { runSeed, type SeedResult } from './run-seed.ts';

const MINUTE_MS = 60_000;

export function canBeIsolated(seed: number): boolean {
  // Two more runs each: one in three that could be.
  if (seed % 3 !== 0) return false;
  const accounts = generateAccounts(seed);
  if (accounts.length < 2 || new Set(accounts.map(({ token }) => token)).size < accounts.length) return false;
  // What a person says, and when, depends on all that they are asked.
  if (accounts.some(({ block }) => 'confirmationThresholdRub' in block)) return false;
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
  // A run ends once every account has come to rest: what one of the two had no time for any more says nothing.
  const untilMs = Math.min(endOf(failing), endOf(calm)) - MINUTE_MS;
  // A changed contract ends all accounts of a program, on purpose.
  const isShared = failing.world.alerts.some(({ alert }) => alert.event === 'contract_changed');
  const changed = (isShared ? [] : others).filter(({ id, brokerAccount }) => {
    // Whoever starts an account again starts them all: an iteration may begin earlier for that, none may be missing.
    const count = recordsOf(calm, id).filter((atMs) => atMs < untilMs).length;
    const [a, b] = [tradesOf(failing, id, brokerAccount, count), tradesOf(calm, id, brokerAccount, count)];
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

const endOf = ({ world }: SeedResult): number => world.timeline.now();

/** When an account's iterations ended. */
const recordsOf = ({ world }: SeedResult, id: string): readonly number[] =>
  world.records.filter(({ record }) => record.account === id).map(({ atMs }) => atMs);

/** Everything that an account bought and sold in its first so many iterations, as the venue's books have it. */
function tradesOf(result: SeedResult, id: string, brokerAccount: string, count: number): string[] {
  const untilMs = count === 0 ? 0 : (recordsOf(result, id)[count - 1] ?? Number.POSITIVE_INFINITY);
  return result.world.exchange.desk.orders
    .filter((order) => order.accountId === brokerAccount)
    .flatMap(({ side, uid, fills }) =>
      fills
        .filter(({ atMs }) => atMs <= untilMs)
        .map(({ lots, price }) => `${side} ${lots} ${uid} at ${price}`),
    );
}
