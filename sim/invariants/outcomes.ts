// I14, I15 and the accounting of orders: states move along the graph, every exit from UNKNOWN names its evidence, and
// what the journal calls final is what the venue's own books say, to the lot and to the kopeck.

import { raw } from '../../src/core/units.ts';
import { chargedFee, executedValue, isActive, type VenueOrder } from '../../src/exchange/order.ts';
import type { JournaledOrder } from '../../src/ports.ts';
import type { Check, Settled } from '../check.ts';
import { arrowNames } from '../report/coverage.ts';
import type { World } from '../world/world.ts';

/**
 * The graph of safety.md §1, written down here a second time on purpose. Beyond it: a plan that was never sent is dropped
 * (intent -> absent), a poll may tell of more lots (live -> live, cancelling -> cancelling), and the exchange may turn down
 * what the venue had taken (live, cancelling -> rejected).
 */
const GRAPH: Readonly<Record<string, readonly string[]>> = {
  intent: ['sending', 'absent'],
  sending: ['live', 'unknown', 'rejected'],
  unknown: ['live', 'filled', 'cancelled', 'rejected', 'absent', 'operator'],
  live: ['live', 'cancelling', 'filled', 'cancelled', 'rejected'],
  cancelling: ['cancelling', 'filled', 'cancelled', 'rejected'],
};
export const ORDER_ARROWS = arrowNames(GRAPH);
const EVIDENCE =
  /^(look-up by key|active orders|reply|order state|absence proof: .+|a person: .+|the venue knows it no more; .+)$/;
const FINAL = new Set(['filled', 'cancelled', 'rejected', 'absent', 'operator']);
/** What may be said of an order that the venue never had; a person's word may be one of them. */
const NEVER_THERE = new Set(['rejected', 'absent', 'operator']);
const KOPECK = 10_000_000n;

export function outcomeChecks(world: World): Check {
  /** Orders of which the venue's last word was that it knows none such. */
  const denied = new Set<string>();
  const orderAt = ({ request }: JournaledOrder): VenueOrder | null =>
    world.exchange.desk.ordersOfKey(request.brokerAccount, request.key).at(-1) ?? null;

  function settled({ change, before, after }: Settled): void {
    const { key } = before.request;
    world.coverage.count('order arrows', `${before.state} -> ${after.state}`);
    if (!GRAPH[before.state]?.includes(after.state))
      world.violate('I15', `${key}: ${before.state} became ${after.state}`);
    if (raw(after.executed) < raw(before.executed)) world.violate('I15', `${key}: executed lots fell`);
    if (raw(after.executed) > raw(after.request.lots))
      world.violate('I4', `${key}: executed more than asked`);
    if (before.state === 'unknown' && !EVIDENCE.test(change.evidence))
      world.violate('I14', `${key}: left UNKNOWN on "${change.evidence}"`);
    const order = orderAt(after);
    if (order !== null && raw(after.executed) > order.executed)
      world.violate(
        'truth',
        `${key}: ${raw(after.executed)} lots in the journal, ${order.executed} at the venue`,
      );
    if (FINAL.has(after.state)) final(after, order);
  }

  function final(after: JournaledOrder, order: VenueOrder | null): void {
    const { key } = after.request;
    const lots = raw(after.executed);
    const says = `${key}: ${after.state} with ${lots} lots in the journal`;
    // By the backup it was planned and never sent: it is dropped, and what it did is met as anybody else's trade.
    if (after.state === 'absent' && world.forgotten.has(key)) return;
    if (order === null) {
      if (lots > 0n || !NEVER_THERE.has(after.state))
        world.violate('truth', `${says}, no order at the venue`);
      return;
    }
    const found = `${order.status} with ${order.executed} at the venue`;
    if (after.state !== order.status && !sameEnd(after, order, denied.has(key)))
      world.violate('truth', `${says}, ${found}`);
    if (lots !== order.executed) world.violate('truth', `${says}, ${found}`);
    const { value, commission } = after;
    // A reply names the average price of one piece, rounded: that much is lost per piece.
    const rounding = lots * order.lot;
    if (value !== null && away(raw(value), executedValue(order)) >= (rounding > KOPECK ? rounding : KOPECK))
      world.violate('accounting', `${key}: worth ${raw(value)}, at the venue ${executedValue(order)}`);
    if (commission !== null && raw(commission) !== chargedFee(order))
      world.violate('accounting', `${key}: fee ${raw(commission)}, at the venue ${chargedFee(order)}`);
  }

  return {
    onSettle: settled,
    onAttempt(keys) {
      for (const key of keys) {
        const order = world.store.journal.order(key);
        if (order?.attempts === 1) world.coverage.count('order arrows', 'intent -> sending');
      }
    },
    onCall({ call }, phase) {
      if (phase === 'replied' && call.method === 'GetOrderState' && call.orderId !== null) {
        if (call.outcome === '50005') denied.add(call.orderId);
        else if (call.outcome === 'ok') denied.delete(call.orderId);
      }
      if (phase !== 'applied' || call.method !== 'PostOrder' || call.orderId === null) return;
      const known = world.store.journal.order(call.orderId);
      const order = known && orderAt(known);
      if (
        order &&
        known &&
        (known.state === 'absent' || known.state === 'rejected') &&
        order.status !== 'rejected' &&
        !world.forgotten.has(call.orderId)
      )
        world.violate('truth', `${call.orderId} exists at the venue, the journal calls it ${known.state}`);
    },
    atEnd() {
      for (const fault of world.exchange.audit().faults) world.violate('accounting', fault);
      for (const order of world.exchange.desk.orders) {
        if (order.foreign || world.forgotten.has(order.key)) continue;
        const known = world.store.journal.order(order.key);
        if (known === null) world.violate('I11', `${order.key} exists at the venue, not in the journal`);
        else if (isActive(order) && FINAL.has(known.state))
          world.violate('truth', `${order.key} is active at the venue, ${known.state} in the journal`);
      }
    },
  };
}

/** An order that ended with every lot executed is filled, whatever ended it. */
const sameEnd = (after: JournaledOrder, order: VenueOrder, isDenied: boolean): boolean =>
  after.state === 'operator' ||
  (after.state === 'filled' && order.executed === order.lots) ||
  // Of an order that is gone from the venue's memory only its lots can be known.
  (after.state === 'cancelled' && order.status === 'rejected') ||
  // An order that was turned down before it was ever shown has left the account as it was: that is what is proved.
  (after.state === 'absent' && order.status === 'rejected' && order.executed === 0n) ||
  // Nor does one that was cancelled without a lot and that the venue, when asked last, did not know.
  (after.state === 'absent' && order.status === 'cancelled' && order.executed === 0n && isDenied);

const away = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
