// What purchases may cost at worst: a limit and its commission, else price, step and commission as they are reserved when
// sizing.

import { assert } from '../core/assert.ts';
import { reservePerLot } from '../core/order-choice.ts';
import type { PlannedOrder } from '../core/plan.ts';
import type { Holding, Snapshot } from '../core/portfolio.ts';
import { add, lotValue, type Money, NO_MONEY, portionUp, type Rate, times, total } from '../core/units.ts';

/** @throws {Bug} for an order in something that the snapshot does not hold. */
export function holdingOf(snapshot: Snapshot, order: PlannedOrder): Holding {
  const holding = snapshot.holdings.find((item) => item.uid === order.uid);
  assert(holding !== undefined, `an order in ${order.ticker}, which the snapshot does not hold`);
  return holding;
}

export function costOf(snapshot: Snapshot, commission: Rate, order: PlannedOrder): Money {
  const { step } = holdingOf(snapshot, order);
  if (order.type === 'limit' && order.limit !== null) {
    const value = lotValue(order.limit, order.lot);
    return times(add(value, portionUp(value, commission)), order.lots);
  }
  const reserve = reservePerLot(order.price, step, order.lot, order.type, commission);
  return times(add(lotValue(order.price, order.lot), reserve), order.lots);
}

/** All purchases among these orders together. */
export const worstCost = (snapshot: Snapshot, commission: Rate, orders: readonly PlannedOrder[]): Money =>
  total(orders.map((order) => (order.side === 'buy' ? costOf(snapshot, commission, order) : NO_MONEY)));
