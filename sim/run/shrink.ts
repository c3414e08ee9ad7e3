// From a failing seed to the fewest faults that still break the same invariant: whole kinds are left out first, then
// single firings, again and again, until every one that is left is needed.

import type { SimJournal } from '../world/sim-journal.ts';
import { runSeed, type SeedResult } from './run-seed.ts';

export interface Shrunk {
  readonly invariant: string;
  readonly text: string;
  /** Names of the faults that are needed. */
  readonly faults: readonly string[];
  readonly runs: number;
}

const RUNS_MAX = 400;

/** @param run what runs a seed */
export function shrink(failed: SeedResult, store: SimJournal, run: typeof runSeed = runSeed): Shrunk {
  const { seed } = failed;
  const first = failed.violations[0];
  if (first === undefined) throw new Error(`seed ${seed} breaks nothing: there is nothing to shrink`);
  let faults: readonly string[] = [...new Set(failed.fired)];
  let { text } = first;
  let runs = 0;
  const breaks = (kept: readonly string[]): boolean => {
    if (runs >= RUNS_MAX) return false;
    runs += 1;
    const { violations, fired } = run({ seed, store, kept: new Set(kept) });
    const same = violations.find(({ invariant }) => invariant === first.invariant);
    if (same === undefined) return false;
    text = same.text;
    faults = kept.filter((name) => fired.includes(name));
    return true;
  };
  breaks(faults);
  for (const kind of new Set(faults.map(kindOf))) breaks(faults.filter((name) => kindOf(name) !== kind));
  for (let before = -1; before !== faults.length; ) {
    before = faults.length;
    for (const left of [...faults]) breaks(faults.filter((name) => name !== left));
  }
  return { invariant: first.invariant, text, faults, runs };
}

const kindOf = (name: string): string => name.slice(0, name.indexOf('#'));

/** The line that a person pastes to see it again. */
export const reproOf = (seed: number, faults: readonly string[] | null): string =>
  `bun run sim --seed ${seed}${faults === null ? '' : ` --keep ${faults.join(',') || 'none'}`}`;
