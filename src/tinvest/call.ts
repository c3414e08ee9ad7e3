// One call of the venue: throttle, send, decode. Reads are repeated here; writes never are.
// Guarantees: every ending is an answer or a Failure with the venue's number, text and tracking id; a repeat sends
// identical bytes; nothing waits without budget or retries being used up.

import type { Clock, Random } from '../ports.ts';
import { brokenBody, type Failure, failureOf, notSent, ruleOf, trackingIdOf, worldError } from './failure.ts';
import type { Method } from './methods.ts';
import type { Throttle } from './throttle.ts';
import { type Reply, type Transport, TransportFailure } from './transport.ts';
import type { WireLog } from './wire-log.ts';

const ATTEMPTS_MAX = 5;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;

export type Answer<Response> =
  | { readonly ok: true; readonly response: Response; readonly trackingId: string | null }
  | { readonly ok: false; readonly failure: Failure };

export interface Calls {
  /** A read, repeated while that may help: its answer or its last failure. */
  ask<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Answer<Response>>;
  /** @throws {WorldError} instead of a failure */
  read<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response>;
  /** Exactly one attempt: for writes. */
  send<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Answer<Response>>;
}

export interface CallsOptions {
  readonly transport: Transport;
  readonly throttle: Throttle;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: WireLog;
  /** The bare token; a function so that no object holds it. */
  readonly token: () => string;
  readonly signal?: AbortSignal;
}

export function createCalls(options: CallsOptions): Calls {
  const { transport, throttle, clock, random, log, token, signal } = options;

  async function attempt<Request, Response>(
    method: Method<Request, Response>,
    body: Uint8Array,
  ): Promise<Answer<Response>> {
    const entry = await throttle.enter(method.service, method.urgent, method.patienceMs);
    if (entry.kind === 'turned_away') return { ok: false, failure: notSent(entry.waitMs) };
    let reply: Reply;
    try {
      reply = await transport.unary(method.path, body, {
        deadlineMs: method.deadlineMs,
        metadata: { authorization: `Bearer ${token()}` },
      });
    } catch (error) {
      if (!(error instanceof TransportFailure)) throw error;
      return { ok: false, failure: settle(error, method) };
    }
    throttle.learn(method.service, reply.headers);
    try {
      return { ok: true, response: method.decode(reply.body), trackingId: trackingIdOf(reply.headers) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, failure: brokenBody(why, reply.headers) };
    }
  }

  function settle<Request, Response>(error: TransportFailure, method: Method<Request, Response>): Failure {
    throttle.learn(method.service, error.headers);
    const failure = failureOf(error, 0);
    return ruleOf(failure).post === 'throttled'
      ? { ...failure, waitMs: throttle.exhausted(method.service, error.headers) }
      : failure;
  }

  /** Full jitter over a span that doubles: 0.5 s to 30 s. */
  const backoffMs = (attempts: number): number =>
    BACKOFF_MIN_MS + random() * (Math.min(BACKOFF_MAX_MS, 1_000 * 2 ** attempts) - BACKOFF_MIN_MS);

  const tell = (failure: Failure, path: string, attempts: number) => ({
    method: path,
    attempts,
    code: failure.code,
    status: failure.status,
    text: failure.message,
    tracking_id: failure.trackingId,
  });

  async function ask<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
  ): Promise<Answer<Response>> {
    const body = method.encode(request);
    for (let attempts = 1; ; attempts += 1) {
      const answer = await attempt(method, body);
      if (answer.ok) return answer;
      const { failure } = answer;
      const { read } = ruleOf(failure);
      const hopeless = read !== 'again' && read !== 'wait';
      if (hopeless || attempts === ATTEMPTS_MAX || signal?.aborted) {
        log.warn(tell(failure, method.path, attempts), 'the broker did not answer a read');
        return answer;
      }
      log.debug(tell(failure, method.path, attempts), 'a read failed, trying again');
      // After a rate limit the throttle holds the next attempt back.
      if (read === 'again') await clock.sleep(Math.ceil(backoffMs(attempts)), signal);
    }
  }

  return {
    ask,
    async read(method, request) {
      const answer = await ask(method, request);
      if (answer.ok) return answer.response;
      throw worldError(answer.failure, method.path);
    },
    async send(method, request) {
      const answer = await attempt(method, method.encode(request));
      if (!answer.ok) {
        const say = method.urgent ? log.warn : log.debug;
        say.call(log, tell(answer.failure, method.path, 1), 'the broker did not take a request');
      }
      return answer;
    },
  };
}
