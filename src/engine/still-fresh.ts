// Whether a look at the account may still be sized from: between it and the plan a clock may be set right, a machine may
// sleep, a call may wait, and prices that seemed fresh are older than `max_price_age`.
// Requires: the look's own ages. Guarantees: of the two clocks the one that says more has passed is believed.

import type { PlannedOrder } from '../core/plan.ts';
import { WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import type { Observation } from './observe.ts';
import { steady } from './steady.ts';

/** @throws {WorldError} refused_data when the price of an order has grown too old since the look that it is sized from. */
export function assertStillFresh(
  { clock, settings }: Pick<AccountContext, 'clock' | 'settings'>,
  { snapshot, takenSteadyMs }: Pick<Observation, 'snapshot' | 'takenSteadyMs'>,
  orders: readonly PlannedOrder[],
): void {
  const passedMs = Math.max(0, clock.now() - snapshot.takenAtMs, steady(clock) - takenSteadyMs);
  const { maxPriceAgeMs } = settings.policy;
  const old = orders.filter(({ uid }) => {
    const ageMs = snapshot.holdings.find((holding) => holding.uid === uid)?.priceAgeMs ?? null;
    // What was too old for the rule at the look itself was decided on knowingly.
    return ageMs !== null && ageMs <= maxPriceAgeMs && ageMs + passedMs > maxPriceAgeMs;
  });
  if (old.length === 0) return;
  const names = old.map(({ ticker }) => ticker).join(', ');
  throw new WorldError(
    'refused_data',
    `the look at the account is ${minutes(passedMs)} old, by that the price of ${names} is older than ${minutes(maxPriceAgeMs)} (max_price_age): nothing is traded on it, the next iteration looks again`,
    'soon',
  );
}

const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min`;
