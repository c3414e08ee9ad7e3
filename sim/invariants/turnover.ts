// I9: what an account has traded today by the venue's fills, with the orders that are planned now, stays within the
// configured share of what it is worth by the prices that it was told.

import { raw } from '../../src/core/units.ts';
import { moscowDay } from '../../src/exchange/moscow.ts';
import { executedValue } from '../../src/exchange/order.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { balancedIn, rub } from './targets.ts';
import type { Told } from './told.ts';

/** A worth of a fill that a reply names by a rounded price of one piece, and doubles. */
const GRAIN_RUB = 5;

export interface Traded extends Check {
  /** RUB of this bot's own fills today, Moscow time. */
  today(account: SimAccount): number;
}

export function turnoverChecks(world: World, told: Told): Traded {
  /** Worth of our own fills, per account and Moscow day. */
  const traded = new Map<string, bigint>();
  const counted = new Map<string, number>();
  const dayOf = (brokerAccount: string, atMs: number): string => `${brokerAccount} ${moscowDay(atMs)}`;
  const today = ({ brokerAccount }: SimAccount): number =>
    rub((traded.get(dayOf(brokerAccount, world.timeline.now())) ?? 0n) - forgottenOf(brokerAccount));
  /** Worth of the fills that a restored backup of the journal does not know of. */
  const forgottenOf = (brokerAccount: string): bigint =>
    world.forgotten.size === 0
      ? 0n
      : world.exchange.desk.orders
          .filter(({ accountId, key }) => accountId === brokerAccount && world.forgotten.has(key))
          .reduce((sum, order) => sum + executedValue(order), 0n);

  /** A price that waits for a person's word leaves the holding worth what it was before: the most that it was ever said. */
  const priceFor = (account: SimAccount, uid: string): bigint | null =>
    told.worthTo(account, uid) ?? told.mostFor(account, uid);

  return {
    today,
    onOrder(order) {
      if (order.foreign) return;
      const from = counted.get(order.id) ?? 0;
      counted.set(order.id, order.fills.length);
      for (const fill of order.fills.slice(from)) {
        const day = dayOf(order.accountId, fill.atMs);
        traded.set(day, (traded.get(day) ?? 0n) + fill.value);
      }
    },
    onPlan({ account: id, leg, intents }) {
      const account = world.accounts.find((each) => each.id === id);
      // By a clock that is off the day is another one.
      if (account === undefined || world.skewMs !== 0 || !world.isUndisturbed(account.brokerAccount)) return;
      const cash = world.exchange.registry.account(account.brokerAccount).cash();
      // What repays a debt must not wait.
      if (leg === 0 && cash < 0n) return;
      const worths = balancedIn(world, account, (uid) => priceFor(account, uid));
      if (worths === null) return;
      const planned = intents.reduce(
        (sum, { request, sizedAt }) => sum + rub(raw(request.lots) * raw(request.lot) * raw(sizedAt)),
        today(account),
      );
      const total = worths.reduce((sum, { worth }) => sum + worth, rub(cash));
      const percent = Number(account.block.max_day_turnover_percent ?? 400);
      const most = (Math.max(0, total) * timesOf(account) * percent) / 100;
      if (planned > most + GRAIN_RUB)
        world.violate(
          'I9',
          `${id} would trade ${planned.toFixed(2)} RUB today, ${percent} % are ${most.toFixed(2)}`,
        );
    },
  };
}

/** How often its own money an account may carry. */
const timesOf = ({ block, borrows }: SimAccount): number =>
  borrows ? Number(Reflect.get(Object(block.margin_trading), 'multiplier')) : 1;
