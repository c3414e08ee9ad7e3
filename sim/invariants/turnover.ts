// I9: what an account has traded today by the venue's fills, with the order that leaves now, stays within the configured
// share of what it is worth.

import { PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import { moscowDay } from '../../src/exchange/moscow.ts';
import type { Check } from '../check.ts';
import type { World } from '../world.ts';
import { equityOf } from './posting.ts';

export function turnoverChecks(world: World): Check {
  /** Worth of our own fills, per account and Moscow day. */
  const traded = new Map<string, bigint>();
  const counted = new Map<string, number>();
  const sent = new Set<string>();
  return {
    onOrder(order) {
      if (order.foreign) return;
      const from = counted.get(order.id) ?? 0;
      counted.set(order.id, order.fills.length);
      for (const fill of order.fills.slice(from)) {
        const day = `${order.accountId} ${moscowDay(fill.atMs)}`;
        traded.set(day, (traded.get(day) ?? 0n) + fill.value);
      }
    },
    onLeave(method, bytes) {
      if (method !== 'PostOrder') return;
      const { orderId, accountId, instrumentId, quantity } = PostOrderRequest.decode(bytes);
      const account = world.accountOf(accountId);
      const instrument = world.exchange.market.byUid(instrumentId);
      if (account === null || instrument === null || sent.has(orderId)) return;
      sent.add(orderId);
      const nowMs = world.timeline.now();
      const price = world.exchange.market.last(instrument, nowMs)?.price ?? 0n;
      const done = traded.get(`${accountId} ${moscowDay(nowMs)}`) ?? 0n;
      const now = done + BigInt(quantity) * instrument.lot * price;
      const percent = BigInt(Number(account.block.max_day_turnover_percent ?? 400));
      // Two percent for a price and a worth that moved since it was sized.
      const most = (equityOf(world, account) * percent * 102n) / 10_000n;
      const undisturbed = !world.outside.within(accountId, 20 * 60_000);
      if (now > most && undisturbed && world.skewMs === 0)
        world.violate('I9', `${account.id} would have traded ${now} nano today, ${percent} % are ${most}`);
    },
  };
}
