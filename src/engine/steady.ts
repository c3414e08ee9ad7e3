// How long something has taken, whoever sets the clock meanwhile: deadlines and patience are reckoned in this.

import type { Clock } from '../ports.ts';

/** Milliseconds of a clock that nobody sets, which begins anew with the machine: only differences mean anything. */
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

/** Nobody sets a clock forward by more: it was the machine that stood still, or was off. */
const SET_MAX_MS = 24 * 60 * 60_000;

/**
 * Milliseconds that have certainly passed since `then`, which an earlier program may have noted: no more than either clock
 * says. After a restart of the machine it is known to have run for so long since. A clock that was set back to before
 * `then` says nothing.
 */
export function certainlySince(clock: Pick<Clock, 'now' | 'monotonic'>, then: Instant): number {
  const now = instantOf(clock);
  const byWall = now.wallMs - then.wallMs;
  const bySteady = hasRestarted(now, then) ? now.steadyMs : now.steadyMs - then.steadyMs;
  if (byWall < 0) return bySteady;
  return byWall - bySteady > SET_MAX_MS ? byWall : Math.min(byWall, bySteady);
}

/** The same as far as anybody knows: where the machine was restarted since, only the clock that people set tells how long it was off. */
export const probablySince = (clock: Pick<Clock, 'now' | 'monotonic'>, then: Instant): number =>
  hasRestarted(instantOf(clock), then) ? clock.now() - then.wallMs : certainlySince(clock, then);

const hasRestarted = (now: Instant, then: Instant): boolean => now.steadyMs < then.steadyMs;

/** Clocks that are only steered differ by less. */
const NOTICEABLE_MS = 1_000;

/** Whether the clock was set between any of these. */
export function clockWasSet(instants: readonly Instant[]): boolean {
  const leads = instants.map(({ wallMs, steadyMs }) => wallMs - steadyMs);
  return Math.max(...leads) - Math.min(...leads) > NOTICEABLE_MS;
}
