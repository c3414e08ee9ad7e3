// Failures that were found and put right stay right, and would be seen again; and one account's trouble changes nothing
// for another.

import { describe, expect, test } from 'bun:test';
import { FIXED } from '../../sim/mutants/fixed.ts';
import { judge } from '../../sim/mutants/run-mutants.ts';
import { canBeIsolated, isolationOf } from '../../sim/run/isolation.ts';
import { runSeed } from '../../sim/run/run-seed.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';

const store = openSimJournal();

describe('a failure that was put right', () => {
  test.each(FIXED.map((scenario) => [scenario.name, scenario] as const))(
    '%s stays right, and its seed would show it',
    async (name, scenario) => {
      const { bug, file, seed } = scenario;
      expect(
        runSeed({ seed, store }).violations,
        `seed ${seed} breaks an invariant. Once this happened because ${bug} (src/${file}), but any other defect may show` +
          ` here, too: npm run sim -- --seed ${seed} --trace`,
      ).toEqual([]);
      const { failure } = await judge(scenario, seed, 1);
      expect(
        failure,
        `seed ${seed} no longer shows that ${bug}: its story has drifted. Find another one with` +
          ` npm run sim -- --mutants ${name} --from ${seed + 1}, and write it into sim/mutants/fixed.ts`,
      ).not.toBeNull();
    },
    60_000,
  );
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
