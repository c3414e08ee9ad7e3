// Keeps one token inside the venue's limits: at most 80 % of each service's limit in any minute and 40 requests a
// second in all. Requires: `enter` before every call, `learn` after every reply.
// Guarantees: with budget left nothing waits and no timer is set; order traffic goes ahead of reads; within a class it
// is first come, first served, so no account starves; the venue's own headers override what is assumed here.

import type { Clock, Random } from '../ports.ts';
import type { Service } from './methods.ts';
import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts';
import type { Headers } from './transport.ts';

/** Requests a minute; all accounts of a user share them. */
const LIMITS: Readonly<Record<Service, number>> = {
  instruments: 200,
  users: 100,
  operations: 200,
  marketdata: 600,
  orders: 100,
  getOrders: 200,
  postOrder: 300,
  cancelOrder: 100,
  sandbox: 200,
};

const MINUTE_MS = 60_000;
/** The address limit is 50 a second. */
const REQUESTS_PER_SECOND = 40;
const JITTER_MS = 1_000;

/** The part of a limit that is used. */
export const budgetOf = (limit: number): number => Math.max(1, Math.floor(0.8 * limit));

/** `turned_away`: the call must not leave now; `waitMs` is when to come again. */
export type Entry = { readonly kind: 'go' } | { readonly kind: 'turned_away'; readonly waitMs: number };

export interface Throttle {
  /**
   * Resolves when the call may leave, or when it is clear that it may not: that it would wait longer than `patienceMs`,
   * or at all while the program stops.
   */
  enter(service: Service, urgent: boolean, patienceMs?: number): Promise<Entry>;
  /** Takes the limit headers of a reply in. */
  learn(service: Service, headers: Headers): void;
  /** The venue refused for the limit: nothing goes to that service until its reset. Returns the wait in ms. */
  exhausted(service: Service, headers: Headers): number;
  setLimit(service: Service, perMinute: number): void;
}

export interface ThrottleOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Shared by all tokens of the process, for the limit is the address's. */
  readonly addressRate?: SlidingWindow;
  /** Ends all waiting: for a stop that cannot wait. */
  readonly signal?: AbortSignal;
}

export const createAddressRate = (): SlidingWindow => createSlidingWindow(REQUESTS_PER_SECOND, 1_000);

interface Gate {
  readonly window: SlidingWindow;
  pausedUntilMs: number;
}

interface Waiting {
  readonly service: Service;
  readonly untilMs: number;
  readonly end: (entry: Entry) => void;
}

export function createThrottle(options: ThrottleOptions): Throttle {
  const { clock, random, signal } = options;
  const addressRate = options.addressRate ?? createAddressRate();
  const gates = new Map<Service, Gate>();
  const lines: readonly [Waiting[], Waiting[]] = [[], []];
  let sleeping: AbortController | null = null;

  const gate = (service: Service): Gate => {
    const known = gates.get(service);
    if (known) return known;
    const made = { window: createSlidingWindow(budgetOf(LIMITS[service]), MINUTE_MS), pausedUntilMs: 0 };
    gates.set(service, made);
    return made;
  };

  const waitMs = (service: Service, now: number): number => {
    const at = gate(service);
    // A clock that jumped back must not make a pause longer than any pause can be.
    at.pausedUntilMs = Math.min(at.pausedUntilMs, now + MINUTE_MS + JITTER_MS);
    return Math.max(at.pausedUntilMs - now, at.window.waitMs(now), addressRate.waitMs(now));
  };

  /** Lets go whoever may go; returns how long the next one has to wait (Infinity: nobody waits). */
  const release = (): number => {
    const now = clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const line of lines) {
      for (let index = 0; index < line.length; ) {
        const waiting = line[index];
        if (!waiting) break;
        const wait = waitMs(waiting.service, now);
        if (wait > 0 && !signal?.aborted && now + wait <= waiting.untilMs) {
          next = Math.min(next, wait);
          index += 1;
          continue;
        }
        line.splice(index, 1);
        if (wait > 0) {
          waiting.end({ kind: 'turned_away', waitMs: Math.ceil(wait + random() * JITTER_MS) });
          continue;
        }
        gate(waiting.service).window.take(now);
        addressRate.take(now);
        waiting.end({ kind: 'go' });
      }
    }
    return next;
  };

  async function sleepUntilAllWent(firstWaitMs: number): Promise<void> {
    for (let wait = firstWaitMs; Number.isFinite(wait); wait = release()) {
      sleeping = new AbortController();
      await clock.sleep(Math.ceil(wait), sleeping.signal);
    }
    sleeping = null;
  }

  /** Whatever changed, look again now. */
  const reconsider = () => {
    const wait = release();
    if (sleeping) return sleeping.abort();
    if (Number.isFinite(wait)) void sleepUntilAllWent(wait);
  };
  signal?.addEventListener('abort', reconsider, { once: true });

  const pause = (service: Service, untilMs: number) => {
    gate(service).pausedUntilMs = untilMs;
  };

  return {
    enter(service, urgent, patienceMs = Number.POSITIVE_INFINITY) {
      return new Promise((end) => {
        lines[urgent ? 0 : 1].push({ service, untilMs: clock.now() + patienceMs, end });
        reconsider();
      });
    },
    learn(service, headers) {
      const limit = limitOf(headers);
      if (limit === null) return;
      const { window } = gate(service);
      window.resize(budgetOf(limit.count), limit.windowMs);
      const remaining = countOf(headers.get('x-ratelimit-remaining'));
      const resetMs = resetOf(headers);
      // Others share the limit: what they used is used.
      if (remaining !== null && resetMs !== null && remaining <= limit.count - budgetOf(limit.count))
        pause(service, clock.now() + resetMs);
      reconsider();
    },
    exhausted(service, headers) {
      const wait = Math.ceil((resetOf(headers) ?? MINUTE_MS / 4) + random() * JITTER_MS);
      pause(service, clock.now() + wait);
      return wait;
    },
    setLimit(service, perMinute) {
      gate(service).window.resize(budgetOf(perMinute), MINUTE_MS);
      reconsider();
    },
  };
}

const countOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : null;

/** Seconds until the window starts anew; a longer wait than a minute would not be this limit's. */
function resetOf(headers: Headers): number | null {
  const seconds = countOf(headers.get('x-ratelimit-reset'));
  return seconds === null ? null : Math.min(seconds * 1_000, MINUTE_MS);
}

/** "200, 200;w=60": the limit that applies and, after it, its policy with the window in seconds. */
function limitOf(headers: Headers): { count: number; windowMs: number } | null {
  const text = headers.get('x-ratelimit-limit');
  const count = countOf(text?.split(',')[0]?.split(';')[0]);
  if (count === null || count < 1) return null;
  const seconds = /w=(\d{1,6})/.exec(text ?? '')?.[1];
  return { count, windowMs: seconds === undefined ? MINUTE_MS : Math.max(1, Number(seconds)) * 1_000 };
}
