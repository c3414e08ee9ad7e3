// A failing seed shrinks to the faults that it needs; shown on a check that objects to one kind of fault.

import { expect, test } from 'bun:test';
import { runSeed, type SeedResult } from '../../sim/run/run-seed.ts';
import { reproOf, shrink } from '../../sim/run/shrink.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';

const store = openSimJournal();

/** A seed in which two orders lost their replies, told as if that were a violation. */
function objecting(options: Parameters<typeof runSeed>[0]): SeedResult {
  const result = runSeed(options);
  const lost = result.fired.filter((name) => name.startsWith('lost_after#'));
  const violations = lost.length >= 2 ? [{ invariant: 'two-lost', text: lost.join(' '), atMs: 0 }] : [];
  return { ...result, violations };
}

test('a failure shrinks to the fewest faults, and its repro line breaks it again', () => {
  const seed = [...Array(200).keys()].find((each) => {
    const { violations, fired } = objecting({ seed: each, store });
    return violations.length > 0 && fired.length > 10 && fired.length < 20;
  })!;
  const shrunk = shrink(objecting({ seed, store }), store, objecting);
  expect(shrunk.invariant).toBe('two-lost');
  expect(shrunk.faults.filter((name) => name.startsWith('lost_after#'))).toHaveLength(2);
  // None of them can be left out.
  for (const left of shrunk.faults) {
    const kept = new Set(shrunk.faults.filter((name) => name !== left));
    expect(objecting({ seed, store, kept }).violations).toEqual([]);
  }
  expect(objecting({ seed, store, kept: new Set(shrunk.faults) }).violations).toHaveLength(1);
  expect(reproOf(seed, shrunk.faults)).toBe(`bun run sim --seed ${seed} --keep ${shrunk.faults.join(',')}`);
  expect(reproOf(seed, [])).toBe(`bun run sim --seed ${seed} --keep none`);
}, 60_000);

test('what breaks nothing cannot be shrunk', () => {
  expect(() => shrink({ ...runSeed({ seed: 1, store }), violations: [] }, store)).toThrow(
    'nothing to shrink',
  );
});
