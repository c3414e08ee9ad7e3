// A venue that hangs must not keep a stopping program alive: it must be gone within ten seconds.
// Guarantees: work that is given up is awaited by nobody, and its failure is only logged.

import type { Clock } from '../ports.ts';
import type { EngineLog } from './account-context.ts';

/** A stopping program goes on with what it has after this long. */
const STOPPING_MS = 7_500;

/** Nobody asks why; without a reason an error with its stack would be made of each. */
const DONE = 'done';

/** What the work comes to, or `stuck` where it still hangs a while after the stop. Throws what the work throws in time. */
export async function untilStop<Result>(
  { clock, stop, log }: { readonly clock: Clock; readonly stop: AbortSignal; readonly log: EngineLog },
  work: Promise<Result>,
): Promise<Result | 'stuck'> {
  const finished = new AbortController();
  const stuck = new Promise<'stuck'>((resolve) => {
    const give = () => void clock.sleep(STOPPING_MS, finished.signal).then(() => resolve('stuck'));
    if (stop.aborted) give();
    else stop.addEventListener('abort', give, { once: true, signal: finished.signal });
  });
  const first = await Promise.race([work, stuck]).finally(() => finished.abort(DONE));
  if (first === 'stuck')
    work.catch((error) => log.warn({ error: String(error) }, 'abandoned work ended after the stop'));
  return first;
}
