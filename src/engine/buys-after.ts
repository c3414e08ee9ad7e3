// The stage after an iteration's sells: only what its plan was buying, or would have bought with a little more cash (a fee
// that turns out lower leaves it); and what it has already done counts against the limits of what it still does.

import { fillWorth } from '../core/fill-worth.ts';
import type { Plan, PlannedOrder } from '../core/plan.ts';
import type { Stage } from '../core/policy.ts';
import { total } from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';

/**
 * @param orders all of this iteration so far
 * @param latest what was planned last: what is judged by itself after the sells, and not worth it, makes no more so
 */
export function buysAfter(
  plan: Pick<Plan, 'orders'> & Partial<Pick<Plan, 'aim' | 'rows' | 'heldBack'>>,
  orders: readonly JournaledOrder[],
  latest: Pick<Plan, 'onlyExempt'>,
): Extract<Stage, { kind: 'buys' }> {
  const tickersOf = (side: PlannedOrder['side']): string[] =>
    plan.orders.flatMap((order) => (order.side === side ? order.ticker : []));
  const sold = tickersOf('sell');
  const short = (plan.heldBack ?? []).flatMap(({ ticker, rule, lots = 0 }) =>
    rule === 'cash' && lots > 0 && !sold.includes(ticker) ? ticker : [],
  );
  const filled = Map.groupBy(orders, ({ ticker }) => ticker);
  const moved = new Map([...filled].map(([ticker, fills]) => [ticker, total(fills.map(fillWorth))]));
  const attempted = orders.filter(({ attempts }) => attempts > 0);
  return {
    kind: 'buys',
    tickers: new Set([...tickersOf('buy'), ...short]),
    ...(plan.aim ? { aim: plan.aim } : {}),
    planned: new Map(plan.rows?.map(({ ticker, lotsAfter }) => [ticker, lotsAfter])),
    traded: total([...moved.values()]),
    moved,
    onlyExempt: latest.onlyExempt === true,
    sent: new Set(attempted.map(({ leg, ticker }) => `${leg} ${ticker}`)).size,
  };
}
