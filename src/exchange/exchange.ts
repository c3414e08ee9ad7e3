// The venue behind its protocol: one method call in, one outcome out, faults and limits on the way. Knows nothing of
// sockets: the gRPC server is a shell over `handle`, and a simulator may call it directly.
// Guarantees: between "received" and "applied" nothing else runs; a lost reply is lost, its effect is not.

import { type Audit, auditOf } from './audit.ts';
import { uidOf } from './catalogue.ts';
import { STATUS, VenueError } from './errors.ts';
import type { Fault, FaultCall, Loss } from './faults.ts';
import { DEFAULT_LIMITS, type LimitTable, RateLimits } from './limits.ts';
import { CallLog, type CallRecord } from './record.ts';
import type { TokenTerms } from './registry.ts';
import type { Rewrite } from './rewrite.ts';
import type { Call, Opened, Route } from './route.ts';
import { ROUTES, tariffOf } from './routes.ts';
import { Venue } from './venue.ts';
import type { VenueOptions } from './venue-options.ts';

/** received: recorded, nothing done. applied: the books have changed. replied: the answer is about to leave. */
export type CallPhase = 'received' | 'applied' | 'replied';
export type CallObserver = (call: CallRecord, phase: CallPhase) => void | Promise<void>;

export interface ExchangeOptions extends VenueOptions {
  /** Calls a minute; `off` counts nothing. Default: the vendor's table. */
  readonly limits?: LimitTable | 'off';
  /** Calls a second from one address (the vendor allows 50); default: not counted. */
  readonly perSecond?: number | null;
  readonly onCall?: CallObserver;
  /** How many of the latest calls the audit keeps; default 200,000. */
  readonly callsKept?: number;
}

/** Lower-case metadata keys. */
export type Headers = Readonly<Record<string, string>>;

export type CallOutcome =
  | { readonly kind: 'reply'; readonly bytes: Uint8Array; readonly headers: Headers }
  | {
      readonly kind: 'error';
      /** gRPC status number. */
      readonly status: number;
      readonly details: string;
      readonly headers: Headers;
      readonly trailers: Headers;
    }
  /** The client never hears of it. */
  | { readonly kind: 'silence' }
  /** The connection is torn down. */
  | { readonly kind: 'reset' };

export class Exchange extends Venue {
  readonly limits: RateLimits;
  readonly log: CallLog;
  /** Called at each phase of each call; may be replaced at any time. */
  onCall: CallObserver | null;

  constructor(options: ExchangeOptions) {
    super(options);
    this.log = new CallLog(options.callsKept ?? 200_000);
    const table = options.limits === undefined || options.limits === 'off' ? DEFAULT_LIMITS : options.limits;
    this.limits = new RateLimits(table, options.perSecond ?? null, options.limits !== 'off');
    this.onCall = options.onCall ?? null;
  }

  audit(): Audit {
    return auditOf(this, this.log);
  }

  callCount(method?: string): number {
    return this.log.count(method);
  }

  /**
   * Answers one call. `metadata` needs `authorization: Bearer …`; `address` is whom the per-second limit counts.
   * Never rejects: every failure is an outcome.
   */
  async handle(path: string, bytes: Uint8Array, metadata: Headers, address = 'local'): Promise<CallOutcome> {
    const trackingId = trackingIdOf(this.log.count() + 1);
    const headers: Headers = { 'x-tracking-id': trackingId };
    const found = ROUTES.get(path);
    const opened = found === undefined ? null : open(found, bytes);
    const token = bearer(metadata);
    const record = this.log.add({
      atMs: this.clock.now(),
      ...namesOf(path),
      token,
      accountId: stringField(opened?.request, 'accountId'),
      orderId: stringField(opened?.request, 'orderId'),
      trackingId,
      bytes,
    });
    await this.onCall?.(record, 'received');
    const outcome = await this.answer({ route: found, opened, token, record, headers, address });
    record.outcome =
      outcome.kind === 'reply' ? 'ok' : outcome.kind === 'error' ? outcome.details : outcome.kind;
    await this.onCall?.(record, 'replied');
    return outcome;
  }

  private async answer(incoming: Incoming): Promise<CallOutcome> {
    const { route, opened, record } = incoming;
    let { headers } = incoming;
    try {
      if (route === undefined) throw new VenueError('12001');
      const terms = this.registry.authenticate(incoming.token);
      const verdict = this.limits.take(terms.user, route.group, incoming.address, this.clock.now());
      headers = { ...headers, ...verdict.headers };
      if (!verdict.allowed) throw new VenueError('80002');
      if (opened === null) throw new VenueError('30102', 'The request could not be decoded');
      const faults = this.faults.strike(faultCall(record, opened, this.clock.now()));
      const early = await this.suffer(faults, 'before', headers);
      if (early !== null) return early;
      const outcome = this.apply(opened, this.callOf(terms, record, route), faults, headers);
      await this.onCall?.(record, 'applied');
      return (await this.suffer(faults, 'after', headers)) ?? outcome;
    } catch (error) {
      return refusal(error, headers);
    }
  }

  /** Synchronous: the effect and its answer are one step. */
  private apply(opened: Opened, call: Call, faults: readonly Fault[], headers: Headers): CallOutcome {
    try {
      const bytes = opened.run(call).encode(rewritesOf(faults));
      return { kind: 'reply', bytes: corrupt(bytes, faults), headers };
    } catch (error) {
      return refusal(error, headers);
    }
  }

  private callOf(token: TokenTerms, record: CallRecord, route: Route): Call {
    return {
      venue: this,
      token,
      nowMs: this.now(),
      trackingId: record.trackingId,
      bytes: record.bytes,
      sandbox: this.contour === 'sandbox' || route.group === 'sandbox',
      limits: () => tariffOf(this.limits.table),
    };
  }

  /** Delays, losses and errors of one side of the effect; `null` when the call goes on. */
  private async suffer(
    faults: readonly Fault[],
    when: 'before' | 'after',
    headers: Headers,
  ): Promise<CallOutcome | null> {
    for (const fault of faults) {
      switch (fault.kind) {
        case 'delay':
          if (fault.when === when) await this.clock.sleep(fault.ms);
          break;
        case 'lose':
          if (fault.when === when) return lost(fault.as, headers);
          break;
        case 'error':
          if ((fault.when ?? 'before') === when)
            return refusal(new VenueError(fault.code, fault.message, fault.status), headers);
          break;
        case 'rewrite':
        case 'rewrite_bytes':
          break;
      }
    }
    return null;
  }
}

/** Every venue counts its calls from one: the first ids are worked out once. */
const TRACKING_IDS: string[] = [];
const TRACKING_IDS_MAX = 5_000;

function trackingIdOf(call: number): string {
  const id = TRACKING_IDS[call] ?? uidOf(`call:${call}`);
  if (call < TRACKING_IDS_MAX) TRACKING_IDS[call] = id;
  return id;
}

interface Names {
  readonly method: string;
  readonly service: string;
}

/** The last two parts of a path. */
function split(path: string): Names {
  const names = path.split('/');
  return { method: names.at(-1) ?? path, service: (names.at(-2) ?? '').split('.').at(-1) ?? '' };
}

const NAMES: ReadonlyMap<string, Names> = new Map([...ROUTES.keys()].map((path) => [path, split(path)]));
const namesOf = (path: string): Names => NAMES.get(path) ?? split(path);

interface Incoming {
  readonly route: Route | undefined;
  readonly opened: Opened | null;
  readonly token: string | null;
  readonly record: CallRecord;
  readonly headers: Headers;
  readonly address: string;
}

/** A venue on a clock; see `ExchangeOptions` for what may be chosen. */
export const createExchange = (options: ExchangeOptions): Exchange => new Exchange(options);

function open(route: Route, bytes: Uint8Array): Opened | null {
  try {
    return route.open(bytes);
  } catch {
    return null;
  }
}

const bearer = (metadata: Headers): string | null =>
  /^Bearer (.+)$/i.exec(metadata.authorization ?? '')?.[1] ?? null;

function stringField(message: unknown, name: string): string | null {
  if (typeof message !== 'object' || message === null) return null;
  const value: unknown = Reflect.get(message, name);
  return typeof value === 'string' ? value : null;
}

const faultCall = (record: CallRecord, opened: Opened, nowMs: number): FaultCall => ({
  method: record.method,
  service: record.service,
  token: record.token,
  nowMs,
  request: opened.request,
  accountId: record.accountId,
  orderId: record.orderId,
});

const rewritesOf = (faults: readonly Fault[]): Rewrite[] =>
  faults.flatMap((fault) => (fault.kind === 'rewrite' ? [fault.change] : []));

const corrupt = (bytes: Uint8Array, faults: readonly Fault[]): Uint8Array =>
  faults.reduce((sent, fault) => (fault.kind === 'rewrite_bytes' ? fault.change(sent) : sent), bytes);

function refusal(error: unknown, headers: Headers): CallOutcome {
  const known = error instanceof VenueError ? error : null;
  return {
    kind: 'error',
    status: known?.status ?? STATUS.internal,
    details: known?.code ?? '70001',
    headers,
    trailers: {
      message:
        known?.message ?? (error instanceof Error ? error.message : String(error)).replace(/[^ -~]/g, '?'),
      'x-tracking-id': headers['x-tracking-id'] ?? '',
    },
  };
}

/** Bytes that no message of the contract begins with: a field of a wire type that does not exist. */
const BROKEN = new Uint8Array([0x0f, 0xff, 0xff]);

function lost(as: Loss, headers: Headers): CallOutcome {
  const failed = (status: number, details: string): CallOutcome => ({
    kind: 'error',
    status,
    details,
    headers: {},
    trailers: {},
  });
  switch (as) {
    case 'silence':
      return { kind: 'silence' };
    case 'reset':
      return { kind: 'reset' };
    case 'broken_body':
      return { kind: 'reply', bytes: BROKEN, headers };
    case 'unavailable':
      return failed(STATUS.unavailable, 'upstream connect error');
    case 'deadline':
      return failed(STATUS.deadlineExceeded, 'Deadline exceeded');
    case 'unknown':
      return failed(STATUS.unknown, 'Stream removed');
    case 'aborted':
      return failed(STATUS.aborted, 'Aborted');
    case 'cancelled':
      return failed(STATUS.cancelled, 'Call cancelled');
    case 'internal':
      return refusal(new VenueError('70002'), headers);
  }
}
