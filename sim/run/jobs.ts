// Seeds on several processes at once. Each child gets a span of seeds and answers in lines of JSON on its stdout.
// Guarantees: a child that dies or hangs is a failure of its span, never silence.

import { realTimeout } from '../../src/clock.ts';
import { addSummary, type Failure, newSummary, type Summary } from '../report/summary.ts';

export interface Span {
  readonly from: number;
  readonly count: number;
}

type Line =
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'summary'; readonly summary: Summary };

export const lineOf = (line: Line): string => `${JSON.stringify(line)}\n`;

/** No span may take longer than this, however many seeds it has. */
const HANGS_AFTER_MS = 30 * 60_000;

/**
 * One process per core: what the engine would do beside the work takes another one's time. A run's work is spread so thin
 * over the program that the last stage of compiling pays for itself only where a function is six times as hot as usual.
 */
const ENGINE = {
  BUN_JSC_thresholdForFTLOptimizeAfterWarmUp: '600000',
  BUN_JSC_thresholdForFTLOptimizeSoon: '6000',
  BUN_JSC_useConcurrentGC: '0',
  BUN_JSC_numberOfGCMarkers: '1',
};

/** @param script what a child runs: it is given the span as two more arguments */
export async function runChild(
  script: readonly string[],
  span: Span,
  onFailure: (failure: Failure) => void,
): Promise<Summary> {
  const child = Bun.spawn([process.execPath, ...script, String(span.from), String(span.count)], {
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, ...ENGINE },
  });
  const ended = new AbortController();
  void realTimeout(HANGS_AFTER_MS, ended.signal).then(() => ended.signal.aborted || child.kill('SIGKILL'));
  const errors = new Response(child.stderr).text();
  let summary: Summary | null = null;
  let rest = '';
  for await (const bytes of child.stdout) {
    const lines = (rest + new TextDecoder().decode(bytes)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'failure') onFailure(line.failure);
      else summary = line.summary;
    }
  }
  const code = await child.exited;
  ended.abort();
  if (summary === null)
    throw new Error(
      `seeds ${span.from} to ${span.from + span.count - 1}: the child ended with ${code}: ${await errors}`,
    );
  return summary;
}

export async function runJobs(
  script: readonly string[],
  { from, count }: Span,
  jobs: number,
  onFailure: (failure: Failure) => void,
): Promise<Summary> {
  const each = Math.ceil(count / jobs);
  const spans = Array.from({ length: jobs }, (_, at) => ({
    from: from + at * each,
    count: Math.min(each, count - at * each),
  })).filter((span) => span.count > 0);
  const sum = newSummary();
  for (const summary of await Promise.all(spans.map((span) => runChild(script, span, onFailure))))
    addSummary(sum, summary);
  return sum;
}
