// Who goes next: order traffic before reads, first come first served within each, nobody held up by another service.
// Guarantees: whoever may go, goes at once, without a timer; one sleep at a time, until the next one may go.

import type { Clock } from '../ports.ts';
import type { Service } from './methods.ts';

/** `turned_away`: the call must not leave now; `waitMs` is when to come again. */
export type Entry = { readonly kind: 'go' } | { readonly kind: 'turned_away'; readonly waitMs: number };

export interface Budget {
  /** Until a call to the service may leave; 0 = now. */
  waitMs(service: Service, now: number): number;
  take(service: Service, now: number): void;
}

export interface WaitingLine {
  /** @param unwanted aborted: nobody waits for the answer any more; who is still in line leaves it, and takes nothing */
  enter(service: Service, urgent: boolean, patienceMs: number, unwanted?: AbortSignal): Promise<Entry>;
  /** Something changed: look again now. */
  reconsider(): void;
  /** Whether anybody waits. */
  isBusy(): boolean;
}

interface Waiting {
  readonly service: Service;
  readonly untilMs: number;
  readonly unwanted: AbortSignal | undefined;
  readonly end: (entry: Entry) => void;
}

/** @param signal aborted: nobody waits any longer, and whoever would have to is turned away */
export function createWaitingLine(clock: Clock, budget: Budget, signal?: AbortSignal): WaitingLine {
  const lines: readonly [Waiting[], Waiting[]] = [[], []];
  let sleeping: AbortController | null = null;

  /** Lets go whoever may go; returns how long the next one has to wait (Infinity: nobody waits). */
  function release(): number {
    if (lines[0].length === 0 && lines[1].length === 0) return Number.POSITIVE_INFINITY;
    const now = clock.now();
    let next = Number.POSITIVE_INFINITY;
    /** At one instant a service's wait only grows: whoever may not go holds up all that come after. */
    const held = new Map<Service, number>();
    for (const line of lines) {
      for (let index = 0; index < line.length; ) {
        const waiting = line[index];
        if (!waiting) break;
        if (waiting.unwanted?.aborted) {
          line.splice(index, 1);
          waiting.end({ kind: 'turned_away', waitMs: 0 });
          continue;
        }
        const waitMs = held.get(waiting.service) ?? budget.waitMs(waiting.service, now);
        if (waitMs > 0) held.set(waiting.service, waitMs);
        if (waitMs > 0 && !signal?.aborted && now + waitMs <= waiting.untilMs) {
          next = Math.min(next, waitMs);
          index += 1;
          continue;
        }
        line.splice(index, 1);
        if (waitMs <= 0) budget.take(waiting.service, now);
        waiting.end(waitMs <= 0 ? { kind: 'go' } : { kind: 'turned_away', waitMs });
      }
    }
    return next;
  }

  async function sleepUntilAllWent(firstWaitMs: number): Promise<void> {
    for (let waitMs = firstWaitMs; Number.isFinite(waitMs); waitMs = release()) {
      sleeping = new AbortController();
      await clock.sleep(Math.ceil(waitMs), sleeping.signal);
    }
    sleeping = null;
  }

  function reconsider(): void {
    const waitMs = release();
    if (sleeping) sleeping.abort('woken');
    else if (Number.isFinite(waitMs)) void sleepUntilAllWent(waitMs);
  }

  signal?.addEventListener('abort', reconsider, { once: true });
  return {
    reconsider,
    isBusy: () => lines.some((line) => line.length > 0),
    enter: (service, urgent, patienceMs, unwanted) =>
      new Promise((end) => {
        const line = lines[urgent ? 0 : 1];
        const waiting = { service, untilMs: clock.now() + patienceMs, unwanted, end };
        line.push(waiting);
        reconsider();
        if (line.includes(waiting)) unwanted?.addEventListener('abort', reconsider, { once: true });
      }),
  };
}
