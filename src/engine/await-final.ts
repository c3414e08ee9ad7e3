// Waits until an order is final: polls a resting one, cancels it after its time, asks about an unknown one.
// Guarantees: it takes at most order_wait_seconds plus the look-up time, and only the latter where the venue does not
// answer about the order at all; an order is called final only on the venue's word, or once the venue knows it no more and
// the account stands still; a cancel that got lost is sent again; a stop or a brake cancels what rests.

import { isFinal } from '../core/order.ts';
import type { JournaledOrder, LookUp } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { tolerate } from './ask-again.ts';
import { settleGone } from './gone-order.ts';
import { inTime } from './in-time.ts';
import { forbidden } from './permission.ts';
import { resolveUnknown } from './resolve-unknown.ts';
import { adoptReport, settle } from './settle-order.ts';
import { steady } from './steady.ts';
import { journaled } from './submit.ts';

const FIRST_POLL_MS = 250;
const LAST_POLL_MS = 5_000;
const CANCEL_AGAIN_MS = 1_000;
/** Once an order's time is up one more look may take this long, before it is cancelled. */
const LAST_LOOK_MS = 3_000;
/** The kill switch is obeyed this soon. */
const BRAKE_WITHIN_MS = 1_000;
/** A stopping program must be gone within ten seconds. */
const STOPPING_MS = 6_000;

/** Follows one order to its end as far as that can be seen in time; the result may still be live or unknown. */
export async function awaitFinal(context: AccountContext, key: string): Promise<JournaledOrder> {
  const { clock, lookUpMs, settings } = context;
  const endMs = steady(clock) + settings.orderWaitMs + lookUpMs;
  let order = journaled(context, key);
  if (order.state === 'unknown' || order.state === 'sending') {
    order = await resolveUnknown(context, order, steady(clock) + lookUpMs);
  }
  const patience: Patience = { endMs, heardMs: steady(clock) };
  if (order.state === 'live') order = await letRest(context, order, patience);
  if (order.state === 'live' || order.state === 'cancelling') order = await cancel(context, order, patience);
  return order;
}

interface Patience {
  /** Whatever happens, waiting ends here (by `steady`, like every instant of this file). */
  readonly endMs: number;
  /** When the venue last told about the order. */
  heardMs: number;
}

/** The last third of the look-up time belongs to the cancel. */
const cancelRoomMs = ({ lookUpMs }: AccountContext): number => Math.ceil(lookUpMs / 3);

async function letRest(
  context: AccountContext,
  start: JournaledOrder,
  patience: Patience,
): Promise<JournaledOrder> {
  const { clock, lookUpMs, settings } = context;
  let order = start;
  let pauseMs = FIRST_POLL_MS;
  const beside = companions(context, start);
  const restUntilMs = Math.min(steady(clock) + settings.orderWaitMs, patience.endMs - cancelRoomMs(context));
  const silentAtMs = () => patience.heardMs + lookUpMs - cancelRoomMs(context);
  const goesOn = () => !isFinal(order.state) && steady(clock) < silentAtMs() && forbidden(context) === null;
  while (goesOn() && steady(clock) < restUntilMs) {
    await sleepUnlessBraked(context, Math.min(pauseMs, Math.min(restUntilMs, silentAtMs()) - steady(clock)));
    pauseMs = Math.min(pauseMs * 2 * (pauseMs === FIRST_POLL_MS ? beside : 1), LAST_POLL_MS * beside);
    // An answer that is long in coming (reads have a limit of their own) must not keep the order resting.
    const byMs = Math.min(silentAtMs(), restUntilMs + LAST_LOOK_MS);
    if (steady(clock) < byMs) order = (await look(context, order, patience, byMs)).order;
  }
  return order;
}

/** Orders that rest side by side share the limit of look-ups: after a first look each is asked about more rarely. */
const companions = ({ journal }: AccountContext, { iteration, leg, request }: JournaledOrder): number =>
  1 +
  journal
    .ordersOf(iteration)
    .filter((one) => one.leg === leg && one.request.key !== request.key && !isFinal(one.state)).length;

/** A person's brake takes what rests back at once, as a stop does. */
async function sleepUnlessBraked(context: AccountContext, ms: number): Promise<void> {
  const untilMs = steady(context.clock) + ms;
  while (steady(context.clock) < untilMs && forbidden(context) === null)
    await context.clock.sleep(Math.min(BRAKE_WITHIN_MS, untilMs - steady(context.clock)), context.stop);
}

/** Asks for the cancel, and again as long as the venue shows the order active: a request may get lost on its way. */
async function cancel(
  context: AccountContext,
  start: JournaledOrder,
  patience: Patience,
): Promise<JournaledOrder> {
  const { clock, stop, broker, lookUpMs } = context;
  const { orderId } = start;
  if (orderId === null) return start;
  let order = settle(context, {
    key: start.request.key,
    to: 'cancelling',
    executed: start.executed,
    evidence: forbidden(context) ?? 'rested longer than order_wait_seconds, or out of sight',
  });
  const latestMs = Math.min(patience.endMs, steady(clock) + (stop.aborted ? STOPPING_MS : lookUpMs));
  for (let pauseMs = CANCEL_AGAIN_MS; ; pauseMs *= 2) {
    const { ticker, request } = order;
    const deadline = () => Math.min(latestMs, patience.heardMs + lookUpMs);
    const outcome = await inTime(context, deadline(), () => broker.cancel(request.brokerAccount, orderId));
    // Its answer is one about the order: the look that follows may have to wait for the limit.
    if (outcome !== null && outcome.kind !== 'unknown') patience.heardMs = steady(clock);
    context.log.info(
      { ticker, key: request.key, outcome: outcome?.kind ?? 'unknown' },
      'cancelled a resting order',
    );
    const seen = await look(context, order, patience, deadline());
    order = seen.order;
    if (isFinal(order.state)) return order;
    if (seen.found === 'not_found') return settleGone(context, order);
    if (steady(clock) >= deadline()) return order;
    await clock.sleep(Math.min(pauseMs, deadline() - steady(clock)));
  }
}

interface Look {
  readonly order: JournaledOrder;
  readonly found: LookUp['kind'] | 'no_answer';
}

/** The order after what the venue says about it now. */
async function look(
  context: AccountContext,
  order: JournaledOrder,
  patience: Patience,
  deadlineMs: number,
): Promise<Look> {
  const { orderId, request } = order;
  const { key, brokerAccount, lot } = request;
  try {
    const found = await inTime(context, deadlineMs, (unwanted) =>
      orderId === null
        ? context.broker.orderByKey(brokerAccount, key, lot, unwanted)
        : context.broker.orderById(brokerAccount, orderId, lot, unwanted),
    );
    if (found === null) return { order, found: 'no_answer' };
    patience.heardMs = steady(context.clock);
    if (found.kind === 'not_found') return { order, found: 'not_found' };
    return { order: adoptReport(context, order, found.report, 'order state'), found: 'found' };
  } catch (error) {
    const { message } = tolerate(error);
    context.log.warn({ key, error: message }, 'an order could not be looked up; asking again');
    return { order, found: 'no_answer' };
  }
}
