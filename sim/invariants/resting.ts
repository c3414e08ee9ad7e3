// Orders in the book. Rule 4, a plan is never resumed: one that rested when a life ended is taken back by the next, at once
// and before anything else is asked about it, so that nothing is filled by the prices of another hour; what was planned and
// never sent is dropped. And a cancel that did nothing is sent again.

import {
  CancelOrderRequest,
  GetOrderStateRequest,
  OrderState,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import { isActive } from '../../src/exchange/order.ts';
import type { Check } from '../check.ts';
import type { Life } from '../world/life.ts';
import type { World } from '../world/world.ts';

/** So soon after the first cancel the pauses before the next ones are short, and there is time for them. */
const EARLY_MS = 4_000;
const AGAIN_WITHIN_MS = 10_000;
/** The same where requests or replies may be under way for a minute, or cannot be read and are asked for again. */
const AGAIN_WHERE_SLOW_MS = 120_000;
const SLOW = ['delayed_request', 'delayed_reply', 'cut_reply'];

interface Cancels {
  readonly life: Life;
  readonly firstMs: number;
  lastMs: number;
}

export function restingChecks(world: World): Check {
  /** Orders that were live when the life began, by key, with their id at the venue. */
  const inherited = new Map<string, string | null>();
  /** By the order's id at the venue. */
  const cancels = new Map<string, Cancels>();
  let life: Life | null = null;
  let unwritten = 0;
  const planned = world.store.db.query<{ key: string }, { account: string; iteration: string }>(
    "SELECT key FROM orders WHERE account = $account AND iteration <> $iteration AND state = 'intent'",
  );
  const stateOf = (key: string) => world.store.journal.order(key)?.state;

  /** Before its first call a life has settled nothing. */
  function begins(next: Life): void {
    life = next;
    unwritten = world.unwritten;
    inherited.clear();
    for (const { id, dryRun } of world.accounts) {
      if (dryRun) continue;
      for (const { state, request, orderId } of world.store.journal.openOrders(id))
        if (state === 'live') inherited.set(request.key, orderId);
    }
  }

  function cancelled(id: string, from: Life): void {
    const nowMs = world.timeline.now();
    const known = cancels.get(id);
    if (known?.life === from) known.lastMs = nowMs;
    else cancels.set(id, { life: from, firstMs: nowMs, lastMs: nowMs });
  }

  /**
   * Where its journal failed in this life, or its token is refused, an account does nothing more, and says so: what rests is
   * the next life's, or is seen to once the token is good again.
   */
  function isStopped(brokerAccount: string, from: Life): boolean {
    const id = world.accountOf(brokerAccount)?.id;
    return world.alerts.some(
      ({ alert, atMs }) =>
        /^(account_stopped|token_refused)$/.test(alert.event) &&
        alert.account === id &&
        atMs >= from.startedMs,
    );
  }

  /** It is shown active although a cancel was sent. */
  function stillThere(body: Uint8Array, from: Life): void {
    const id = orderIdIn(body);
    const known = id === null ? undefined : cancels.get(id);
    const sinceMs = world.timeline.now();
    if (known?.life !== from || sinceMs > known.firstMs + EARLY_MS) return;
    const order = world.exchange.desk.orders.find((each) => each.id === id);
    if (order === undefined || !isActive(order) || stateOf(order.key) !== 'cancelling') return;
    const isSlow = SLOW.some((kind) => kind in world.coverage.tables.faults);
    world.timeline.at(sinceMs + (isSlow ? AGAIN_WHERE_SLOW_MS : AGAIN_WITHIN_MS), () => {
      if (!from.alive || from.stoppedMs !== null || known.lastMs > sinceMs) return;
      if (!isActive(order) || stateOf(order.key) !== 'cancelling' || isStopped(order.accountId, from)) return;
      // What the venue refuses for its rate limit waits for the next minute.
      if (!('rate_limited' in world.coverage.tables.faults))
        world.violate('cancel', `${order.key} was shown active after its cancel, and none was sent again`);
    });
  }

  return {
    onLeave(method, bytes, from) {
      // A second instance never comes so far as to ask about orders: the lock is taken before.
      if (from !== life && from === world.life) begins(from);
      if (method === 'CancelOrder') cancelled(CancelOrderRequest.decode(bytes).orderId, from);
      if (method !== 'GetOrderState' || inherited.size === 0) return;
      const { orderId: asked } = GetOrderStateRequest.decode(bytes);
      for (const [key, orderId] of inherited)
        if ((asked === key || asked === orderId) && stateOf(key) === 'live')
          world.violate('rule 4', `${key} was left resting by an earlier life, and is waited for`);
    },
    onReply(method, _request, body, from) {
      if (method === 'GetOrderState' && cancels.size > 0) stillThere(body, from);
    },
    onRecord({ account, iteration, broker_account, dry_run }, from) {
      // What cannot be written down cannot be done, either; without its broker account nothing can be asked.
      if (from !== life || broker_account === null || dry_run || world.unwritten > unwritten) return;
      for (const key of inherited.keys()) {
        const order = world.store.journal.order(key);
        if (order?.account === account && order.state === 'live')
          world.violate('rule 4', `${key} was left resting by an earlier life, and is left so`);
      }
      for (const { key } of planned.all({ account, iteration }))
        world.violate('rule 4', `${key}, planned by an iteration that is over, is neither sent nor dropped`);
    },
  };
}

/** `null` in a reply that is broken. */
function orderIdIn(body: Uint8Array): string | null {
  try {
    return OrderState.decode(body).orderId;
  } catch {
    return null;
  }
}
