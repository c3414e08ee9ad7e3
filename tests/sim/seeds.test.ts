// The simulator over a fixed set of seeds, and what it promises of itself: the same seed gives the same run, a failure is
// shrunk to the faults that it needs, and every invariant can fail.

import { describe, expect, test } from 'bun:test';
import { medianFaults } from '../../sim/report/summary.ts';
import { runRange } from '../../sim/run/range.ts';
import { runSeed } from '../../sim/run/run-seed.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';

const FIRST_SEED = Number(process.env.SEED ?? 20261121);
const SEEDS = Number(process.env.SIM_SEEDS ?? 40);

describe('a simulated run', () => {
  test(`breaks no invariant (seeds ${FIRST_SEED} to ${FIRST_SEED + SEEDS - 1})`, () => {
    const summary = runRange({ from: FIRST_SEED, count: SEEDS });
    expect(summary.failures).toEqual([]);
    expect(summary.seeds).toBe(SEEDS);
    expect(medianFaults(summary)).toBeGreaterThanOrEqual(5);
    expect(summary.coverage.tables['order arrows']['unknown -> filled']).toBeGreaterThan(0);
  }, 60_000);

  test('is the same run each time, faults and all', () => {
    const store = openSimJournal();
    for (const seed of [FIRST_SEED, FIRST_SEED + 7, 3]) {
      const first = runSeed({ seed, store });
      const again = runSeed({ seed, store });
      expect(again.hash).toBe(first.hash);
      expect(again.fired).toEqual(first.fired);
    }
  });

  test('is another run for another seed', () => {
    const store = openSimJournal();
    expect(runSeed({ seed: 1, store }).hash).not.toBe(runSeed({ seed: 2, store }).hash);
  });

  test('leaves nothing behind for the next one', () => {
    const store = openSimJournal();
    const alone = runSeed({ seed: 5, store: openSimJournal() }).hash;
    runSeed({ seed: 4, store });
    expect(runSeed({ seed: 5, store }).hash).toBe(alone);
  });

  test('without faults ends with every account in order', () => {
    const store = openSimJournal();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + 10; seed += 1) {
      const { violations, faults } = runSeed({ seed, store, calm: true });
      expect(violations).toEqual([]);
      expect(faults).toBe(0);
    }
  });

  test('is limited to the faults that are named', () => {
    const store = openSimJournal();
    const { fired } = runSeed({ seed: 3, store });
    const kept = new Set(fired.slice(0, 2));
    expect(runSeed({ seed: 3, store, kept }).fired.every((name) => kept.has(name))).toBe(true);
  });
});
