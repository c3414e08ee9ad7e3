// A child of the simulator: runs its span of seeds and answers in lines.

import { lineOf } from './jobs.ts';
import { runRange } from './range.ts';

const [from, count] = process.argv.slice(2).map(Number);
if (from === undefined || count === undefined)
  throw new Error('expected two arguments: the first seed and how many');
const summary = runRange({
  from,
  count,
  onFailure: (failure) => process.stdout.write(lineOf({ kind: 'failure', failure })),
});
process.stdout.write(lineOf({ kind: 'summary', summary }));
