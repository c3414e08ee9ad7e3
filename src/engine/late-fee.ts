// A fill whose fee the venue books a moment after its reply: asked for once, before the order is settled as final.
// Guarantees: at most one more call, none where the reply names the fee; a reply is never lost over it.

import { type JournaledOrder, type PostOutcome, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
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
    seenNow(context, order, report.orderId, unwanted),
  );
  if (known?.status !== 'filled') return outcome;
  const { commission } = known;
  return { ...outcome, report: { ...report, commission, value: report.value ?? known.value } };
}

async function seenNow(
  context: AccountContext,
  { request }: JournaledOrder,
  orderId: string,
  unwanted: AbortSignal,
) {
  try {
    const found = await context.broker.orderById(request.brokerAccount, orderId, request.lot, unwanted);
    return found.kind === 'found' ? found.report : null;
  } catch (error) {
    // What lasts (a refused token, say) shows with the next call; this order is filled all the same.
    if (!(error instanceof WorldError)) throw error;
    context.log.info({ key: request.key, error: error.message }, 'the fee of a fill could not be asked for');
    return null;
  }
}
