// Orders above `confirmationThresholdRub`: what the plan went on without is written down and told once; what was sent, or is
// no longer wanted, is taken off the list. Guarantees: one question per instrument and side and session; an order that is
// asked about keeps its key while it stays about as large; after a no it is not asked about again in that session.

import { DAY_MS, moscowMidnight } from '../core/moscow-day.ts';
import type { HeldBack, Plan, PlannedOrder } from '../core/plan.ts';
import { CONFIRMATION_RULE, isWithin } from '../core/steps/confirmations.ts';
import { kopecks, raw } from '../core/units.ts';
import type { PendingOrder, Session } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import type { Draft } from './draft.ts';
import type { Outcome } from './ending.ts';
import { keyOf } from './gate.ts';
import { sessionAt } from './schedule.ts';

/** A late yes is told that it is late, for so long. */
const REMEMBERED_MS = DAY_MS;
/** A reason names this many orders. */
const NAMED_MAX = 5;
/** As much of a key as a person has to type. */
const SHOWN = 8;

export const shownKey = ({ key }: Pick<PendingOrder, 'key'>): string => key.slice(0, SHOWN);
export const confirmWords = (order: Pick<PendingOrder, 'key'>): string => `tiebb confirm ${shownKey(order)}`;

/** The end of an iteration whose plan may have gone on without some orders. */
export function awaitPerson(context: AccountContext, draft: Draft, ended: Outcome): Outcome {
  const traded = context.journal.ordersOf(draft.iteration).length > 0;
  const plan = traded ? draft.settled : draft.plan;
  forgetSent(context, draft.iteration);
  if (plan === null) return ended;
  const waiting = askFor(context, draft, plan, ended.sessions ?? []);
  tellHow(context, draft);
  if (waiting.length === 0) return ended;
  const { status, reason } = ended.ending;
  const isTold = status === 'balanced' || status === 'nothing_to_do' || status === 'partial';
  if (!isTold) return ended;
  const parts = [reason, awaiting(waiting)].filter((part) => part !== null);
  return { ...ended, ending: { status: 'partial', reason: parts.join('; ') } };
}

/** What is held back for a person says how to let it go. Also for a plan that only looks. */
export function tellHow({ journal, settings, clock }: AccountContext, draft: Draft): void {
  const rows = journal.pendingOrders(settings.id).filter((row) => clock.now() < row.expiresAtMs);
  const told = (plan: Plan): Plan => ({
    ...plan,
    heldBack: plan.heldBack.map((held) => withCommand(held, rows)),
  });
  if (draft.plan) draft.plan = told(draft.plan);
  if (draft.settled) draft.settled = told(draft.settled);
}

function withCommand(held: HeldBack, rows: readonly PendingOrder[]): HeldBack {
  const row = rows.find(({ ticker }) => ticker === held.ticker);
  if (held.rule !== CONFIRMATION_RULE || row === undefined) return held;
  const how =
    row.answer === 'rejected'
      ? 'a person said no; it is asked about again in the next session'
      : confirmWords(row);
  return { ...held, detail: `${held.detail}: ${how}` };
}

/** A yes is for one order: what has left this process is off the list. */
function forgetSent({ journal, settings }: AccountContext, iteration: string): void {
  const sent = journal.ordersOf(iteration).filter(({ attempts }) => attempts > 0);
  for (const row of journal.pendingOrders(settings.id)) {
    const isSent = sent.some(({ request }) => request.uid === row.uid && request.side === row.side);
    if (isSent && row.answer !== 'rejected') journal.removePending(row.key);
  }
}

/** Brings the list up to date with the plan; returns what waits for an answer. */
function askFor(
  context: AccountContext,
  { iteration, startedAtMs, observation }: Draft,
  { confirmations }: Plan,
  sessions: readonly Session[],
): PendingOrder[] {
  const { journal, settings, clock, notifier } = context;
  const nowMs = clock.now();
  const rows = journal.pendingOrders(settings.id);
  // Outside the window, or cooling down, nothing is wanted for now: what was asked about may still be.
  const isBlocked = observation?.snapshot.facts.timing.blocked != null;
  const unwanted = rows.filter((row) => !confirmations.some(({ order }) => isSame(order, row)));
  const kept = unwanted.filter((row) => isBlocked && row.answer === 'none' && nowMs < row.expiresAtMs);
  for (const row of rows) {
    const isOver = nowMs - row.expiresAtMs > REMEMBERED_MS;
    const isIdle =
      unwanted.includes(row) && !isBlocked && nowMs < row.expiresAtMs && row.answer !== 'rejected';
    if (isOver || isIdle) journal.removePending(row.key);
  }
  const asked = confirmations.flatMap(({ order, agreed }) => {
    if (agreed) return [];
    const row = rows.find((each) => isSame(order, each) && nowMs < each.expiresAtMs);
    if (row?.answer === 'rejected') return [];
    if (row && isAbout(order, row)) {
      if (row.answer === 'none') return [row];
      // Agreed to while this iteration ran: the next one sends it. An older yes has been used up.
      if ((row.answeredAtMs ?? 0) > startedAtMs) return [];
    }
    const pending = pendingOf(context, iteration, order, sessions);
    journal.addPending(pending);
    notifier.alert({ account: settings.id, event: 'confirmation', message: question(pending) });
    return [pending];
  });
  return [...asked, ...kept];
}

const isSame = (order: PlannedOrder, row: PendingOrder): boolean =>
  order.uid === row.uid && order.side === row.side;

/** As large as what was asked about, within the growth that an answer covers. */
const isAbout = (order: PlannedOrder, row: PendingOrder): boolean =>
  isWithin(raw(order.lots), raw(row.lots)) &&
  isWithin(raw(row.lots), raw(order.lots)) &&
  isWithin(raw(order.amount), raw(row.amount)) &&
  isWithin(raw(row.amount), raw(order.amount));

function pendingOf(
  { brokerAccount, settings, clock }: AccountContext,
  iteration: string,
  order: PlannedOrder,
  sessions: readonly Session[],
): PendingOrder {
  const nowMs = clock.now();
  const { ticker, uid, side, lots, lot, price, amount } = order;
  return {
    key: keyOf({ brokerAccount, iteration, leg: side === 'sell' ? 0 : 1 }, order, 0),
    account: settings.id,
    iteration,
    ticker,
    uid,
    side,
    lots,
    lot,
    price,
    amount,
    createdAtMs: nowMs,
    expiresAtMs: sessionAt(sessions, nowMs)?.endMs ?? moscowMidnight(nowMs) + DAY_MS,
    answer: 'none',
    answeredAtMs: null,
  };
}

const question = (order: PendingOrder): string =>
  `${order.side} ${raw(order.lots)} lots of ${order.ticker} for ${kopecks(order.amount)} RUB waits for a yes until ` +
  `${new Date(order.expiresAtMs).toISOString()}: ${confirmWords(order)} (or: tiebb reject ${shownKey(order)})`;

function awaiting(orders: readonly PendingOrder[]): string {
  const named = orders
    .slice(0, NAMED_MAX)
    .map(
      (order) => `${order.side} ${order.ticker} for ${kopecks(order.amount)} RUB (${confirmWords(order)})`,
    );
  const more = orders.length > NAMED_MAX ? ` and ${orders.length - NAMED_MAX} more, see: tiebb pending` : '';
  return `awaits a person: ${named.join(', ')}${more}`;
}
