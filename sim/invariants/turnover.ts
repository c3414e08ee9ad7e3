// I9: what an account has traded today by the venue's fills, with the orders that are planned now, stays within the
// configured share of what it is worth.

import { raw } from '../../src/core/units.ts';
import { moscowDay } from '../../src/exchange/moscow.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate-accounts.ts';
import type { World } from '../world.ts';
import { equityOf } from './posting.ts';

export function turnoverChecks(world: World): Check {
  /** Worth of our own fills, per account and Moscow day. */
  const traded = new Map<string, bigint>();
  const counted = new Map<string, number>();
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
    onPlan({ account: id, leg, intents }) {
      const account = world.accounts.find((each) => each.id === id);
      if (account === undefined || world.skewMs !== 0 || !world.isUndisturbed(account.brokerAccount)) return;
      const cash = world.exchange.registry.account(account.brokerAccount).cash();
      // What repays a debt must not wait.
      if (leg === 0 && cash < 0n) return;
      // What waits for a person's word on its price is worth what it was worth before, not what the venue says now.
      if (world.alerts.some(({ alert }) => alert.account === id && alert.event === 'price_jump')) return;
      const done = traded.get(`${account.brokerAccount} ${moscowDay(world.timeline.now())}`) ?? 0n;
      const now = intents.reduce(
        (sum, { request, sizedAt }) => sum + raw(request.lots) * raw(request.lot) * raw(sizedAt),
        done,
      );
      const percent = BigInt(Number(account.block.max_day_turnover_percent ?? 400));
      // Two percent for a price and a worth that moved while it was planned.
      const most = (equityOf(world, account) * timesOf(account) * percent * 102n) / 1_000_000n;
      if (now > most) world.violate('I9', `${id} would trade ${now} nano today, ${percent} % are ${most}`);
    },
  };
}

/** Percent of its own money that an account may carry. */
const timesOf = ({ block, borrows }: SimAccount): bigint =>
  borrows ? BigInt(Math.round(Number(Reflect.get(Object(block.margin_trading), 'multiplier')) * 100)) : 100n;
