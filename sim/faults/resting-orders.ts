// What becomes of orders that rest in the venue's book without the bot's doing. To ask the exchange what time it is fills
// what was due until then: that comes first, whether an order is still active second.

import { isActive, type NewOrder } from '../../src/exchange/order.ts';
import type { World } from '../world/world.ts';

/** The exchange turns a resting order down a while after it was taken. */
export function turnDownLater({ timeline, exchange }: World, order: NewOrder, afterMs: number): void {
  timeline.at(timeline.now() + afterMs, () => {
    const nowMs = exchange.now();
    const resting = exchange.desk.ordersOfKey(order.accountId, order.key).at(-1);
    if (resting !== undefined) exchange.desk.turnDown(resting, nowMs, 'turned down by the exchange');
  });
}

/** The exchange takes a resting order out of its book. */
export function cancelLater({ timeline, exchange }: World, order: NewOrder, afterMs: number): void {
  timeline.at(timeline.now() + afterMs, () => {
    const nowMs = exchange.now();
    const resting = exchange.desk.ordersOfKey(order.accountId, order.key).at(-1);
    if (resting !== undefined && isActive(resting)) exchange.desk.cancel(resting, nowMs);
  });
}

/** Orders that the bot knows nothing of are cancelled: its owner's, and those that a restored backup has forgotten. */
export function cancelUnknown({ exchange, forgotten, outside }: World): void {
  const nowMs = exchange.now();
  for (const order of exchange.desk.orders)
    if (isActive(order) && (order.foreign || forgotten.has(order.key))) {
      exchange.desk.cancel(order, nowMs);
      // To the bot somebody else's cash is free again.
      outside.mark(order.accountId);
    }
}
