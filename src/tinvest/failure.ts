// What a call that brought no answer means: a read that may be repeated, an error of the world, an order's outcome.
// Guarantees: an order counts as refused only where the venue itself said so with a status or number that admits no
// doubt; every other ending of a PostOrder is unknown.

import { unreachable } from '../core/unreachable.ts';
import { type Refusal, WorldError, type WorldErrorKind } from '../ports.ts';
import { isUntrustedChain } from './certificates.ts';
import { FAILURE_TABLE, type Rule, type Verdict } from './failure-table.ts';
import type { Headers, Status, TransportFailure } from './transport.ts';

export interface Failure {
  /**
   * BROKEN_BODY: OK, but the reply cannot be decoded. Given up before the first byte left, for want of room in the rate
   * limit: NOT_SENT; because the caller no longer wanted it: WITHHELD.
   */
  readonly status: Status | 'BROKEN_BODY' | 'NOT_SENT' | 'WITHHELD';
  /** The venue's number in digits where it gave one, else the status. */
  readonly code: string;
  readonly message: string;
  readonly trackingId: string | null;
  /** How long the venue wants to be left alone; 0 except after a rate limit. */
  readonly waitMs: number;
  /** Not the venue's own words: made by this side or a proxy. */
  readonly local: boolean;
}

const ERROR_NUMBER = /^\d{3,6}$/;
const UNTRUSTED_CERTIFICATE = 'UNTRUSTED_CERTIFICATE';

export function failureOf(error: TransportFailure, waitMs: number): Failure {
  const details = error.details.trim();
  return {
    status: error.status,
    code: codeOf(error.status, details),
    message: brief(error.headers.get('message') ?? (details === '' ? error.status : details)),
    trackingId: trackingIdOf(error.headers),
    waitMs,
    local: error.local,
  };
}

/** More than any venue has to say, less than the page of a proxy. */
const MESSAGE_MAX = 2_000;
const brief = (text: string): string => (text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX)}…` : text);

function codeOf(status: Status, details: string): string {
  if (ERROR_NUMBER.test(details)) return details;
  return isUntrustedChain(details) ? UNTRUSTED_CERTIFICATE : status;
}

export const brokenBody = (why: string, headers: Headers): Failure => ({
  status: 'BROKEN_BODY',
  code: 'BROKEN_BODY',
  message: `the reply cannot be decoded: ${why}`,
  trackingId: trackingIdOf(headers),
  waitMs: 0,
  local: true,
});

/** Held back on this side: the rate limit left no room for as long as the caller would wait. */
export const notSent = (waitMs: number): Failure => ({
  status: 'NOT_SENT',
  code: 'NOT_SENT',
  message: `not sent: the rate limit leaves no room for another ${waitMs} ms`,
  trackingId: null,
  waitMs,
  local: true,
});

/** Held back by the caller's last word. */
export const withheld = (because: string): Failure => ({
  status: 'WITHHELD',
  code: 'WITHHELD',
  message: `not sent: ${because}`,
  trackingId: null,
  waitMs: 0,
  local: true,
});

export const trackingIdOf = (headers: Headers): string | null => headers.get('x-tracking-id') ?? null;

export const refusalOf = (failure: Failure): Refusal => ({
  code: failure.code,
  message: failure.message,
  trackingId: failure.trackingId,
});

/** The rule for a failure: by the venue's number, else by the status. */
export function ruleOf(failure: Failure): Rule {
  return FAILURE_TABLE.get(failure.code) ?? ruleOfStatus(failure);
}

function ruleOfStatus(failure: Failure): Rule {
  if (failure.status === 'NOT_SENT') return { post: 'throttled', read: 'unreachable' };
  if (failure.status === 'WITHHELD') return { post: 'withheld', read: 'unreachable' };
  // No number of attempts makes a certificate trusted.
  if (failure.code === UNTRUSTED_CERTIFICATE) return { post: 'unknown', read: 'unreachable' };
  if (failure.local) return { post: 'unknown', read: 'again' };
  switch (failure.status) {
    case 'CANCELLED':
    case 'UNKNOWN':
    case 'DEADLINE_EXCEEDED':
    case 'ABORTED':
    case 'INTERNAL':
    case 'UNAVAILABLE':
    case 'DATA_LOSS':
    case 'BROKEN_BODY':
      return { post: 'unknown', read: 'again' };
    // Not among the statuses that end a PostOrder for certain: the order may be the one that exists already.
    case 'ALREADY_EXISTS':
      return { post: 'unknown', read: 'refused_data' };
    case 'RESOURCE_EXHAUSTED':
      return { post: 'throttled', read: 'wait' };
    case 'UNIMPLEMENTED':
      return { post: 'stop_all', read: 'contract' };
    case 'UNAUTHENTICATED':
      return { post: hasNumber(failure) ? 'unknown' : 'stop_token', read: 'token' };
    case 'PERMISSION_DENIED':
      return { post: 'skip', read: 'account' };
    case 'INVALID_ARGUMENT':
      return { post: 'skip', read: 'request' };
    case 'NOT_FOUND':
    case 'FAILED_PRECONDITION':
    case 'OUT_OF_RANGE':
      return { post: 'skip', read: 'refused_data' };
    default:
      return unreachable(failure.status);
  }
}

const hasNumber = (failure: Failure): boolean => ERROR_NUMBER.test(failure.code);

const REFUSED_FOR: Readonly<Record<WorldErrorKind, string>> = {
  unreachable: 'the broker cannot be reached',
  refused_data: 'the broker does not give the data',
  token: 'the broker does not accept the token: issue a new one and put it in the environment',
  account: 'the broker does not let this token use the account: check its access level and the account id',
  contract: 'the broker no longer knows this method: the contract changed, update the program',
  request: 'the broker calls the request malformed: a bug in this program',
};

const RETRY: Readonly<Record<WorldErrorKind, 'soon' | 'later' | 'never'>> = {
  unreachable: 'soon',
  refused_data: 'later',
  token: 'later',
  account: 'never',
  contract: 'never',
  request: 'never',
};

/** The error of a read that failed for good, or of one whose retries are used up. */
export function worldError(failure: Failure, path: string): WorldError {
  const { read } = ruleOf(failure);
  const kind = read === 'again' || read === 'wait' ? exhaustedKind(failure) : read;
  const said = failure.code === failure.message ? failure.code : `${failure.code}: ${failure.message}`;
  const tracking = failure.trackingId === null ? '' : `, tracking id ${failure.trackingId}`;
  return new WorldError(
    kind,
    `${REFUSED_FOR[kind]} (${methodName(path)}: ${said}${tracking})`,
    RETRY[kind],
    failure.code,
    failure.trackingId,
  );
}

/** An answer that came and could not be read is bad data; no answer at all is no reach. */
const exhaustedKind = (failure: Failure): WorldErrorKind =>
  failure.status === 'BROKEN_BODY' ? 'refused_data' : 'unreachable';

const methodName = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** What a failed PostOrder amounts to. */
export const postVerdict = (failure: Failure): Verdict => ruleOf(failure).post;
