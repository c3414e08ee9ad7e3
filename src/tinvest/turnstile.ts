// Accounts of one token take turns: an iteration begins only while the token's limits have room for all of it, so that
// none is stuck half way, with prices growing old, behind the first reads of others.
// Guarantees: first come, first served. An account comes again only after its iteration, so between two turns of one
// every other has at most one: with n accounts and r turns a minute nobody waits longer than n / r minutes, whatever
// the others do. A turn is over when it is given: an iteration that hangs holds nobody up.

import type { Clock } from '../ports.ts';
import { createSlidingWindow } from './sliding-window.ts';

/** An iteration asks five times or so, and forty requests a second may leave. */
const TURNS_A_SECOND = 8;

/** @param roomMs until the limits have room for one more; 0 = now. @param signal aborted: everybody goes, to see that it is over */
export function createTurnstile(
  clock: Clock,
  roomMs: () => number,
  signal?: AbortSignal,
): () => Promise<void> {
  const pace = createSlidingWindow(TURNS_A_SECOND, 1_000);
  const line: (() => void)[] = [];
  let serving = false;

  async function serve(): Promise<void> {
    serving = true;
    for (let next = line[0]; next !== undefined; next = line[0]) {
      const waitMs = signal?.aborted ? 0 : Math.max(pace.waitMs(clock.now()), roomMs());
      if (waitMs > 0) {
        await clock.sleep(Math.ceil(waitMs), signal);
        continue;
      }
      pace.take(clock.now());
      line.shift();
      next();
    }
    serving = false;
  }

  return () =>
    new Promise((resolve) => {
      line.push(resolve);
      if (!serving) void serve();
    });
}
