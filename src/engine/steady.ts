// How long something has taken, whoever sets the clock meanwhile: deadlines and patience are reckoned in this.

import type { Clock } from '../ports.ts';

/** Milliseconds of a clock that nobody sets, from any start: only differences mean anything. */
export const steady = (clock: Pick<Clock, 'now' | 'monotonic'>): number => clock.monotonic?.() ?? clock.now();

/** The same instant by the clock that people set and by the one that nobody sets. */
export interface Instant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export const instantOf = (clock: Pick<Clock, 'now' | 'monotonic'>): Instant => ({
  wallMs: clock.now(),
  steadyMs: steady(clock),
});

/** Clocks that are only steered differ by less. */
const NOTICEABLE_MS = 1_000;

/** Whether the clock was set between any of these. */
export function clockWasSet(instants: readonly Instant[]): boolean {
  const leads = instants.map(({ wallMs, steadyMs }) => wallMs - steadyMs);
  return Math.max(...leads) - Math.min(...leads) > NOTICEABLE_MS;
}
