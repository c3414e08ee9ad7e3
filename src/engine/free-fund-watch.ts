// T-Capital funds trade without commission at T-Bank: one that was free so far and is charged for is told about, once a day.

import { fillWorth } from '../core/fill-worth.ts';
import { DAY_MS } from '../core/moscow-day.ts';
import { isPositive, isZero, kopecks, type Money } from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { tellOnce } from './tell-once.ts';

/** Fills that say whether it was free. */
const LOOK_BACK_MS = 90 * DAY_MS;

/** Looks at the fills of an iteration that has traded. */
export function watchFreeFunds(context: AccountContext, iteration: string): void {
  const { journal, settings, clock } = context;
  const charged = journal.ordersOf(iteration).filter(isCharged);
  if (charged.length === 0) return;
  const earlier = journal
    .fillsSince(settings.id, clock.now() - LOOK_BACK_MS)
    .filter((order) => order.iteration !== iteration);
  for (const order of charged) {
    const before = earlier.filter(({ request }) => request.uid === order.request.uid);
    if (!before.some(isFree)) continue;
    const message =
      `${order.ticker}: ${order.request.side} for ${kopecks(fillWorth(order))} RUB was charged ` +
      `${kopecks(order.commission)} RUB of commission; it was free before (too many orders a day, or another tariff)`;
    tellOnce(context, 'free_fund_charged', message, DAY_MS, order.ticker);
  }
}

const isCharged = (order: JournaledOrder): order is JournaledOrder & { readonly commission: Money } =>
  order.commission !== null && isPositive(order.commission) && isPositive(order.executed);

const isFree = ({ commission, executed }: JournaledOrder): boolean =>
  commission !== null && isZero(commission) && isPositive(executed);
