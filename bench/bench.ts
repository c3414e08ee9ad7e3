// `npm run bench`: the figures that this project promises, measured on this machine. Not a test: nothing is asserted.

import { benchDecide } from './decide.ts';
import { benchIterations } from './iteration.ts';
import { benchDaemonMemory, benchPaperMemory, benchStartUp } from './process.ts';
import type { Row } from './spread.ts';

const SEED = Number(process.env.SEED ?? 20261121);

const print = (rows: readonly Row[]): void => {
  for (const { what, figures } of rows) console.log(`${what}\n  ${figures}`);
};

console.log(`seed ${SEED}`);
print(benchDecide(SEED));
print(await benchIterations(0));
print(await benchIterations(50));
print([await benchStartUp()]);
print([await benchDaemonMemory(20, 60)]);
print([await benchPaperMemory(1_000)]);
