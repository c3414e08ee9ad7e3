#!/usr/bin/env bun
// The simulator's entry: one seed to look at, many to be sure, or planted bugs to prove that it sees.
// Exit code 0 only where no invariant was broken and, of 10,000 seeds, every row of the coverage table met its bar (with --mutants: where every planted bug was caught).

import { monotonicMs } from '../src/clock.ts';
import { type Arguments, HELP, parseArguments, USAGE } from './arguments.ts';
import { runMutants } from './mutants/run-mutants.ts';
import { BARS_ARE_FOR, underBars } from './report/bars.ts';
import { failureText, summaryText } from './report/report.ts';
import { medianFaults, type Summary } from './report/summary.ts';
import { canBeIsolated, isolationOf } from './run/isolation.ts';
import { runJobs } from './run/jobs.ts';
import { runSeed } from './run/run-seed.ts';
import { openSimJournal } from './world/sim-journal.ts';

const CHILD = new URL('run/child.ts', import.meta.url).pathname;

async function main(args: Arguments): Promise<number> {
  if (args.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (args.mutants !== null) return runMutants(args);
  return args.seed === null ? many(args) : one(args, args.seed);
}

/** One seed, twice: its trace must be the same. */
function one({ keep, trace, json }: Arguments, seed: number): number {
  const store = openSimJournal();
  const kept = keep === null ? null : new Set(keep);
  const result = runSeed({ seed, store, kept, traced: trace });
  const again = runSeed({ seed, store, kept });
  const apart = kept === null && canBeIsolated(seed) ? isolationOf(seed, store).violations : [];
  const { hash, events, fired } = result;
  const violations = [...result.violations, ...apart];
  if (trace) process.stdout.write(result.trace.map((line) => `${line}\n`).join(''));
  const facts = { seed, hash, replays: again.hash === hash, events, faults: [...new Set(fired)], violations };
  process.stdout.write(
    json
      ? `${JSON.stringify(facts)}\n`
      : `seed ${seed}: trace hash ${hash} (${events} events), ${facts.replays ? 'the same again' : `AGAIN ${again.hash}`}, ` +
          `faults: ${facts.faults.join(' ') || 'none'}\n`,
  );
  if (!json)
    for (const { invariant, text } of violations)
      process.stdout.write(`SIM FAIL ${invariant} seed ${seed}: ${text}\n`);
  return violations.length === 0 && facts.replays ? 0 : 1;
}

async function many({ from, seeds, jobs, json }: Arguments): Promise<number> {
  const startedMs = monotonicMs();
  const summary = await runJobs([CHILD], { from, count: seeds }, jobs, (failure) => {
    if (!json) process.stdout.write(failureText(failure));
  });
  const realMs = monotonicMs() - startedMs;
  process.stdout.write(json ? `${JSON.stringify(figures(summary, realMs))}\n` : summaryText(summary, realMs));
  const isThin = seeds >= BARS_ARE_FOR && underBars(summary.coverage, summary.seeds).length > 0;
  return summary.failures.length === 0 && !isThin ? 0 : 1;
}

const figures = (summary: Summary, realMs: number) => ({
  ...summary,
  realMs,
  medianFaults: medianFaults(summary),
  underBars: underBars(summary.coverage, summary.seeds),
  simulatedOverReal: summary.simulatedMs / realMs,
});

try {
  process.exitCode = await main(parseArguments(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}
