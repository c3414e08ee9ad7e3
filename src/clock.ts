// Time's only door: the system clock, and a virtual one for paper, tests and simulation.
// Guarantees of the virtual clock: time moves only while nobody works (no call in flight, every loop asleep), straight
// to the next sleeper that is due; with a finite pace it also waits in real time, so that a person can watch.

import type { Clock } from './ports.ts';

/** setTimeout fires at once for anything above 2^31 - 1 ms: longer sleeps are taken in parts. */
const TIMEOUT_MAX_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    let left = ms;
    while (left > 0 && !signal?.aborted) {
      const part = Math.min(left, TIMEOUT_MAX_MS);
      await realTimeout(part, signal);
      left -= part;
    }
  },
};

/** Milliseconds of a clock that never jumps, for measuring how long something took. */
export const monotonicMs = (): number => performance.now();

/** A real wait, for what must not depend on a virtual clock (pacing, giving up on a stuck exit). */
export function realTimeout(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

interface Sleeper {
  readonly dueMs: number;
  readonly order: number;
  readonly wake: () => void;
}

export interface VirtualClock extends Clock {
  /** Time stands still until this work is done. */
  busy<T>(work: () => Promise<T>): Promise<T>;
  /** No more time passes; sleepers stay asleep. */
  stop(): void;
}

/** Turns of the event loop without any activity after which everybody is taken to be asleep. */
const QUIET_TURNS = 3;

/**
 * @param startMs first instant, ms since 1970 UTC
 * @param pace virtual milliseconds per real millisecond; Infinity = as fast as the machine goes
 */
export function createVirtualClock(startMs: number, pace: number): VirtualClock {
  let nowMs = startMs;
  let working = 0;
  let order = 0;
  let activity = 0;
  let running = false;
  let stopped = false;
  let sleepers: Sleeper[] = [];

  const insert = (sleeper: Sleeper) => {
    const at = sleepers.findIndex((s) => s.dueMs > sleeper.dueMs);
    if (at < 0) sleepers.push(sleeper);
    else sleepers.splice(at, 0, sleeper);
  };

  async function quiet(): Promise<boolean> {
    const seen = activity;
    for (let turn = 0; turn < QUIET_TURNS; turn += 1)
      await new Promise<void>((resolve) => setImmediate(resolve));
    return seen === activity && working === 0;
  }

  async function drive(): Promise<void> {
    if (running) return;
    running = true;
    while (!stopped && working === 0 && sleepers.length > 0) {
      if (!(await quiet())) continue;
      const next = sleepers[0];
      if (!next || stopped) break;
      if (Number.isFinite(pace) && next.dueMs > nowMs) {
        const seen = activity;
        const fromMs = nowMs;
        const startedAt = monotonicMs();
        await realTimeout((next.dueMs - nowMs) / pace, activityStarts());
        if (seen !== activity) {
          // Someone woke early: only the part of the wait that really passed counts.
          nowMs = Math.min(
            next.dueMs,
            Math.max(nowMs, Math.floor(fromMs + (monotonicMs() - startedAt) * pace)),
          );
          continue;
        }
      }
      nowMs = Math.max(nowMs, next.dueMs);
      sleepers.shift();
      activity += 1;
      next.wake();
    }
    running = false;
  }

  let wakeDriver = new AbortController();
  const activityStarts = () => {
    if (wakeDriver.signal.aborted) wakeDriver = new AbortController();
    return wakeDriver.signal;
  };
  const touch = () => {
    activity += 1;
    wakeDriver.abort();
    if (!running && !stopped) void drive();
  };

  return {
    now: () => nowMs,
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        order += 1;
        const sleeper: Sleeper = {
          dueMs: nowMs + Math.max(0, ms),
          order,
          wake: () => {
            signal?.removeEventListener('abort', abandon);
            resolve();
          },
        };
        const abandon = () => {
          sleepers = sleepers.filter((s) => s !== sleeper);
          touch();
          resolve();
        };
        signal?.addEventListener('abort', abandon, { once: true });
        insert(sleeper);
        touch();
      });
    },
    async busy(work) {
      working += 1;
      touch();
      try {
        return await work();
      } finally {
        working -= 1;
        touch();
      }
    },
    stop() {
      stopped = true;
      wakeDriver.abort();
    },
  };
}
