// When an order left last, by both clocks: how old it is decides what may be believed about it.

import type { JournaledOrder } from '../ports.ts';
import type { Instant } from './steady.ts';

/** An order that never left is as old as can be. An older version of the program noted only the clock that people set. */
export const lastSent = ({ lastSentMs, lastSentSteadyMs }: JournaledOrder): Instant => ({
  wallMs: lastSentMs ?? 0,
  steadyMs: lastSentSteadyMs ?? 0,
});
