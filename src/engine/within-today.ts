// What `max_day_turnover_percent` would refuse is left out of purchases before they are sent, and what is left is decided
// anew: it has to be worth trading by itself. Where sells pay for purchases they are made today, the purchases tomorrow.
// Guarantees: a plan that fits into the day is the same plan.

import { decide } from '../core/decide.ts';
import type { Plan, PlannedOrder } from '../core/plan.ts';
import { isMore, type Money, subtract } from '../core/units.ts';
import type { AccountContext } from './account-context.ts';
import type { Observation } from './observe.ts';
import { HOUR_MS, tellOnce } from './tell-once.ts';
import { beyondToday, turnoverLeft } from './turnover.ts';

export type Planned = Pick<Plan, 'orders'> & Partial<Pick<Plan, 'aim' | 'rows' | 'heldBack' | 'onlyExempt'>>;

export interface Today {
  readonly plan: Planned;
  /** What was left out is held in it. */
  readonly observation: Observation;
  /** By uid, with the reason. */
  readonly leftOut: ReadonlyMap<string, string>;
  /** The same in words. */
  readonly notMade: readonly string[];
}

export function withinToday(context: AccountContext, start: Observation, planned: Planned): Today {
  const notMade: string[] = [];
  const leftOut = new Map<string, string>();
  const budget = turnoverLeft(context, start.snapshot);
  const because = beyondToday(budget);
  let observation = start;
  let plan = planned;
  while (plan.orders.every(({ side }) => side === 'buy')) {
    const over = beyond(plan.orders, budget);
    if (over.length === 0) break;
    for (const { uid, ticker } of over) {
      leftOut.set(uid, because);
      notMade.push(`buy of ${ticker} was not sent: ${because}`);
    }
    observation = without(observation, leftOut);
    const decision = decide(observation.snapshot, context.settings.policy);
    plan = decision.kind === 'plan' ? decision.plan : { orders: [] };
  }
  if (notMade.length > 0) tellOnce(context, 'order_refused', notMade.join('; '), HOUR_MS);
  return { plan, observation, leftOut, notMade };
}

const without = (seen: Observation, leftOut: ReadonlyMap<string, string>): Observation => ({
  ...seen,
  snapshot: {
    ...seen.snapshot,
    holdings: seen.snapshot.holdings.map((holding) => {
      const detail = leftOut.get(holding.uid);
      return detail === undefined ? holding : { ...holding, hold: { rule: 'not_tradable', detail } };
    }),
  },
});

/** Orders that do not fit any more, as the gate goes through them. */
function beyond(orders: readonly PlannedOrder[], budget: Money): PlannedOrder[] {
  let left = budget;
  return orders.filter(({ amount }) => {
    if (isMore(amount, left)) return true;
    left = subtract(left, amount);
    return false;
  });
}
