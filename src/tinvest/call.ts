// Calls of the venue as the rest of the adapter makes them. Reads are repeated here; writes never are.
// Guarantees: a repeat sends identical bytes; nothing is repeated that cannot succeed; every failure is logged with the
// venue's number, text and tracking id.

import type { Clock, Random } from '../ports.ts';
import { type Answer, type AttemptOptions, createAttempt, type MayLeave } from './attempt.ts';
import { type Failure, ruleOf, worldError } from './failure.ts';
import type { Method } from './methods.ts';
import type { WireLog } from './wire-log.ts';

const ATTEMPTS_MAX = 5;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;

export interface Calls {
  /**
   * A read, repeated while that may help: its answer or its last failure.
   * @param unwanted aborted: nobody waits for the answer any more; what has not left stays, and nothing is repeated
   */
  ask<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    unwanted?: AbortSignal,
  ): Promise<Answer<Response>>;
  /** @throws {WorldError} instead of a failure */
  read<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response>;
  /** Exactly one attempt: for writes. */
  send<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    mayLeave?: MayLeave,
  ): Promise<Answer<Response>>;
}

export interface CallsOptions extends AttemptOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: WireLog;
  /** Aborted: no more repeats. */
  readonly signal?: AbortSignal;
}

export function createCalls(options: CallsOptions): Calls {
  const { clock, random, log, signal } = options;
  const attempt = createAttempt(options);

  /** Full jitter over a span that doubles: 0.5 s to 30 s. */
  const backoffMs = (attempts: number): number =>
    BACKOFF_MIN_MS + random() * (Math.min(BACKOFF_MAX_MS, 1_000 * 2 ** attempts) - BACKOFF_MIN_MS);

  async function ask<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    unwanted?: AbortSignal,
  ): Promise<Answer<Response>> {
    const body = method.encode(request);
    for (let attempts = 1; ; attempts += 1) {
      const answer = await attempt(method, body, { unwanted });
      if (answer.ok) return answer;
      const { failure } = answer;
      const { read } = ruleOf(failure);
      const hopeless = read !== 'again' && read !== 'wait';
      log.debug(fieldsOf(failure, method.path, attempts), 'the broker did not answer a read');
      if (hopeless || attempts === ATTEMPTS_MAX || signal?.aborted) return answer;
      // After a rate limit the throttle holds the next attempt back.
      if (read === 'again') await clock.sleep(Math.ceil(backoffMs(attempts)), signal);
      if (unwanted?.aborted) return answer;
    }
  }

  return {
    ask,
    async read(method, request) {
      const answer = await ask(method, request);
      if (answer.ok) return answer.response;
      log.warn(fieldsOf(answer.failure, method.path), 'the broker did not give what was asked for');
      throw worldError(answer.failure, method.path);
    },
    async send(method, request, mayLeave) {
      const answer = await attempt(method, method.encode(request), { mayLeave });
      if (!answer.ok)
        log[method.urgent ? 'warn' : 'debug'](
          fieldsOf(answer.failure, method.path),
          answer.failure.status === 'WITHHELD'
            ? 'a request was withheld at the last moment'
            : 'the broker did not take a request',
        );
      return answer;
    },
  };
}

const fieldsOf = (failure: Failure, path: string, attempts?: number) => ({
  method: path,
  ...(attempts === undefined ? {} : { attempts }),
  code: failure.code,
  status: failure.status,
  text: failure.message,
  tracking_id: failure.trackingId,
});
