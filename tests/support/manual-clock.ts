// A clock that moves only when told to, so that no test sleeps or depends on wall time.

import type { Clock } from '../../src/ports.ts';

export interface ManualClock extends Clock {
  /** Moves time on, waking sleepers in order of their hour, each before time goes further. */
  advance(ms: number): Promise<void>;
  /** Sets the time without waking anybody: a clock that was changed. */
  set(ms: number): void;
  /** Sleepers still asleep. */
  readonly sleepers: number;
  /** Every sleep asked for, in ms. */
  readonly slept: readonly number[];
}

/** `patient: false`: a sleeper wakes at once and time jumps to its hour, so code that sleeps runs straight through. */
export function createManualClock(startMs: number, options: { patient?: boolean } = {}): ManualClock {
  let now = startMs;
  let asleep: { dueMs: number; wake: () => void }[] = [];
  const slept: number[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    now: () => now,
    sleep(ms, signal) {
      slept.push(ms);
      if (signal?.aborted) return Promise.resolve();
      if (options.patient === false) {
        now += Math.max(0, ms);
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const sleeper = { dueMs: now + ms, wake: resolve };
        asleep.push(sleeper);
        signal?.addEventListener('abort', () => {
          asleep = asleep.filter((one) => one !== sleeper);
          resolve();
        });
      });
    },
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        await settle();
        const next = asleep.filter((one) => one.dueMs <= until).toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined) break;
        asleep = asleep.filter((one) => one !== next);
        now = Math.max(now, next.dueMs);
        next.wake();
      }
      now = until;
      await settle();
    },
    set(ms) {
      now = ms;
    },
    get sleepers() {
      return asleep.length;
    },
    get slept() {
      return slept;
    },
  };
}
