// Waits until an order is final: polls a resting one, cancels it after its time, asks about an unknown one.
// Guarantees: bounded waiting; an order is called final only on the venue's word, or once the venue knows it no more and
// the account stands still; a cancel that got lost is sent again; a stop or a brake cancels what rests.

import { isFinal } from '../core/order.ts';
import type { JournaledOrder, LookUp } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { tolerate } from './ask-again.ts';
import { settleGone } from './gone-order.ts';
import { forbidden } from './permission.ts';
import { resolveUnknown } from './resolve-unknown.ts';
import { adoptReport, settle } from './settle-order.ts';
import { journaled } from './submit.ts';

const FIRST_POLL_MS = 250;
const LAST_POLL_MS = 5_000;
/** After a cancel the venue has this long to say what was filled; then the order counts as unfinished. */
const CANCEL_WAIT_MS = 60_000;
const CANCEL_AGAIN_MS = 1_000;
/** The kill switch is obeyed this soon. */
const BRAKE_WITHIN_MS = 1_000;
/** A stopping program must be gone within ten seconds. */
const STOPPING_MS = 6_000;

/** Follows one order to its end as far as that can be seen in time; the result may still be live or unknown. */
export async function awaitFinal(context: AccountContext, key: string): Promise<JournaledOrder> {
  let order = journaled(context, key);
  if (order.state === 'unknown' || order.state === 'sending') {
    order = await resolveUnknown(context, order, context.clock.now() + context.lookUpMs);
  }
  if (order.state === 'live') order = await letRest(context, order);
  if (order.state === 'live' || order.state === 'cancelling') order = await cancel(context, order);
  return order;
}

async function letRest(context: AccountContext, start: JournaledOrder): Promise<JournaledOrder> {
  const { clock } = context;
  let order = start;
  let pauseMs = FIRST_POLL_MS;
  const deadline = clock.now() + context.settings.orderWaitMs;
  while (!isFinal(order.state) && clock.now() < deadline && forbidden(context) === null) {
    await sleepUnlessBraked(context, Math.min(pauseMs, deadline - clock.now()));
    pauseMs = Math.min(pauseMs * 2, LAST_POLL_MS);
    order = (await look(context, order)).order;
  }
  return order;
}

/** A person's brake takes what rests back at once, as a stop does. */
async function sleepUnlessBraked(context: AccountContext, ms: number): Promise<void> {
  const untilMs = context.clock.now() + ms;
  while (context.clock.now() < untilMs && forbidden(context) === null)
    await context.clock.sleep(Math.min(BRAKE_WITHIN_MS, untilMs - context.clock.now()), context.stop);
}

/** Asks for the cancel, and again as long as the venue shows the order active: a request may get lost on its way. */
async function cancel(context: AccountContext, start: JournaledOrder): Promise<JournaledOrder> {
  const { clock, stop, broker } = context;
  const { orderId } = start;
  if (orderId === null) return start;
  let order = settle(context, {
    key: start.request.key,
    to: 'cancelling',
    executed: start.executed,
    evidence: forbidden(context) ?? 'rested longer than order_wait_seconds',
  });
  const deadline = clock.now() + (stop.aborted ? STOPPING_MS : CANCEL_WAIT_MS);
  for (let pauseMs = CANCEL_AGAIN_MS; ; pauseMs *= 2) {
    const outcome = await broker.cancel(order.request.brokerAccount, orderId);
    const { ticker, request } = order;
    context.log.info({ ticker, key: request.key, outcome: outcome.kind }, 'cancelled a resting order');
    const seen = await look(context, order);
    order = seen.order;
    if (isFinal(order.state)) return order;
    if (seen.found === 'not_found') return settleGone(context, order);
    if (clock.now() >= deadline) return order;
    await clock.sleep(Math.min(pauseMs, deadline - clock.now()));
  }
}

interface Look {
  readonly order: JournaledOrder;
  readonly found: LookUp['kind'] | 'no_answer';
}

/** The order after what the venue says about it now. */
async function look(context: AccountContext, order: JournaledOrder): Promise<Look> {
  const { key, brokerAccount, lot } = order.request;
  try {
    const found =
      order.orderId === null
        ? await context.broker.orderByKey(brokerAccount, key, lot)
        : await context.broker.orderById(brokerAccount, order.orderId, lot);
    if (found.kind === 'not_found') return { order, found: 'not_found' };
    return { order: adoptReport(context, order, found.report, 'order state'), found: 'found' };
  } catch (error) {
    const { message } = tolerate(error);
    context.log.warn({ key, error: message }, 'an order could not be looked up; asking again');
    return { order, found: 'no_answer' };
  }
}
