// How an iteration ends, and what follows from it: every way out of `runCycle` in one place.
// Guarantees: an order whose fate is open always shows in the status; what was sent is never called a mere failure.

import type { IterationStatus } from '../core/iteration-record.ts';
import { isFinal } from '../core/order.ts';
import type { JournaledOrder, Session, WorldError } from '../ports.ts';
import type { AccountContext, Refusal } from './account-context.ts';
import type { Acted } from './act.ts';
import { type Draft, type Ending, recordStatus } from './draft.ts';
import { forbidden } from './permission.ts';

/** What the loop must do after an iteration. */
export type Afterwards =
  | { readonly kind: 'go_on' }
  /** Ask again soon: an outcome is unknown, or a read failed. */
  | { readonly kind: 'soon'; readonly afterMs: number }
  /** The token is refused: re-check now and then, nothing else. */
  | { readonly kind: 'token_refused' }
  | { readonly kind: 'stop_account'; readonly because: string }
  | { readonly kind: 'stop_all'; readonly because: string };

export interface Outcome {
  readonly ending: Ending;
  /** Sessions as read; `null` where they are not known. */
  readonly sessions: readonly Session[] | null;
  readonly afterwards: Afterwards;
}

/** An unresolved order is asked about again this soon, whatever the interval. */
const UNKNOWN_AGAIN_MS = 60_000;
/** A reason names this many orders. */
const NAMED_MAX = 5;
const GO_ON: Afterwards = { kind: 'go_on' };

export const outcome = (
  status: IterationStatus,
  reason: string | null,
  sessions: readonly Session[] | null,
  afterwards: Afterwards = GO_ON,
): Outcome => ({ ending: { status, reason }, sessions, afterwards });

/** The account is blocked until the fate of an order is known. */
export const unresolved = (reason: string, sessions: readonly Session[] | null): Outcome =>
  outcome('unknown_outcome', reason, sessions, { kind: 'soon', afterMs: UNKNOWN_AGAIN_MS });

/** A brake that a person has to lift: the switch is no failure, a halt is. */
export function afterBrake(context: AccountContext, draft: Draft, because: string): Outcome {
  const halted = context.journal.halt(context.settings.id) !== null;
  draft.expected = !halted;
  return outcome(halted ? 'failed' : 'skipped', because, null);
}

/** After the last leg: what became of the orders. */
export function afterTrading(
  context: AccountContext,
  draft: Draft,
  acted: Acted,
  sessions: readonly Session[] | null,
): Outcome {
  if (acted.unfinished) {
    const { unknown } = sentOf(context, draft);
    return unresolved(`the outcome of an order is not known yet: ${stillOpen(unknown)}`, sessions);
  }
  if (acted.stop) return stopped(acted.stop, sessions);
  const because = forbidden(context);
  if (because !== null) return outcome('partial', `interrupted: ${because}`, sessions);
  const orders = context.journal.ordersOf(draft.iteration);
  const short = orders.filter((order) => recordStatus(order) !== 'filled').map(shortfall);
  const missing = [...short, ...acted.notMade];
  // By what their books ask nothing was left of all that was planned.
  if (orders.length === 0 && missing.length === 0 && acted.warnings.length > 0)
    return outcome('nothing_to_do', [...new Set(acted.warnings)].join('; '), sessions);
  return missing.length === 0
    ? outcome('balanced', null, sessions)
    : outcome('partial', missing.join('; '), sessions);
}

function shortfall(order: JournaledOrder): string {
  const what = `${order.request.side} ${order.ticker}`;
  if (order.attempts === 0) return `${what} not sent`;
  const became = `${what} ${recordStatus(order)}`;
  return order.error ? `${became}: ${order.error}` : became;
}

function stopped(stop: Refusal, sessions: readonly Session[] | null): Outcome {
  const reason = `${stop.order.ticker}: ${stop.order.error ?? 'refused'}`;
  const afterwards: Afterwards =
    stop.reaction === 'stop_token'
      ? { kind: 'token_refused' }
      : { kind: stop.reaction === 'stop_all' ? 'stop_all' : 'stop_account', because: reason };
  return outcome('failed', reason, sessions, afterwards);
}

/** The world failed: the iteration says so. Refused data is a skip, not a failure; orders already sent stay on record. */
export function afterWorldError(context: AccountContext, draft: Draft, error: WorldError): Outcome {
  const { code, message, trackingId } = error;
  // The adapter's messages mostly say both already.
  const said = [
    code !== null && !message.includes(code) ? code : null,
    message,
    trackingId !== null && !message.includes(trackingId) ? `(tracking id ${trackingId})` : null,
  ];
  const { sent, unknown } = sentOf(context, draft);
  const reason = withOpen(said.filter((part) => part !== null).join(' '), unknown);
  const status = isOpen(unknown)
    ? 'unknown_outcome'
    : sent
      ? 'partial'
      : error.kind === 'refused_data'
        ? 'skipped'
        : 'failed';
  return outcome(status, reason, null, afterError(error, isOpen(unknown)));
}

function afterError(error: WorldError, unknown: boolean): Afterwards {
  switch (error.kind) {
    case 'token':
      return { kind: 'token_refused' };
    case 'account':
      return { kind: 'stop_account', because: error.message };
    case 'contract':
      return { kind: 'stop_all', because: error.message };
    case 'request':
      return GO_ON;
    case 'unreachable':
    case 'refused_data':
      return unknown ? { kind: 'soon', afterMs: UNKNOWN_AGAIN_MS } : GO_ON;
  }
}

/** A venue that hung while the program was stopping: what is known is recorded and told, the next start recovers. */
export function afterHanging(context: AccountContext, draft: Draft): Outcome {
  const { unknown } = sentOf(context, draft);
  const { refusal } = context.memory;
  if (refusal?.iteration === draft.iteration && !isOpen(unknown)) return stopped(refusal.stop, null);
  const reason = withOpen('interrupted: the venue did not answer in time', unknown);
  return isOpen(unknown) ? unresolved(reason, null) : outcome('partial', reason, null);
}

/** Something that must not happen: a defect of ours, or a journal that cannot be written. */
export function afterDefect(context: AccountContext, draft: Draft, error: unknown): Outcome {
  const reason = defectReason(error);
  const { unknown } = sentOf(context, draft);
  const status = isOpen(unknown) ? 'unknown_outcome' : 'failed';
  return outcome(status, withOpen(reason, unknown), null, { kind: 'stop_account', because: reason });
}

/** A thing that a person can put right: its words say it all, and where in the program it was met says nothing. */
export const isJournalFailure = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'JournalError';

/** In words for a person: which of the two it was, and what it said. */
export function defectReason(error: unknown): string {
  const what = error instanceof Error ? error.message : String(error);
  return `${isJournalFailure(error) ? 'the journal failed' : 'a defect in this program'}: ${what}`;
}

/** What this iteration sent: anything at all, and what of it has no known end. */
function sentOf(
  context: AccountContext,
  draft: Draft,
): { sent: boolean; unknown: readonly JournaledOrder[] } {
  const sent = context.journal.ordersOf(draft.iteration).filter((order) => order.attempts > 0);
  return { sent: sent.length > 0, unknown: sent.filter((order) => !isFinal(order.state)) };
}

const isOpen = (unknown: readonly JournaledOrder[]): boolean => unknown.length > 0;

const withOpen = (reason: string, unknown: readonly JournaledOrder[]): string =>
  isOpen(unknown) ? `${reason}; not known yet: ${stillOpen(unknown)}` : reason;

/** Orders whose fate is open, in words: which they are and what happens next. */
export function stillOpen(orders: readonly JournaledOrder[]): string {
  const named = orders.slice(0, NAMED_MAX).map(({ ticker, request }) => {
    return `${request.side} ${ticker} (key ${request.key})`;
  });
  const more = orders.length > NAMED_MAX ? ` and ${orders.length - NAMED_MAX} more` : '';
  return `${named.join(', ')}${more}; asked about again at the next start, by a daemon within a minute; tiebb orders shows it`;
}
