// Failures that were found and put right stay right; and one account's trouble changes nothing for another.

import { describe, expect, test } from 'bun:test';
import { generateAccounts } from '../../sim/generate-accounts.ts';
import { generateVenue } from '../../sim/generate-venue.ts';
import { runSeed, type SeedResult } from '../../sim/run-seed.ts';
import { SCENARIOS } from '../../sim/scenarios.ts';
import { openSimJournal } from '../../sim/sim-journal.ts';

const store = openSimJournal();

describe('a failure that was put right', () => {
  test.each(SCENARIOS.map(({ name, ...rest }) => [name, rest] as const))('%s', (_, { seed, faults }) => {
    expect(runSeed({ seed, store, kept: new Set(faults) }).violations).toEqual([]);
  });
});

/** Everything that an account bought and sold, as the venue's books have it. */
const tradesOf = ({ world }: SeedResult, brokerAccount: string): string[] =>
  world.exchange.desk.orders
    .filter((order) => order.accountId === brokerAccount)
    .flatMap(({ side, uid, fills }) => fills.map(({ lots, price }) => `${side} ${lots} ${uid} at ${price}`));

test("one account's failures leave the others' history as it is without them", () => {
  const seeds = [...Array(3_000).keys()].filter((seed) => {
    const accounts = generateAccounts(seed);
    const apart = new Set(accounts.map(({ token }) => token)).size === accounts.length;
    const { latencyMs, options } = generateVenue(seed, 1);
    return accounts.length > 1 && apart && latencyMs === 1 && options.liveliness === 0;
  });
  let struck = 0;
  for (const seed of seeds.slice(0, 6)) {
    const [first, ...others] = generateAccounts(seed);
    const failing = runSeed({ seed, store, onlyAccount: first!.id });
    const calm = runSeed({ seed, store, calm: true, onlyAccount: first!.id });
    struck += failing.faults;
    expect(failing.violations).toEqual([]);
    for (const { brokerAccount } of others)
      expect(tradesOf(failing, brokerAccount)).toEqual(tradesOf(calm, brokerAccount));
  }
  expect(struck).toBeGreaterThan(5);
}, 60_000);
