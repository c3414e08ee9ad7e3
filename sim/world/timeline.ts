// Time of one simulated world. Nothing here waits: whoever sleeps is woken in order of time, and only after every piece
// of work that could go on has gone on, so a run of hours is one synchronous loop.
// Guarantees: the same calls in the same order give the same run; what a dead owner was waiting for never comes.

import { drainMicrotasks } from 'bun:jsc';
import type { Clock } from '../../src/ports.ts';

export interface Appointment {
  readonly dueMs: number;
  readonly order: number;
  readonly work: () => void;
  readonly owner: object | null;
  cancelled: boolean;
}

/** Work at one instant that never ends would hang the run. */
const TURNS_AT_ONCE_MAX = 100_000;

/** Time stands still although work goes on and on. */
export class StandStill extends Error {
  override readonly name = 'StandStill';
}

export class Timeline {
  private readonly heap: Appointment[] = [];
  private made = 0;
  private turnsNow = 0;

  constructor(private nowMs: number) {}

  now(): number {
    return this.nowMs;
  }

  at(dueMs: number, work: () => void, owner: object | null = null): Appointment {
    this.made += 1;
    const appointment = {
      dueMs: Math.max(dueMs, this.nowMs),
      order: this.made,
      work,
      owner,
      cancelled: false,
    };
    this.push(appointment);
    return appointment;
  }

  /** Nothing that this owner waits for happens any more. */
  forget(owner: object): void {
    for (const appointment of this.heap) if (appointment.owner === owner) appointment.cancelled = true;
  }

  /** Lets everything run that can, then goes on to the next appointment; false where there is none up to `untilMs`. */
  step(untilMs: number): boolean {
    drainMicrotasks();
    const next = this.next();
    if (next === null || next.dueMs > untilMs) return false;
    this.pop();
    if (next.dueMs > this.nowMs) this.turnsNow = 0;
    else if (++this.turnsNow > TURNS_AT_ONCE_MAX)
      throw new StandStill(`${TURNS_AT_ONCE_MAX} turns of work at ${new Date(this.nowMs).toISOString()}`);
    this.nowMs = next.dueMs;
    next.work();
    return true;
  }

  /** Steps until `done` or until nothing is due up to `untilMs`; time is then `untilMs`, unless it was done before. */
  run(untilMs: number, done: () => boolean = () => false): void {
    while (!done()) if (!this.step(untilMs)) break;
    drainMicrotasks();
    if (!done()) this.nowMs = Math.max(this.nowMs, untilMs);
  }

  private next(): Appointment | null {
    while (this.heap[0]?.cancelled) this.pop();
    return this.heap[0] ?? null;
  }

  private push(appointment: Appointment): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(appointment);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above];
      if (other === undefined || !isSooner(appointment, other)) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = appointment;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const a = heap[left];
      const b = heap[left + 1];
      if (a === undefined) break;
      const below = b !== undefined && isSooner(b, a) ? left + 1 : left;
      const sooner = below === left ? a : b;
      if (sooner === undefined || !isSooner(sooner, last)) break;
      heap[at] = sooner;
      at = below;
    }
    heap[at] = last;
  }
}

const isSooner = (a: Appointment, b: Appointment): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

export interface OwnedClock {
  readonly timeline: Timeline;
  /** How far this clock is off, ms; `null` = true time. */
  readonly skewMs: () => number;
  /** When its machine was started last. */
  readonly bootedMs?: () => number;
  readonly owner: object | null;
  readonly isAlive: () => boolean;
}

/** A clock over the timeline: its hour may be wrong, its sleeps are as long as they should be. */
export function clockOf({ timeline, skewMs, bootedMs, owner, isAlive }: OwnedClock): Clock {
  return {
    now: () => timeline.now() + skewMs(),
    monotonic: () => timeline.now() - (bootedMs?.() ?? 0),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (!isAlive()) return;
        if (signal?.aborted) return resolve();
        if (signal === undefined) {
          timeline.at(timeline.now() + Math.max(0, ms), resolve, owner);
          return;
        }
        const wake = (): void => {
          signal.removeEventListener('abort', give);
          resolve();
        };
        const appointment = timeline.at(timeline.now() + Math.max(0, ms), wake, owner);
        const give = (): void => {
          appointment.cancelled = true;
          if (isAlive()) resolve();
        };
        signal.addEventListener('abort', give, { once: true });
      }),
  };
}
