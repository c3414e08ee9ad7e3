// Chance for the mutation tests: every case has a seed of its own, so that one can be run again alone.
// Guarantees: a failure names its seed and number (`SEED=… CASE=…` repeats just that one) and shows the input;
// with `ALL=1` every case is run and the first failure of each kind is told.

import { seededRandom } from '../../src/random.ts';

export const SEED = Number(process.env.SEED ?? 20261121);
const SHOWN = Number(process.env.SHOWN ?? 4_000);
const ONLY = process.env.CASE === undefined ? null : Number(process.env.CASE);

export class Dice {
  private readonly random: () => number;
  constructor(seed: number) {
    this.random = seededRandom(seed);
    // Neighbouring seeds begin alike.
    for (let turn = 0; turn < 4; turn += 1) this.random();
  }
  /** 0 <= n < below */
  below(below: number): number {
    return Math.floor(this.random() * below);
  }
  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }
  chance(part: number): boolean {
    return this.random() < part;
  }
}

/** What one case was fed, for the message of its failure. */
export type Show = (input: () => string) => void;

/** Runs `count` cases; the first that throws ends them, with what repeats it. */
export async function mutations(
  name: string,
  count: number,
  run: (dice: Dice, index: number, show: Show) => void | Promise<void>,
): Promise<void> {
  console.log(`${name}: ${count} cases, seed ${SEED}`);
  const from = ONLY ?? 0;
  const kinds = new Map<string, string>();
  const to = ONLY === null ? count : ONLY + 1;
  for (let index = from; index < to; index += 1) {
    let input = () => '';
    try {
      const done = run(new Dice(SEED * 1_000_003 + index * 7_919), index, (shown) => {
        input = shown;
      });
      if (done instanceof Promise) await done;
    } catch (cause) {
      const why = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
      const told = `${name}: SEED=${SEED} CASE=${index}\n${why}\n${input().slice(0, SHOWN)}`;
      if (process.env.ALL === undefined) throw new Error(told, { cause });
      const kind = String(cause)
        .replace(/[\d.]+/g, '#')
        .slice(0, 60);
      if (!kinds.has(kind)) kinds.set(kind, told);
    }
  }
  if (kinds.size > 0) throw new Error([...kinds.values()].join('\n\n'));
}
