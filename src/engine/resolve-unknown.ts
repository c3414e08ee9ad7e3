// Finds out what became of one order whose outcome is not known: look-up, active orders, the same bytes again, absence.
// Guarantees (core/reconcile.ts decides): never a new key, never a guess; what stays unknown blocks the account.

import { isFinal } from '../core/order.ts';
import { HALT_AFTER_MS, repairFor } from '../core/reconcile.ts';
import { raw } from '../core/units.ts';
import type { JournaledOrder, OrderReport } from '../ports.ts';
import { isProvablyAbsent, siblingsOf } from './absence-proof.ts';
import type { AccountContext } from './account-context.ts';
import { tolerate } from './ask-again.ts';
import { haltAccount } from './halt.ts';
import { inTime } from './in-time.ts';
import { lastSent } from './last-sent.ts';
import { forbidden } from './permission.ts';
import { sessionAt } from './schedule.ts';
import { adoptReport, settleRefused } from './settle-order.ts';
import { certainlySince, steady } from './steady.ts';
import { journaled, submit } from './submit.ts';

/**
 * A person is told within a minute: when it was sent that long ago, but not before it was asked about for a moment, for
 * what an earlier run left is mostly settled by the first look.
 */
const ALERT_AFTER_MS = 55_000;
const ASKED_FIRST_MS = 20_000;
const FIRST_POLL_MS = 1_000;
const LAST_POLL_MS = 60_000;
/** A person who resolves it is heeded this soon. */
const HEEDED_WITHIN_MS = 5_000;
/** What has been unknown for minutes is not asked about every second again at each iteration: of its age, one part in so many. */
const AGE_PARTS = 8;
/** After a long absence of the program the orders of a leg are asked about for so long, before one of them is a person's. */
const CLOUDED_MS = 3 * 60_000;

/** Asks until the order's fate is known or `deadlineMs` (by `steady`) has come: look up, resend the same bytes, prove absence. */
export async function resolveUnknown(
  context: AccountContext,
  start: JournaledOrder,
  deadlineMs: number,
): Promise<JournaledOrder> {
  const { clock, stop } = context;
  let order = start;
  if (order.state === 'sending') {
    order = settleRefused(context, order, 'unknown', 'the program ended before the reply', null);
  }
  const settled = new AbortController();
  const telling = tellInTime(context, order, AbortSignal.any([stop, settled.signal]));
  try {
    let pauseMs = firstPauseMs(context, order);
    while (order.state === 'unknown') {
      order = await attemptRecovery(context, order, deadlineMs);
      if (order.state !== 'unknown' || steady(clock) >= deadlineMs || stop.aborted) break;
      await pause(context, order, Math.min(pauseMs, deadlineMs - steady(clock)));
      pauseMs = Math.min(pauseMs * 2, LAST_POLL_MS);
      // A person may have resolved it meanwhile.
      order = journaled(context, order.request.key);
    }
  } catch (error) {
    // Nobody goes on asking about it: a person is told now.
    const known = journaled(context, order.request.key);
    if (known.state === 'unknown') alertUnknown(context, known);
    throw error;
  } finally {
    settled.abort('settled');
    await telling;
  }
  return order;
}

function firstPauseMs({ clock }: AccountContext, { firstSentMs }: JournaledOrder): number {
  const age = firstSentMs === null ? 0 : clock.now() - firstSentMs;
  return Math.min(LAST_POLL_MS, Math.max(FIRST_POLL_MS, Math.floor(age / AGE_PARTS)));
}

/** Shorter where a person resolves it meanwhile. */
async function pause(context: AccountContext, { request }: JournaledOrder, ms: number): Promise<void> {
  const { clock, stop } = context;
  const untilMs = steady(clock) + ms;
  while (steady(clock) < untilMs && !stop.aborted && journaled(context, request.key).state === 'unknown')
    await clock.sleep(Math.min(HEEDED_WITHIN_MS, untilMs - steady(clock)), stop);
}

/** Tells a person when it is time, however long the venue lets a question hang. */
async function tellInTime(context: AccountContext, order: JournaledOrder, until: AbortSignal): Promise<void> {
  const { clock } = context;
  const age = clock.now() - (order.firstSentMs ?? clock.now());
  // Sent in the future: the clock was set back, nobody knows when.
  const leftMs = age < 0 ? 0 : ALERT_AFTER_MS - age;
  await clock.sleep(Math.max(ASKED_FIRST_MS, leftMs), until);
  if (until.aborted) return;
  const known = journaled(context, order.request.key);
  if (known.state === 'unknown') alertUnknown(context, known);
}

async function attemptRecovery(
  context: AccountContext,
  order: JournaledOrder,
  deadlineMs: number,
): Promise<JournaledOrder> {
  const { key } = order.request;
  try {
    const seen = await inTime(context, deadlineMs, (unwanted) => evidenceOf(context, order, unwanted));
    if (seen === null) return order;
    const repair = repairFor(order, {
      ...seen,
      nowMs: context.clock.now(),
      sentAgoMs: sentAgo(context, order),
    });
    switch (repair.kind) {
      case 'adopt':
        return adoptReport(context, order, repair.report, repair.evidence);
      case 'resend':
        context.log.warn(
          { key, ticker: order.ticker },
          'asking with the same order again under the same key',
        );
        return forbidden(context) === null ? (await submit(context, key)).order : order;
      case 'prove_absence':
        if (!(await isProvablyAbsent(context, order))) return giveUp(context, order);
        return settleRefused(
          context,
          order,
          'absent',
          'absence proof: the account is as it was before',
          null,
        );
      case 'drop':
      case 'wait':
        return order;
    }
  } catch (error) {
    const { message } = tolerate(error);
    context.log.warn({ key, error: message }, 'an unknown order could not be asked about');
    return order;
  }
}

/** What the venue says about it now. */
async function evidenceOf(context: AccountContext, order: JournaledOrder, unwanted: AbortSignal) {
  const { key, brokerAccount, lot } = order.request;
  const [byKey, active] = await Promise.all([
    context.broker.orderByKey(brokerAccount, key, lot, unwanted),
    activeNow(context, brokerAccount),
  ]);
  return {
    byKey: byKey.kind === 'found' ? byKey.report : null,
    active: active.find((report: OrderReport) => report.key === key) ?? null,
    sameSession: await isSameSession(context, order),
  };
}

/** What it shows is kept at once: the look-up beside it may be longer in coming. */
async function activeNow(
  { broker, memory }: AccountContext,
  brokerAccount: string,
): Promise<readonly OrderReport[]> {
  const active = await broker.activeOrders(brokerAccount);
  for (const { key } of active) if (key !== null) memory.shownActive.add(key);
  return active;
}

/** The session in which it was first sent still runs: only then would a resend mean what the first one meant. */
async function isSameSession(context: AccountContext, order: JournaledOrder): Promise<boolean> {
  const exchange = await exchangeOf(context, order);
  if (exchange === null || order.firstSentMs === null) return false;
  const sessions = await context.market.sessions(exchange);
  const session = sessionAt(sessions, context.clock.now());
  return session !== null && session.startMs <= order.firstSentMs;
}

/** Whose sessions count: the configured schedule's, under `auto` the instrument's own. */
async function exchangeOf(context: AccountContext, order: JournaledOrder): Promise<string | null> {
  const { exchange } = context.settings;
  if (exchange !== 'auto') return exchange;
  return (await context.market.listingByUid(order.request.uid))?.exchange ?? null;
}

/** Time since the last sending that has certainly passed. */
const sentAgo = (context: AccountContext, order: JournaledOrder): number =>
  certainlySince(context.clock, lastSent(context, order));

/** Neither found nor provably absent: only a person can say what became of it. */
function giveUp(context: AccountContext, order: JournaledOrder): JournaledOrder {
  const { key, side, lots: count } = order.request;
  const known = journaled(context, key);
  const age = sentAgo(context, order);
  if (known.state !== 'unknown' || context.stop.aborted || age < HALT_AFTER_MS) return known;
  if (isClouded(context, order)) return known;
  const detail =
    `order ${key} (${side} ${raw(count)} lots of ${order.ticker}, ${order.error ?? 'no reply'}) is neither found at the ` +
    `venue nor provably absent: look at the account, then tiebb resolve ${key} --absent, or --filled N (lots)`;
  haltAccount(context, 'unresolved_order', detail);
  return order;
}

/** What an order beside it did, as long as that is being found out, may be all that keeps its absence from being proved. */
function isClouded(context: AccountContext, order: JournaledOrder): boolean {
  const { clouded } = context.memory;
  const { key } = order.request;
  if (siblingsOf(context, order).every(({ request, state }) => request.key === key || isFinal(state)))
    return false;
  const sinceMs = clouded.get(key) ?? steady(context.clock);
  clouded.set(key, sinceMs);
  return steady(context.clock) - sinceMs < CLOUDED_MS;
}

/** A person is told once per order. */
function alertUnknown(context: AccountContext, order: JournaledOrder): void {
  const { key, side, lots: count } = order.request;
  if (context.memory.alerted.has(key)) return;
  context.memory.alerted.add(key);
  context.notifier.alert({
    account: context.settings.id,
    event: 'unknown_outcome',
    message:
      `${side} ${raw(count)} lots of ${order.ticker}: the venue does not say what became of order ${key}` +
      ` (${order.error ?? 'no reply'}). This account does not trade until that is known; asking goes on.`,
  });
}
