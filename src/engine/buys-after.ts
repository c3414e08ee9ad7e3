// The stage after an iteration's sells: what it has already done counts against the limits of what it still does.

import { fillWorth } from '../core/fill-worth.ts';
import type { Aim, Stage } from '../core/policy.ts';
import { total } from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';

/** @param tickers what the plan was buying */
export function buysAfter(
  tickers: ReadonlySet<string>,
  aim: Aim | undefined,
  orders: readonly JournaledOrder[],
): Extract<Stage, { kind: 'buys' }> {
  const filled = Map.groupBy(orders, ({ ticker }) => ticker);
  const moved = new Map([...filled].map(([ticker, fills]) => [ticker, total(fills.map(fillWorth))]));
  const attempted = orders.filter(({ attempts }) => attempts > 0);
  const sent = new Set(attempted.map(({ leg, ticker }) => `${leg} ${ticker}`)).size;
  const done = { traded: total([...moved.values()]), moved, sent };
  return { kind: 'buys', tickers, ...(aim ? { aim } : {}), ...done };
}
