// A child of the simulator: runs the spans of seeds that it is given and answers in lines.

import { answerSpans } from './answer-spans.ts';
import { lineOf } from './jobs.ts';
import { runRange } from './range.ts';

await answerSpans((span) =>
  runRange({
    ...span,
    onFailure: (failure) => process.stdout.write(lineOf({ kind: 'failure', failure })),
  }),
);
