// Orders per fund and day: a fund that is free to trade is said to be so for about fifteen orders a day, which the broker
// promises nowhere. Only told, never enforced.

import type { Plan } from '../core/plan.ts';
import type { Snapshot } from '../core/portfolio.ts';

const WARN_FROM = 15;

export function orderCountWarnings({ facts }: Snapshot, { orders }: Pick<Plan, 'orders'>): string[] {
  return orders.flatMap(({ ticker, side }) => {
    const count = (facts.ordersToday.get(ticker) ?? 0) + 1;
    if (count < WARN_FROM) return [];
    return [
      `${ticker}: this ${side} is order ${count} of the day; a fund that is free may be charged for from about ${WARN_FROM} orders a day`,
    ];
  });
}
