// When an order left last, by both clocks: how old it is decides what may be believed about it.

import type { JournaledOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { type Instant, steady } from './steady.ts';

/** An older version of the program noted only the clock that people set: as far as anybody knows it left just before the first look. */
export function lastSent(
  { clock, memory }: Pick<AccountContext, 'clock' | 'memory'>,
  { request, lastSentMs, lastSentSteadyMs }: JournaledOrder,
): Instant {
  const firstLookMs = memory.firstLooks.get(request.key) ?? steady(clock);
  if (lastSentSteadyMs === null) memory.firstLooks.set(request.key, firstLookMs);
  return { wallMs: lastSentMs ?? 0, steadyMs: lastSentSteadyMs ?? firstLookMs };
}
