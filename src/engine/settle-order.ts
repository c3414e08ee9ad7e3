// W3 for everything the broker tells about one order: a report becomes a transition with its evidence.
// Guarantees: a report is adopted only as the state machine allows; what was reached stays reached.

import { isFinal, type OrderState } from '../core/order.ts';
import { type OrderReport, stateOf } from '../core/order-report.ts';
import { compare, isLess } from '../core/units.ts';
import type { JournaledOrder, Refusal, Transition } from '../ports.ts';
import type { AccountContext } from './account-context.ts';

/** Adopts a report. Steps through `live` where the graph has no direct arrow (a market order fills in its reply). */
export function adoptReport(
  context: AccountContext,
  order: JournaledOrder,
  report: OrderReport,
  evidence: string,
  trackingId: string | null = null,
): JournaledOrder {
  if (isFinal(order.state)) return order;
  const to = stateOf(report);
  // What lags behind the fills that are known tells the worth and the fee of fewer lots.
  const lags = isLess(report.executed, order.executed);
  const facts = {
    key: order.request.key,
    executed: lags ? order.executed : report.executed,
    evidence,
    value: lags ? null : report.value,
    commission: lags ? null : report.commission,
    orderId: report.orderId,
    trackingId,
    error: report.message === '' ? null : report.message,
  };
  // Still active: the cancel is under way, or got lost.
  if (to === 'live' && order.state === 'cancelling') return settle(context, { ...facts, to: 'cancelling' });
  if (order.state === 'sending' && to !== 'live' && to !== 'rejected')
    settle(context, { ...facts, to: 'live' });
  return settle(context, { ...facts, to });
}

export function settleRefused(
  context: AccountContext,
  order: JournaledOrder,
  to: OrderState,
  evidence: string,
  refusal: Refusal | null,
): JournaledOrder {
  return settle(context, {
    key: order.request.key,
    to,
    executed: order.executed,
    evidence,
    code: refusal?.code ?? null,
    trackingId: refusal?.trackingId ?? null,
    error: refusal && said(to, refusal),
  });
}

/** Who asks the broker about an order of unknown fate needs the tracking id. */
function said(to: OrderState, { code, message, trackingId }: Refusal): string {
  const text = `${code} ${message}`.trim();
  return to === 'unknown' && trackingId !== null ? `${text}, tracking id ${trackingId}` : text;
}

export function settle(context: AccountContext, change: Transition): JournaledOrder {
  const { journal, clock } = context;
  // A person may have resolved it in the meantime: what they said stands.
  const known = journal.order(change.key);
  return known !== null && (isFinal(known.state) || isNoNews(known, change))
    ? known
    : journal.settle(change, clock.now());
}

/** A resting order is asked about every few seconds: what is known already is not written again. */
const isNoNews = (known: JournaledOrder, { to, executed, code, ...told }: Transition): boolean =>
  to === known.state &&
  (code ?? null) === null &&
  compare(executed, known.executed) === 0 &&
  (['value', 'commission', 'orderId', 'error'] as const).every(
    (detail) => (told[detail] ?? known[detail]) === known[detail],
  );
