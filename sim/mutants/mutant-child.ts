// A child with one bug planted: runs seeds until an invariant breaks. Nothing of src/ may be loaded before the bug is in.

import { MUTANTS } from './mutants.ts';
import { plant } from './plant.ts';

const [name] = process.argv.slice(2);
const mutant = MUTANTS.find((each) => each.name === name);
if (mutant === undefined) throw new Error(`no mutant is called ${name}`);
const wasLoaded = plant(mutant);
const { runRange } = await import('../run/range.ts');
const { answerSpans } = await import('../run/answer-spans.ts');
await answerSpans((span) => {
  const summary = runRange({ ...span, untilFailure: true });
  if (!wasLoaded()) throw new Error(`mutant ${mutant.name}: ${mutant.file} was never loaded`);
  return summary;
});
