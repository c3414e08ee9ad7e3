// The life of one order: its key, its states, the one transition function.
// Requires: every change of state goes through `transition`. Guarantees: terminal states never change, executed
// lots never fall or pass what was asked for, an unknown outcome is left only with evidence, any other arrow is a Bug.

import { assert } from './assert.ts';
import { compare, isLess, isZero, type Lots, NO_LOTS } from './units.ts';

export type Side = 'buy' | 'sell';
export type OrderType = 'market' | 'bestprice' | 'limit';

/**
 * intent: journaled, never sent. sending: at least one attempt row, no outcome yet. live: at the venue, not final.
 * unknown: an attempt whose effect nobody knows. cancelling: a cancel was sent.
 * filled, cancelled (maybe partly filled), rejected, absent (proved never to have existed at the venue),
 * operator (a person said what became of it) are final.
 */
export type OrderState =
  | 'intent'
  | 'sending'
  | 'live'
  | 'unknown'
  | 'cancelling'
  | 'filled'
  | 'cancelled'
  | 'rejected'
  | 'absent'
  | 'operator';

/**
 * Allowed arrows. `intent -> absent` is a plan dropped before its first attempt row: provably never sent.
 * `live -> live` and `cancelling -> cancelling` tell of more executed lots; `live` and `cancelling -> rejected` of an
 * order that the venue had taken and the exchange behind it turned down.
 */
export const ARROWS: Readonly<Record<OrderState, readonly OrderState[]>> = {
  intent: ['sending', 'absent'],
  sending: ['live', 'unknown', 'rejected'],
  unknown: ['live', 'filled', 'cancelled', 'rejected', 'absent', 'operator'],
  live: ['live', 'cancelling', 'filled', 'cancelled', 'rejected'],
  cancelling: ['cancelling', 'filled', 'cancelled', 'rejected'],
  filled: [],
  cancelled: [],
  rejected: [],
  absent: [],
  operator: [],
};

export const isFinal = (state: OrderState): boolean => ARROWS[state].length === 0;

/** What is known of an order's progress. */
export interface OrderProgress {
  readonly state: OrderState;
  readonly requested: Lots;
  readonly executed: Lots;
}

/**
 * The order after an event.
 * @throws {Bug} for an arrow that does not exist, executed lots that fall, exceed the request or contradict the state.
 */
export function transition(
  order: OrderProgress,
  to: OrderState,
  executed: Lots = order.executed,
): OrderProgress {
  assert(ARROWS[order.state].includes(to), `order state ${order.state} cannot become ${to}`);
  assert(!isLess(executed, order.executed), `executed lots fell in state ${order.state} -> ${to}`);
  assert(
    !isLess(order.requested, executed),
    `executed lots exceed the requested ones in ${order.state} -> ${to}`,
  );
  assert(
    to !== 'filled' || compare(executed, order.requested) === 0,
    'a filled order must have executed every lot',
  );
  assert(to !== 'absent' || isZero(executed), 'an order with fills cannot be absent');
  return { state: to, requested: order.requested, executed };
}

export const newOrder = (requested: Lots): OrderProgress => ({
  state: 'intent',
  requested,
  executed: NO_LOTS,
});

/** Facts that name an order: the same facts give the same key for ever, so a retry cannot become a second order. */
export interface OrderFacts {
  readonly brokerAccount: string;
  readonly iteration: string;
  /** Leg of the iteration: 0 sells, 1 buys, 2 the buys that the reserve left over. */
  readonly leg: number;
  readonly uid: string;
  readonly side: Side;
  /** Part of an order split at the broker's cap, from 0. */
  readonly part: number;
}

/** Namespace of this program's order keys (a random UUID, never to be changed). */
const NAMESPACE = '6f0c7f0e-4a0b-4f0e-9d53-2b1c3a5e7d91';

/** UUIDv5 (RFC 9562) of the facts: the idempotency key `PostOrder.order_id`. */
export function orderKey(facts: OrderFacts): string {
  const name = JSON.stringify([
    facts.brokerAccount,
    facts.iteration,
    facts.leg,
    facts.uid,
    facts.side,
    facts.part,
  ]);
  return uuidV5(name, NAMESPACE);
}

export function uuidV5(name: string, namespace: string): string {
  const hex = Bun.SHA1.hash(Buffer.concat([bytesOf(namespace), Buffer.from(name)]), 'hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

/** Namespaces are few constants; every order that is read from the journal asks for one. */
const NAMESPACES = new Map<string, Buffer>();

function bytesOf(namespace: string): Buffer {
  const bytes = NAMESPACES.get(namespace) ?? Buffer.from(namespace.replaceAll('-', ''), 'hex');
  NAMESPACES.set(namespace, bytes);
  return bytes;
}
