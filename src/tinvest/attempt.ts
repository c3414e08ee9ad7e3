// One attempt at one call: throttle, the caller's last word, send, decode.
// Guarantees: every ending is an answer or a Failure with the venue's number, text and tracking id; the throttle has
// learned from whatever headers came back.

import { brokenBody, type Failure, failureOf, notSent, ruleOf, trackingIdOf, withheld } from './failure.ts';
import type { Method } from './methods.ts';
import type { Throttle } from './throttle.ts';
import type { TokenWatch } from './token-watch.ts';
import { type Reply, type Transport, TransportFailure } from './transport.ts';

export type Answer<Response> =
  | { readonly ok: true; readonly response: Response; readonly trackingId: string | null }
  | { readonly ok: false; readonly failure: Failure };

export interface AttemptOptions {
  readonly transport: Transport;
  readonly throttle: Throttle;
  /** The bare token; a function so that no object holds it. */
  readonly token: () => string;
  readonly tokenWatch: TokenWatch;
}

/** The caller's last word, asked when the rate limit has let the call go: a text means "do not send, because". */
export type MayLeave = () => string | null;

export interface AttemptManner {
  readonly mayLeave?: MayLeave | undefined;
  /** Aborted: nobody waits for the answer any more; a call that still waits for the rate limit does not leave. */
  readonly unwanted?: AbortSignal | undefined;
}

export type Attempt = <Request, Response>(
  method: Method<Request, Response>,
  body: Uint8Array,
  manner?: AttemptManner,
) => Promise<Answer<Response>>;

export function createAttempt({ transport, throttle, token, tokenWatch }: AttemptOptions): Attempt {
  return async (method, body, { mayLeave, unwanted } = {}) => {
    const entry = await throttle.enter(method.service, method.urgent, method.patienceMs, unwanted);
    if (entry.kind === 'turned_away') return { ok: false, failure: notSent(entry.waitMs) };
    // Nothing may wait between this question and the transport.
    const because = mayLeave?.() ?? null;
    if (because !== null) return { ok: false, failure: withheld(because) };
    const fared = tokenWatch.leaving();
    let reply: Reply;
    try {
      reply = await transport.unary(method.path, body, {
        deadlineMs: method.deadlineMs,
        metadata: { authorization: `Bearer ${token()}` },
      });
    } catch (error) {
      if (!(error instanceof TransportFailure)) throw error;
      throttle.learn(method.service, error.headers);
      const failure = failureOf(error, 0);
      const rule = ruleOf(failure);
      if (rule.read === 'token') fared('refused');
      if (rule.post !== 'throttled') return { ok: false, failure };
      return {
        ok: false,
        failure: { ...failure, waitMs: throttle.exhausted(method.service, error.headers) },
      };
    }
    fared('accepted');
    throttle.learn(method.service, reply.headers);
    try {
      return { ok: true, response: method.decode(reply.body), trackingId: trackingIdOf(reply.headers) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { ok: false, failure: brokenBody(why, reply.headers) };
    }
  };
}
