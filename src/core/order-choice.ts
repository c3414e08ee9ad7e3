// Which order goes out under which trading status, and what it may cost beyond the last price.
// Guarantees: never a type that the status refuses; `market` becomes `bestprice` where only that is allowed.

import type { OrderType, Side } from './order.ts';
import type { OrderTypes } from './portfolio.ts';
import {
  add,
  type LotSize,
  lotValue,
  type Money,
  type Price,
  portionUp,
  price,
  type Rate,
  rate,
  raw,
} from './units.ts';

/** T-Invest's best price is a limit this far through the last price: it blocks that much. */
const BESTPRICE_REACH: Rate = rate(3_000_000n);

/** The type to use, or `null` where this status takes none that serves. */
export function chooseOrderType(wanted: OrderType, allowed: OrderTypes): OrderType | null {
  if (wanted === 'limit') return allowed.limit ? 'limit' : null;
  if (wanted === 'market' && allowed.market) return 'market';
  return allowed.bestPrice ? 'bestprice' : null;
}

/** Limit price for `limit` orders: the last price on the step's grid, rounded so that it can execute; never zero. */
export function limitPrice(last: Price, step: Price, side: Side): Price {
  const grid = raw(step);
  const down = (raw(last) / grid) * grid;
  const up = down < raw(last) ? down + grid : down;
  return price(side === 'buy' || down === 0n ? up : down);
}

/** What one lot may cost more (or bring less) than its last price, commission included: a step, or the best-price reach. */
export function reservePerLot(
  last: Price,
  step: Price,
  size: LotSize,
  type: OrderType,
  commission: Rate,
): Money {
  const worth = lotValue(last, size);
  const slip = type === 'bestprice' ? portionUp(worth, BESTPRICE_REACH) : lotValue(step, size);
  return add(slip, portionUp(add(worth, slip), commission));
}
