// The proof that the simulator sees: each planted bug is switched on alone, and the table says after how many seeds an
// invariant broke. One that is never caught is a failure of the simulator.

import type { Arguments } from '../arguments.ts';
import type { Failure } from '../report/summary.ts';
import { runChild } from '../run/jobs.ts';
import { FIXED } from './fixed.ts';
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';

const CHILD = new URL('mutant-child.ts', import.meta.url).pathname;

export interface Caught {
  readonly mutant: string;
  readonly bug: string;
  /** How many seeds were run; the last one failed, if any. */
  readonly seeds: number;
  readonly failure: Failure | null;
}

export async function runMutants({ mutants, from, seeds, jobs, json }: Arguments): Promise<number> {
  const wanted = MUTANTS.filter(
    ({ name }) => mutants === null || mutants.length === 0 || mutants.includes(name),
  );
  const strange = (mutants ?? []).filter((name) => !MUTANTS.some((known) => known.name === name));
  if (strange.length > 0) throw new Error(`no such mutant: ${strange.join(', ')}`);
  const waiting = [...wanted];
  const caught: Caught[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const one = await attempt(next, from, seeds);
      caught.push(one);
      if (!json) process.stdout.write(rowOf(one));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  if (json) process.stdout.write(`${JSON.stringify(caught)}\n`);
  const missed = caught.filter(({ failure }) => failure === null);
  if (!json)
    process.stdout.write(`${caught.length - missed.length} of ${caught.length} planted bugs were caught\n`);
  return missed.length === 0 ? 0 : 1;
}

/** A mutant that cannot be planted or run is not caught, and says why. */
async function attempt(mutant: Mutant, from: number, seeds: number): Promise<Caught> {
  const known = FIXED.find(({ name }) => name === mutant.name);
  try {
    // What was once found in a long search is looked for where it was found.
    const there = known ? await judge(mutant, known.seed, 1) : null;
    return there !== null && there.failure !== null ? there : await judge(mutant, from, seeds);
  } catch (error) {
    process.stderr.write(`${mutant.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return { mutant: mutant.name, bug: mutant.bug, seeds: 0, failure: null };
  }
}

export async function judge({ name, bug }: Mutant, from: number, seeds: number): Promise<Caught> {
  const spans = [{ from, count: seeds }];
  const summary = await runChild(
    [CHILD, name],
    () => spans.pop() ?? null,
    () => {},
  );
  return { mutant: name, bug, seeds: summary.seeds, failure: summary.failures[0] ?? null };
}

const rowOf = ({ mutant, bug, seeds, failure }: Caught): string =>
  failure === null
    ? `NOT CAUGHT in ${seeds} seeds: ${mutant} (${bug})\n`
    : `${mutant.padEnd(26)} ${String(seeds).padStart(5)} seeds  ${failure.invariant.padEnd(18)} ${bug}\n`;
