// Seeds on several processes at once. Each child gets spans of seeds on its stdin, a new one as soon as it is through
// with one, and answers in lines of JSON on its stdout. Guarantees: a child that dies or hangs is a failure, never silence.

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

/**
 * @param script what a child runs; it takes its spans from `answerSpans`
 * @param next the next span, null = no more
 */
export async function runChild(
  script: readonly string[],
  next: () => Span | null,
  onFailure: (failure: Failure) => void,
): Promise<Summary> {
  const child = Bun.spawn([process.execPath, ...script], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, ...ENGINE },
  });
  const sum = newSummary();
  let span: Span | null = null;
  const proceed = (): void => {
    span = next();
    if (span === null) void child.stdin.end();
    else child.stdin.write(`${span.from} ${span.count}\n`);
    void child.stdin.flush();
  };
  const ended = new AbortController();
  void realTimeout(HANGS_AFTER_MS, ended.signal).then(() => ended.signal.aborted || child.kill('SIGKILL'));
  const errors = new Response(child.stderr).text();
  proceed();
  let rest = '';
  for await (const bytes of child.stdout) {
    const lines = (rest + new TextDecoder().decode(bytes)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'failure') onFailure(line.failure);
      else {
        addSummary(sum, line.summary);
        proceed();
      }
    }
  }
  const code = await child.exited;
  ended.abort();
  // What it was at when it ended.
  const left = span as Span | null;
  if (left === null) return sum;
  throw new Error(
    `seeds ${left.from} to ${left.from + left.count - 1}: the child ended with ${code}: ${await errors}`,
  );
}

/** So many seeds at a time, fewer towards the end: a process that has had lighter ones takes more, and none waits for long. */
const SPAN_MAX = 200;
const SPAN_MIN = 20;
const spanOf = (left: number, jobs: number): number =>
  Math.min(left, Math.max(SPAN_MIN, Math.min(SPAN_MAX, Math.ceil(left / jobs / 4))));

export async function runJobs(
  script: readonly string[],
  { from, count }: Span,
  jobs: number,
  onFailure: (failure: Failure) => void,
): Promise<Summary> {
  let begun = 0;
  const next = (): Span | null => {
    const span = { from: from + begun, count: spanOf(count - begun, jobs) };
    begun += span.count;
    return span.count > 0 ? span : null;
  };
  const sum = newSummary();
  for (const summary of await Promise.all(
    Array.from({ length: jobs }, () => runChild(script, next, onFailure)),
  ))
    addSummary(sum, summary);
  return sum;
}
