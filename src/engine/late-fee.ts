// A fill whose fee the venue books a moment after its reply: asked for once, before the order is settled as final, and
// again where the account is compared with what is known of its orders.
// Guarantees: at most one more call, none where the fee is known; a reply is never lost over it, nor is a refusal of the
// question that will last: the leg ends with it.

import { isFinal } from '../core/order.ts';
import { compare, isZero } from '../core/units.ts';
import { type JournaledOrder, type PostOutcome, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { tolerate } from './ask-again.ts';
import { inTime } from './in-time.ts';
import { steady } from './steady.ts';

type Accepted = Extract<PostOutcome, { kind: 'accepted' }>;

/** The reply is clear; it does not wait longer than this for the fee. */
const FEE_WAIT_MS = 3_000;

/** The outcome with its fee where the venue knows it by now, else as it was. */
export async function withFee(
  context: AccountContext,
  order: JournaledOrder,
  outcome: Accepted,
): Promise<Accepted> {
  const { report } = outcome;
  if (report.status !== 'filled' || report.commission !== null || context.stop.aborted) return outcome;
  const known = await inTime(context, steady(context.clock) + FEE_WAIT_MS, (unwanted) =>
    seenNow(context, order, report.orderId, unwanted).catch((error: unknown) => noteLasting(context, error)),
  );
  if (known?.status !== 'filled') return outcome;
  const { commission } = known;
  return { ...outcome, report: { ...report, commission, value: report.value ?? known.value } };
}

/**
 * An order that ended before the venue named its fee, or its worth, with what it says of them now; as it was where it still
 * says nothing. The journal keeps what it has: a final order never changes.
 * @throws {WorldError} where the venue refuses for good to be asked about orders
 */
export async function withCost(context: AccountContext, order: JournaledOrder): Promise<JournaledOrder> {
  const { orderId, executed, value, commission } = order;
  if (orderId === null || !isFinal(order.state) || isZero(executed)) return order;
  if (value !== null && commission !== null) return order;
  const { told } = context.memory;
  const report = told.get(orderId) ?? (await seenNow(context, order, orderId));
  if (report === null || compare(report.executed, executed) !== 0) return order;
  if (report.value !== null && report.commission !== null) told.set(orderId, report);
  return { ...order, value: value ?? report.value, commission: commission ?? report.commission };
}

async function seenNow(
  context: AccountContext,
  { request }: JournaledOrder,
  orderId: string,
  unwanted?: AbortSignal,
) {
  try {
    const found = await context.broker.orderById(request.brokerAccount, orderId, request.lot, unwanted);
    return found.kind === 'found' ? found.report : null;
  } catch (error) {
    const { message } = tolerate(error);
    context.log.info({ key: request.key, error: message }, 'the fee of a fill could not be asked for');
    return null;
  }
}

/** This order is filled all the same, and is settled first. */
function noteLasting({ memory }: AccountContext, error: unknown): null {
  if (!(error instanceof WorldError)) throw error;
  memory.lasting = error;
  return null;
}
