// Waits for an answer about an order no longer than there is time: the adapter repeats its reads for longer than that.
// Guarantees: work that is given up is only a question that nobody waits for any more; it is told so, and its answer
// changes nothing.

import type { AccountContext } from './account-context.ts';
import { steady } from './steady.ts';

/** Nobody asks why; without a reason an error with its stack would be made of each. */
const DONE = 'done';

/**
 * The answer, or `null` once `deadlineMs` (by `steady`) has come. Throws what the work throws in time.
 * @param work takes a signal that is aborted once nobody waits for its answer
 */
export async function inTime<T>(
  { clock }: AccountContext,
  deadlineMs: number,
  work: (unwanted: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const over = new AbortController();
  const late = clock.sleep(Math.max(0, deadlineMs - steady(clock)), over.signal).then(() => null);
  return Promise.race([work(over.signal), late]).finally(() => over.abort(DONE));
}
