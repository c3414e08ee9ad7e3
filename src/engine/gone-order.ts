// An order that the venue had taken and knows no more: it answers about final orders for a day only, and an order that
// rested when the program was last seen ends with its trading day. It can do nothing any more; what it did shows in the
// positions. Requires: a look-up by its id found nothing. Guarantees: not decided on the order's own day (there the venue
// shows late what it does not show, and the owner's trade would be taken for ours), nor while it could be late or active.

import { moscowDay } from '../core/moscow-day.ts';
import type { OrderState } from '../core/order.ts';
import { ABSENCE_AFTER_MS, ABSENCE_READINGS_APART_MS } from '../core/reconcile.ts';
import {
  compare,
  isPositive,
  isZero,
  type Lots,
  larger,
  NO_LOTS,
  NO_SHARES,
  negate,
  smaller,
  subtract,
  wholeLots,
} from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';
import { expectedPieces, positionOf } from './absence-proof.ts';
import type { AccountContext } from './account-context.ts';
import { tolerate } from './ask-again.ts';
import { lastSent } from './last-sent.ts';
import { settle } from './settle-order.ts';
import { certainlySince, probablySince } from './steady.ts';

/** The venue never said that it took these. */
const UNTOLD: ReadonlySet<OrderState> = new Set(['intent', 'sending', 'unknown'] as const);

/** The order as final where that is certain, else as it was. */
export async function settleGone(context: AccountContext, order: JournaledOrder): Promise<JournaledOrder> {
  const { clock, stop } = context;
  const sent = lastSent(context, order);
  const nowMs = sent.wallMs + probablySince(clock, sent);
  if (certainlySince(clock, sent) < ABSENCE_AFTER_MS || moscowDay(nowMs) <= moscowDay(sent.wallMs))
    return order;
  try {
    const first = await executedBySight(context, order);
    if (first === null) return order;
    await clock.sleep(ABSENCE_READINGS_APART_MS, stop);
    if (stop.aborted) return order;
    const second = await executedBySight(context, order);
    if (second === null || compare(first, second) !== 0) return order;
    return settle(context, {
      key: order.request.key,
      to: compare(second, order.request.lots) === 0 ? 'filled' : 'cancelled',
      executed: second,
      evidence: 'the venue knows it no more; executed lots by the positions',
    });
  } catch (error) {
    const { message } = tolerate(error);
    context.log.warn(
      { key: order.request.key, error: message },
      'an order that is gone could not be settled',
    );
    return order;
  }
}

/** What the positions say was executed, between what is known and what was asked for; `null` while it may be active. */
async function executedBySight(context: AccountContext, order: JournaledOrder): Promise<Lots | null> {
  const { brokerAccount, key, uid, lot, side } = order.request;
  const [active, positions] = await Promise.all([
    context.broker.activeOrders(brokerAccount),
    context.broker.positions(brokerAccount),
  ]);
  if (active.some((report) => report.key === key || report.orderId === order.orderId)) return null;
  const before = context.journal.holdingsBefore(order.iteration, order.leg);
  const position = positionOf(positions, uid);
  if (!before || (position && !isZero(position.blocked))) return null;
  // An order that is not shown yet already holds the cash that it may cost.
  if (side === 'buy' && !isZero(positions.blockedCash)) return null;
  const siblings = context.journal
    .ordersOf(order.iteration)
    .filter((sibling) => sibling.leg === order.leg && sibling.request.key !== key);
  // What the account shows may be that one's work. Of parts that the venue took and forgot alike only the sum matters.
  if (siblings.some(({ request, state }) => request.uid === uid && UNTOLD.has(state))) return null;
  const change = subtract(position?.pieces ?? NO_SHARES, expectedPieces(siblings, order, before.pieces));
  const moved = side === 'buy' ? change : negate(change);
  const executed = isPositive(moved) ? wholeLots(moved, lot) : NO_LOTS;
  return larger(order.executed, smaller(executed, order.request.lots));
}
