// `npm run bench`: the figures that this project promises, measured on this machine. Not a test: nothing is asserted.
// `-- fairness` and `-- endurance` (minutes each) are run by name only.

import { benchDecide } from './decide.ts';
import { benchEndurance } from './endurance.ts';
import { benchFairness } from './fairness.ts';
import { benchIterations } from './iteration.ts';
import { benchDaemonMemory, benchPaperMemory, benchStartUp } from './process.ts';
import type { Row } from './spread.ts';

const SEED = Number(process.env.SEED ?? 20261121);

const print = (rows: readonly Row[]): void => {
  for (const { what, figures } of rows) console.log(`${what}\n  ${figures}`);
};

/** Runs that take minutes, by name. */
const LONG: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  fairness: benchFairness,
  endurance: () => benchEndurance(SEED),
};

async function benchAll(): Promise<void> {
  print(benchDecide(SEED));
  print(await benchIterations(0));
  print(await benchIterations(50));
  print([await benchStartUp()]);
  print([await benchDaemonMemory(20, 60)]);
  print([await benchPaperMemory(1_000)]);
}

console.log(`seed ${SEED}`);
const names = process.argv.slice(2);
const unknown = names.filter((name) => LONG[name] === undefined);
if (unknown.length > 0)
  throw new Error(`no such run: ${unknown.join(', ')}; known: ${Object.keys(LONG).join(', ')}`);
for (const name of names) print((await LONG[name]?.()) ?? []);
if (names.length === 0) await benchAll();
