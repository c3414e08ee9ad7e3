// A child with one bug planted: runs seeds until an invariant breaks. Nothing of src/ may be loaded before the bug is in.

import { MUTANTS } from './mutants.ts';
import { plant } from './plant.ts';

const [name, from, count] = process.argv.slice(2);
const mutant = MUTANTS.find((each) => each.name === name);
if (mutant === undefined) throw new Error(`no mutant is called ${name}`);
const wasLoaded = plant(mutant);
const { runRange } = await import('../run/range.ts');
const { lineOf } = await import('../run/jobs.ts');
const summary = runRange({ from: Number(from), count: Number(count), untilFailure: true });
if (!wasLoaded()) throw new Error(`mutant ${name}: ${mutant.file} was never loaded`);
process.stdout.write(lineOf({ kind: 'summary', summary }));
