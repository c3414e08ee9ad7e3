// Starting is recovering: settles what an earlier run of this account left, before any new order.
// Guarantees: what was never sent is dropped, what rests is cancelled and its fills adopted, what is unknown is asked about.

import { assert } from '../core/assert.ts';
import { isFinal } from '../core/order.ts';
import { raw } from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { allEnded } from './all-ended.ts';
import { awaitFinal } from './await-final.ts';
import { isPurchase, noteMoney } from './caution.ts';
import { drop, journaled } from './submit.ts';

/**
 * Settles everything an earlier run left.
 * @param open the journal's open orders of this account
 * @returns those still not final: the account must not trade.
 */
export async function recover(
  context: AccountContext,
  open: readonly JournaledOrder[],
): Promise<readonly JournaledOrder[]> {
  if (open.length === 0) return [];
  context.log.info({ orders: open.length }, 'settling orders that an earlier run left');
  for (const order of open) {
    assert(
      order.request.brokerAccount === context.brokerAccount,
      `order ${order.request.key} belongs to broker account ${order.request.brokerAccount}, this is ${context.brokerAccount}`,
    );
  }
  await allEnded(
    open.map(async (order) => {
      if (order.state === 'intent') return drop(context, order.request.key).order;
      if (order.state === 'live') return leftResting(context, order);
      return awaitFinal(context, order.request.key);
    }),
  );
  // While one is waited for, a person may resolve another.
  const orders = open.map(({ request }) => journaled(context, request.key));
  noteMoney(context, false, orders.some(isPurchase));
  const unfinished = orders.filter((order) => !isFinal(order.state));
  for (const order of unfinished) alertUnfinished(context, order);
  return unfinished;
}

/**
 * What has become of them, in words: those that were sent and are final now, which no record has told of yet. However the
 * iteration ends: once an order is final, no later one looks at it.
 */
export const settledStories = (context: AccountContext, open: readonly JournaledOrder[]): string[] =>
  open
    .map(({ request }) => journaled(context, request.key))
    .filter((order) => isFinal(order.state) && order.attempts > 0)
    .map(story);

const story = ({ request, ticker, state, executed }: JournaledOrder): string =>
  `an earlier run left an order behind: ${request.side} ${ticker}, ${raw(executed)} of ${raw(request.lots)} lots executed, ` +
  `now ${state} (key ${request.key})`;

/** A plan is never resumed: an order that an earlier run left resting is cancelled, its fills are adopted. */
async function leftResting(context: AccountContext, order: JournaledOrder): Promise<JournaledOrder> {
  const impatient = { ...context, settings: { ...context.settings, orderWaitMs: 0 } };
  return awaitFinal(impatient, order.request.key);
}

/** An unknown order alerts where it is asked about; this is one that the venue took and that does not end. */
function alertUnfinished(context: AccountContext, order: JournaledOrder): void {
  const { key } = order.request;
  if (order.state === 'unknown' || context.memory.alerted.has(key)) return;
  context.memory.alerted.add(key);
  context.notifier.alert({
    account: context.settings.id,
    event: 'order_unfinished',
    message:
      `order ${order.orderId ?? '(no id)'} (${order.request.side} ${order.ticker}, key ${key}) does not end: it is ` +
      `${order.state}. This account does not trade until the venue says what became of it; asking goes on.`,
  });
}
