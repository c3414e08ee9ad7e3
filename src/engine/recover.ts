// Starting is recovering: settles what an earlier run of this account left, before any new order.
// Guarantees: what was never sent is dropped, what rests is cancelled and its fills adopted, what is unknown is asked about.

import { assert } from '../core/assert.ts';
import { isFinal } from '../core/order.ts';
import type { JournaledOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { awaitFinal } from './await-final.ts';
import { drop } from './submit.ts';

/** Settles everything an earlier run left. Returns what is still not final: the account must not trade. */
export async function recover(context: AccountContext): Promise<readonly JournaledOrder[]> {
  const open = context.journal.openOrders(context.settings.id);
  if (open.length === 0) return [];
  context.log.info({ orders: open.length }, 'settling orders that an earlier run left');
  for (const order of open) {
    assert(
      order.request.brokerAccount === context.brokerAccount,
      `order ${order.request.key} belongs to broker account ${order.request.brokerAccount}, this is ${context.brokerAccount}`,
    );
  }
  const settled = await Promise.all(
    open.map((order) => {
      if (order.state === 'intent') return drop(context, order.request.key).order;
      if (order.state === 'live') return leftResting(context, order);
      return awaitFinal(context, order.request.key);
    }),
  );
  return settled.filter((order) => !isFinal(order.state));
}

/** A plan is never resumed: an order that an earlier run left resting is cancelled, its fills are adopted. */
async function leftResting(context: AccountContext, order: JournaledOrder): Promise<JournaledOrder> {
  const impatient = { ...context, settings: { ...context.settings, orderWaitMs: 0 } };
  return awaitFinal(impatient, order.request.key);
}
