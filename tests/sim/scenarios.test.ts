// Failures that were found and put right stay right; and one account's trouble changes nothing for another.

import { describe, expect, test } from 'bun:test';
import { canBeIsolated, isolationOf } from '../../sim/run/isolation.ts';
import { runSeed } from '../../sim/run/run-seed.ts';
import { SCENARIOS } from '../../sim/run/scenarios.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';

const store = openSimJournal();

describe('a failure that was put right', () => {
  test.each(SCENARIOS.map(({ name, ...rest }) => [name, rest] as const))('%s', (_, { seed, faults }) => {
    expect(runSeed({ seed, store, kept: new Set(faults) }).violations).toEqual([]);
  });
});

test("one account's failures leave the others' history as it is without them", () => {
  const seeds = [...Array(3_000).keys()].filter(canBeIsolated).slice(0, 6);
  let struck = 0;
  for (const seed of seeds) {
    const found = isolationOf(seed, store);
    struck += found.struck;
    expect(found.violations).toEqual([]);
  }
  expect(struck).toBeGreaterThan(5);
}, 60_000);
