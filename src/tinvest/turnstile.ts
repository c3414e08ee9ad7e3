// Accounts of one token take turns: an iteration begins only while the token's limits have room for all of it, so that
// none is stuck half way, with prices growing old, behind the first reads of others.
// Guarantees: first come, first served. An account comes again only after its iteration, so between two turns of one
// every other has at most one: with n accounts and r turns a minute nobody waits longer than n / r minutes, whatever
// the others do. A turn is over when it is given: an iteration that hangs holds nobody up.

import type { Clock, Turn } from '../ports.ts';
import { createSlidingWindow } from './sliding-window.ts';
import { steadyClock } from './steady-clock.ts';

/** An iteration asks five times or so, and forty requests a second may leave. */
const TURNS_A_SECOND = 8;
/** Requests of one service that are set aside for an iteration, until they have been made or will not be. */
const ASKS: Readonly<Record<Turn, number>> = { first: 5, later: 1 };
const ASKED_WITHIN_MS = 2_000;

/**
 * @param roomMs until the limits have room for one more beside so many requests; 0 = now
 * @param signal aborted: everybody goes, to see that it is over
 */
export function createTurnstile(
  anyClock: Clock,
  roomMs: (ahead: number) => number,
  signal?: AbortSignal,
): (turn: Turn) => Promise<void> {
  const clock = steadyClock(anyClock);
  const pace = createSlidingWindow(TURNS_A_SECOND, 1_000);
  const line: { readonly asks: number; go(): void }[] = [];
  let begun: { readonly asks: number; readonly atMs: number }[] = [];
  let serving = false;
  let isFirst = true;

  /** Requests of iterations that have just begun, and of this one beyond its first. */
  function ahead(asks: number): number {
    const now = clock.now();
    begun = begun.filter(({ atMs }) => atMs <= now && now - atMs < ASKED_WITHIN_MS);
    return begun.reduce((sum, one) => sum + one.asks, asks - 1);
  }

  async function serve(): Promise<void> {
    serving = true;
    for (let next = line[0]; next !== undefined; next = line[0]) {
      const now = clock.now();
      const waitMs = signal?.aborted ? 0 : Math.max(pace.waitMs(now), roomMs(ahead(next.asks)));
      if (waitMs > 0) {
        await clock.sleep(Math.ceil(waitMs), signal);
        continue;
      }
      // What a token may ask at all is learned by its first calls: the first turn has its second for itself.
      for (let taken = isFirst ? TURNS_A_SECOND : 1; taken > 0; taken -= 1) pace.take(now);
      isFirst = false;
      begun.push({ asks: next.asks, atMs: now });
      line.shift();
      next.go();
    }
    serving = false;
  }

  return (turn) =>
    new Promise((go) => {
      line.push({ asks: ASKS[turn], go });
      if (!serving) void serve();
    });
}
