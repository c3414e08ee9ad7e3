// Keeps one token inside the venue's limits: at most 80 % of each service's limit in any minute and 40 requests a
// second in all. Requires: `enter` before every call, `learn` after every reply.
// Guarantees: with budget left nothing waits and no timer is set; order traffic goes ahead of reads; within a class it
// is first come, first served, so no account starves; the venue's own headers override what is assumed here.

import { budgetOf, PART_FOR_NEW_ITERATIONS, REQUESTS_A_MINUTE } from '../core/request-limits.ts';
import type { Clock, Random } from '../ports.ts';
import { MINUTE_MS, statedLimit, statedResetMs } from './limit-headers.ts';
import type { Service } from './methods.ts';
import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts';
import { steadyClock } from './steady-clock.ts';
import type { Headers } from './transport.ts';
import { createWaitingLine, type Entry } from './waiting-line.ts';

/** Requests a minute; all accounts of a user share them. */
const LIMITS: Readonly<Record<Service, number>> = REQUESTS_A_MINUTE;

/** What an iteration needs at its beginning or soon after. */
const OF_ITERATIONS: readonly Service[] = ['operations', 'getOrders', 'marketdata', 'sandbox', 'postOrder'];

/** The address limit is 50 a second. */
const REQUESTS_PER_SECOND = 40;
const JITTER_MS = 1_000;
/** How soon a line that somebody waits in may be empty. */
const LOOK_AGAIN_MS = 100;
/** After a refusal that does not say when the window ends. */
const UNSTATED_RESET_MS = 15_000;

export interface Throttle {
  /**
   * Resolves when the call may leave, or when it is clear that it may not: that it would wait longer than `patienceMs`,
   * or at all while the program stops, or that nobody wants its answer any more (`unwanted`).
   */
  enter(service: Service, urgent: boolean, patienceMs?: number, unwanted?: AbortSignal): Promise<Entry>;
  /** Takes the limit headers of a reply in. */
  learn(service: Service, headers: Headers): void;
  /** The venue refused for the limit: nothing goes to that service until its reset. Returns the wait in ms. */
  exhausted(service: Service, headers: Headers): number;
  setLimit(service: Service, perMinute: number): void;
  /**
   * Until another iteration may begin: nobody waits, and a part of each budget is left to those under way. 0 = now.
   * @param ahead requests of each service that iterations which have just begun are about to make
   */
  roomMs(ahead: number): number;
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

export function createThrottle(options: ThrottleOptions): Throttle {
  const { random, signal, addressRate = createAddressRate() } = options;
  const clock = steadyClock(options.clock);
  const gates = new Map<Service, Gate>();

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
    return Math.max(0, at.pausedUntilMs - now, at.window.waitMs(now), addressRate.waitMs(now));
  };

  const take = (service: Service, now: number): void => {
    gate(service).window.take(now);
    addressRate.take(now);
  };

  const line = createWaitingLine(clock, { waitMs, take }, signal);
  const withJitter = (ms: number): number => Math.ceil(ms + random() * JITTER_MS);

  return {
    async enter(service, urgent, patienceMs = Number.POSITIVE_INFINITY, unwanted) {
      const entry = await line.enter(service, urgent, patienceMs, unwanted);
      return entry.kind === 'go' ? entry : { kind: 'turned_away', waitMs: withJitter(entry.waitMs) };
    },
    learn(service, headers) {
      const limit = statedLimit(headers);
      if (limit === null) return;
      const budget = budgetOf(limit.count);
      gate(service).window.resize(budget, limit.windowMs);
      const resetMs = statedResetMs(headers);
      // Others share the limit: what they used is used.
      if (limit.remaining !== null && resetMs !== null && limit.remaining <= limit.count - budget)
        gate(service).pausedUntilMs = clock.now() + resetMs;
      line.reconsider();
    },
    exhausted(service, headers) {
      const wait = withJitter(statedResetMs(headers) ?? UNSTATED_RESET_MS);
      gate(service).pausedUntilMs = clock.now() + wait;
      return wait;
    },
    roomMs(ahead) {
      if (line.isBusy()) return LOOK_AGAIN_MS;
      const now = clock.now();
      const waits = OF_ITERATIONS.map((service) => {
        const { window, pausedUntilMs } = gate(service);
        const pauseMs = Math.min(pausedUntilMs - now, MINUTE_MS);
        const waitMs = Math.max(window.waitMs(now, PART_FOR_NEW_ITERATIONS), pauseMs);
        if (waitMs > 0 || window.waitMs(now, PART_FOR_NEW_ITERATIONS, ahead) === 0) return waitMs;
        // What is about to be asked is soon known.
        return LOOK_AGAIN_MS;
      });
      return Math.max(0, ...waits);
    },
    setLimit(service, perMinute) {
      gate(service).window.resize(budgetOf(perMinute), MINUTE_MS);
      line.reconsider();
    },
  };
}
