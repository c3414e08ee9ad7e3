// Waits until an order is final: polls a resting one, cancels it after its time, asks about an unknown one.
// Guarantees: bounded waiting; an order is called final only on the venue's word; a stop cancels what rests.

import { isFinal } from '../core/order.ts';
import type { JournaledOrder, OrderReport } from '../ports.ts';
import { WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { resolveUnknown } from './resolve-unknown.ts';
import { adoptReport, settle } from './settle-order.ts';
import { journaled } from './submit.ts';

const FIRST_POLL_MS = 250;
const LAST_POLL_MS = 5_000;
/** After a cancel the venue has this long to say what was filled; then the order counts as unknown to us. */
const CANCEL_WAIT_MS = 30_000;
/** A stopping program must be gone within ten seconds. */
const STOPPING_MS = 6_000;

/** Follows one order to its end as far as that can be seen in time; the result may still be live or unknown. */
export async function awaitFinal(context: AccountContext, key: string): Promise<JournaledOrder> {
  let order = journaled(context, key);
  if (order.state === 'unknown' || order.state === 'sending') {
    order = await resolveUnknown(context, order, context.clock.now() + context.lookUpMs);
  }
  if (order.state === 'live') order = await poll(context, order, context.settings.orderWaitMs, true);
  if (order.state === 'live') order = await cancel(context, order);
  if (order.state === 'cancelling') order = await poll(context, order, CANCEL_WAIT_MS, false);
  return order;
}

async function poll(
  context: AccountContext,
  start: JournaledOrder,
  waitMs: number,
  endsWithStop: boolean,
): Promise<JournaledOrder> {
  const { clock, stop } = context;
  let order = start;
  let pauseMs = FIRST_POLL_MS;
  const allowed = stop.aborted ? Math.min(waitMs, STOPPING_MS) : waitMs;
  const deadline = clock.now() + allowed;
  while (!isFinal(order.state) && clock.now() < deadline && !(endsWithStop && stop.aborted)) {
    await clock.sleep(Math.min(pauseMs, deadline - clock.now()), endsWithStop ? stop : undefined);
    pauseMs = Math.min(pauseMs * 2, LAST_POLL_MS);
    const report = await lookUp(context, order);
    if (report) order = adoptReport(context, order, report, 'order state');
  }
  return order;
}

async function cancel(context: AccountContext, order: JournaledOrder): Promise<JournaledOrder> {
  if (order.orderId === null) return order;
  const cancelling = settle(context, {
    key: order.request.key,
    to: 'cancelling',
    executed: order.executed,
    evidence: context.stop.aborted ? 'the program is stopping' : 'rested longer than order_wait_seconds',
  });
  const outcome = await context.broker.cancel(order.request.brokerAccount, order.orderId);
  context.log.info(
    { ticker: order.ticker, key: order.request.key, outcome: outcome.kind },
    'cancelled a resting order',
  );
  const report = await lookUp(context, cancelling);
  return report ? adoptReport(context, cancelling, report, 'order state after the cancel') : cancelling;
}

/** The order's report by the venue's id, else by our key; `null` where nothing can be learned now. */
async function lookUp(context: AccountContext, order: JournaledOrder): Promise<OrderReport | null> {
  const { key, brokerAccount, lot } = order.request;
  try {
    const found =
      order.orderId === null
        ? await context.broker.orderByKey(brokerAccount, key, lot)
        : await context.broker.orderById(brokerAccount, order.orderId, lot);
    return found.kind === 'found' ? found.report : null;
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    context.log.warn({ key, error: error.message }, 'an order could not be looked up; asking again');
    return null;
  }
}
