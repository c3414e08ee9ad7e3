// When an order left last, by both clocks: how old it is decides what may be believed about it.

import type { JournaledOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import type { Instant } from './steady.ts';

/** An older version of the program noted only the clock that people set: that it left before this one began is certain. */
export const lastSent = (
  { memory }: Pick<AccountContext, 'memory'>,
  { lastSentMs, lastSentSteadyMs }: JournaledOrder,
): Instant => ({ wallMs: lastSentMs ?? 0, steadyMs: lastSentSteadyMs ?? memory.startedMs });
