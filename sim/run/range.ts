// A range of seeds one after another in this process. A failure is shrunk and told at once; a few are enough.

import { addSeed, type Failure, newSummary, type Summary } from '../report/summary.ts';
import { openSimJournal, type SimJournal } from '../world/sim-journal.ts';
import { canBeIsolated, isolationOf } from './isolation.ts';
import { runSeed, type SeedResult } from './run-seed.ts';
import { reproOf, shrink } from './shrink.ts';

export interface RangeOptions {
  readonly from: number;
  readonly count: number;
  /** Ends at the first seed that fails, and does not shrink it. */
  readonly untilFailure?: boolean;
  onFailure?(failure: Failure): void;
}

/** Failures beyond this are counted by their seeds, not shrunk. */
const SHRUNK_MAX = 3;

export function runRange({ from, count, untilFailure = false, onFailure }: RangeOptions): Summary {
  const store = openSimJournal();
  const summary = newSummary();
  const cpu = process.cpuUsage();
  for (let seed = from; seed < from + count; seed += 1) {
    const result = runSeed({ seed, store });
    addSeed(summary, result);
    const isShrunk = !untilFailure && summary.failures.length < SHRUNK_MAX;
    const failure = failureOf(result, isShrunk, store) ?? tiedTo(seed, store);
    if (failure === null) continue;
    summary.failures.push(failure);
    onFailure?.(failure);
    if (untilFailure) break;
  }
  const used = process.cpuUsage(cpu);
  summary.cpuMs = (used.user + used.system) / 1_000;
  return summary;
}

function failureOf(result: SeedResult, isShrunk: boolean, store: SimJournal): Failure | null {
  const [first] = result.violations;
  if (first === undefined) return null;
  const { seed } = result;
  const { invariant, text, faults } = isShrunk
    ? shrink(result, store)
    : { ...first, faults: [...new Set(result.fired)] };
  return { seed, invariant, text, faults, repro: reproOf(seed, faults) };
}

/** A seed of several accounts is run twice more to see whether one's failures reach the others. */
function tiedTo(seed: number, store: SimJournal): Failure | null {
  if (!canBeIsolated(seed)) return null;
  const [first] = isolationOf(seed, store).violations;
  if (first === undefined) return null;
  return { seed, invariant: first.invariant, text: first.text, faults: [], repro: reproOf(seed, null) };
}
