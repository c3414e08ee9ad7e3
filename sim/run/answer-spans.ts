// A child's half of jobs.ts: spans come on stdin, one a line, and each is answered with its summary.

import type { Summary } from '../report/summary.ts';
import { lineOf, type Span } from './jobs.ts';

export async function answerSpans(run: (span: Span) => Summary): Promise<void> {
  for await (const line of console) {
    const [from, count] = line.split(' ').map(Number);
    if (from === undefined || count === undefined)
      throw new Error(`expected the first seed and how many on stdin, found "${line}"`);
    process.stdout.write(lineOf({ kind: 'summary', summary: run({ from, count }) }));
  }
}
