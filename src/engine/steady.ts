// How long something has taken, whoever sets the clock meanwhile: deadlines and patience are reckoned in this.

import type { Clock } from '../ports.ts';

/** Milliseconds of a clock that nobody sets, from any start: only differences mean anything. */
export const steady = (clock: Pick<Clock, 'now' | 'monotonic'>): number => clock.monotonic?.() ?? clock.now();
