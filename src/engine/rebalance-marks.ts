// What `rebalance` remembers of an iteration: when it traded, and which instant of the calendar is dealt with.
// Guarantees: an instant stays due until a plan of it was carried out whole, or had nothing to do: what a limit, a person's
// yes or an order that did not fill held back goes on at the next check. Never called for a dry run.

import type { Plan } from '../core/plan.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { AccountContext } from './account-context.ts';
import { lastInstant } from './calendar.ts';
import { recordStatus } from './draft.ts';

/** Rules after which the rest of the plan is still to come. */
const GOES_ON: ReadonlySet<string> = new Set([
  'limits.max_turnover_percent',
  'limits.max_orders',
  'limits.max_trade_percent',
  'confirmationThresholdRub',
]);

/** @param whole the iteration came to its own end: nothing cut it short before it had planned all that it wanted */
export function markRebalance(
  { journal, settings, clock }: AccountContext,
  iteration: string,
  { takenAtMs, facts }: Snapshot,
  plan: Plan,
  whole: boolean,
): void {
  const { calendar, cooldownMs } = settings.timing;
  if (calendar === null && cooldownMs === 0) return;
  const orders = journal.ordersOf(iteration);
  const sent = orders.filter(({ attempts }) => attempts > 0);
  const marks = journal.rebalanceMarks(settings.id);
  // A quiet plan that only sells covers what must not be owed: that is no rebalancing.
  const ownAccord = plan.aim.kind !== 'quiet' || plan.orders.some(({ side }) => side === 'buy');
  const done =
    whole &&
    sent.length === orders.length &&
    sent.every((order) => recordStatus(order) === 'filled') &&
    !plan.heldBack.some(({ rule }) => GOES_ON.has(rule));
  const dealtWith =
    marks.calendarAtMs === null || (facts.timing.calendarDue && plan.aim.kind !== 'quiet' && done);
  const next = {
    tradedAtMs: sent.length > 0 && ownAccord ? clock.now() : marks.tradedAtMs,
    calendarAtMs: calendar !== null && dealtWith ? lastInstant(calendar, takenAtMs) : marks.calendarAtMs,
  };
  if (next.tradedAtMs !== marks.tradedAtMs || next.calendarAtMs !== marks.calendarAtMs)
    journal.setRebalanceMarks(settings.id, next);
}
