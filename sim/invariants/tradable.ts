// What may not be traded is not ordered, by what the account was shown last: an instrument that the venue keeps from the API,
// whatever its lists of the morning say, or that takes no order at all; and one in which somebody else's order is active.

import { GetTradingStatusesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { GetOrdersResponse } from 'tinkoff-invest-api/dist/generated/orders.js';
import { isActive } from '../../src/exchange/order.ts';
import type { Check, PlannedLeg } from '../check.ts';
import type { World } from '../world/world.ts';

const NOBODY: ReadonlySet<string> = new Set();

export function tradableChecks(world: World): Check {
  /** By token: instruments that their last status barred. */
  const barred = new Map<string, Set<string>>();
  /** By account: ids of the orders that were active when it asked last. */
  const active = new Map<string, ReadonlySet<string>>();

  function statuses(body: Uint8Array, token: string): void {
    const uids = barred.get(token) ?? new Set<string>();
    barred.set(token, uids);
    for (const status of GetTradingStatusesResponse.decode(body).tradingStatuses) {
      const { limitOrderAvailableFlag: limit, marketOrderAvailableFlag: market } = status;
      const takesAny = limit || market || status.bestpriceOrderAvailableFlag;
      if (status.apiTradeAvailableFlag && takesAny) uids.delete(status.instrumentUid);
      else uids.add(status.instrumentUid);
    }
  }

  const isOthers = (uid: string, account: string): boolean =>
    world.exchange.desk.orders.some(
      (order) => order.foreign && order.uid === uid && isActive(order) && active.get(account)?.has(order.id),
    );

  function judge({ account: id, intents }: PlannedLeg): void {
    const { token = '' } = world.accounts.find((each) => each.id === id) ?? {};
    // A status of which nobody can tell which account it was for tells nothing.
    const isShared = world.accounts.filter((each) => each.token === token).length > 1;
    const told = (isShared ? null : barred.get(token)) ?? NOBODY;
    for (const { ticker, request } of intents) {
      if (told.has(request.uid))
        world.violate('tradable', `${id} plans to ${request.side} ${ticker}, which may not be traded now`);
      if (isOthers(request.uid, id))
        world.violate('tradable', `${id} plans to ${request.side} ${ticker} beside somebody else's order`);
    }
  }

  return {
    onReply(method, request, body, _life, token) {
      if (method !== 'GetTradingStatuses' && method !== 'GetOrders') return;
      try {
        if (method === 'GetTradingStatuses') return statuses(body, token);
        const account = world.accountNamedIn(request);
        const { faults } = world.coverage.tables;
        if (account === null || !('foreign_order' in faults || 'order_from_before' in faults)) return;
        active.set(account.id, new Set(GetOrdersResponse.decode(body).orders.map(({ orderId }) => orderId)));
      } catch {
        // A broken reply tells nothing.
      }
    },
    onPlan: judge,
    onDeath() {
      barred.clear();
      active.clear();
    },
  };
}
