// A range of seeds one after another in this process. A failure is shrunk and told at once; a few are enough.

import { runSeed } from './run-seed.ts';
import { reproOf, shrink } from './shrink.ts';
import { openSimJournal } from './sim-journal.ts';
import { addSeed, type Failure, newSummary, type Summary } from './summary.ts';

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
    const [first] = result.violations;
    if (first === undefined) continue;
    const shrunk =
      untilFailure || summary.failures.length >= SHRUNK_MAX
        ? { ...first, faults: [...new Set(result.fired)] }
        : shrink(result, store);
    const failure = {
      seed,
      invariant: shrunk.invariant,
      text: shrunk.text,
      faults: shrunk.faults,
      repro: reproOf(seed, shrunk.faults),
    };
    summary.failures.push(failure);
    onFailure?.(failure);
    if (untilFailure) break;
  }
  const used = process.cpuUsage(cpu);
  summary.cpuMs = (used.user + used.system) / 1_000;
  return summary;
}
