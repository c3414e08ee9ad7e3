// Time's only door: the system clock, and a virtual one for paper, tests and simulation.
// Guarantees of the virtual clock: time moves only while nobody works (no call in flight, every loop asleep), straight
// to the next sleeper that is due; with a finite pace it also waits in real time, so that a person can watch.

import { uptime } from 'node:os';
import type { Clock } from './ports.ts';

/** setTimeout fires at once for anything above 2^31 - 1 ms: longer sleeps are taken in parts. */
const TIMEOUT_MAX_MS = 2_147_483_647;

/** The machine tells its age in whole seconds. */
const ROUNDED_MS = 2_000;

/**
 * Milliseconds since the machine's start, to the second, so that a program can go on where another left off. While the
 * machine sleeps its age goes on and a program's own clock does not: then it catches up.
 * @param ageS of the machine, whole seconds @param runningMs of this program
 */
export function machineClock(ageS: () => number, runningMs: () => number): () => number {
  let startedMs = ageS() * 1_000 - runningMs();
  return () => {
    const behindMs = ageS() * 1_000 - (startedMs + runningMs());
    if (behindMs > ROUNDED_MS) startedMs += behindMs;
    return startedMs + runningMs();
  };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: machineClock(uptime, () => performance.now()),
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

export interface VirtualClock extends Clock {
  /** Time stands still until this work is done. */
  busy<T>(work: () => Promise<T>): Promise<T>;
  /** No more time passes; sleepers stay asleep. */
  stop(): void;
}

/**
 * @param startMs first instant, ms since 1970 UTC
 * @param pace virtual milliseconds per real millisecond; Infinity = as fast as the machine goes
 */
export const createVirtualClock = (startMs: number, pace: number): VirtualClock =>
  new PacedClock(startMs, pace);

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Turns of the event loop without any activity after which everybody is taken to be asleep. */
const QUIET_TURNS = 3;

class PacedClock implements VirtualClock {
  private working = 0;
  /** Counts everything that happens, so that a pause can tell whether it was one. */
  private activity = 0;
  private running = false;
  private stopped = false;
  /** Soonest first; among equals whoever came first. */
  private sleepers: Sleeper[] = [];
  private pause = new AbortController();

  constructor(
    private nowMs: number,
    private readonly pace: number,
  ) {}

  now(): number {
    return this.nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        signal?.removeEventListener('abort', abandon);
        resolve();
      };
      const sleeper = { dueMs: this.nowMs + Math.max(0, ms), wake };
      const abandon = () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        this.touch();
        resolve();
      };
      signal?.addEventListener('abort', abandon, { once: true });
      const later = this.sleepers.findIndex((other) => other.dueMs > sleeper.dueMs);
      this.sleepers.splice(later < 0 ? this.sleepers.length : later, 0, sleeper);
      this.touch();
    });
  }

  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.working += 1;
    this.touch();
    try {
      return await work();
    } finally {
      this.working -= 1;
      this.touch();
    }
  }

  stop(): void {
    this.stopped = true;
    this.pause.abort();
  }

  private touch(): void {
    this.activity += 1;
    this.pause.abort();
    if (!this.running && !this.stopped) void this.drive();
  }

  /** Wakes one sleeper after another for as long as nobody works. */
  private async drive(): Promise<void> {
    this.running = true;
    while (!this.stopped && this.working === 0 && this.sleepers.length > 0) {
      if (!(await this.isQuiet())) continue;
      const next = this.sleepers[0];
      if (!next || this.stopped || !(await this.reach(next.dueMs))) continue;
      this.sleepers.shift();
      this.activity += 1;
      next.wake();
    }
    this.running = false;
  }

  private async isQuiet(): Promise<boolean> {
    const seen = this.activity;
    for (let turn = 0; turn < QUIET_TURNS; turn += 1)
      await new Promise<void>((resolve) => setImmediate(resolve));
    return seen === this.activity && this.working === 0;
  }

  /** Moves time to that instant, at the pace; false where someone woke up on the way (time then stands where it got to). */
  private async reach(dueMs: number): Promise<boolean> {
    if (Number.isFinite(this.pace) && dueMs > this.nowMs) {
      const seen = this.activity;
      const fromMs = this.nowMs;
      const startedAt = monotonicMs();
      this.pause = new AbortController();
      await systemClock.sleep((dueMs - fromMs) / this.pace, this.pause.signal);
      if (seen !== this.activity) {
        const passed = Math.floor(fromMs + (monotonicMs() - startedAt) * this.pace);
        this.nowMs = Math.min(dueMs, Math.max(fromMs, passed));
        return false;
      }
    }
    this.nowMs = Math.max(this.nowMs, dueMs);
    return !this.stopped;
  }
}
