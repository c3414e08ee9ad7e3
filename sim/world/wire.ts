// The wire between a life and the venue: the adapter's transport, faked at the level of bytes. Encoding, error mapping,
// throttle and retries above it are the real ones. Guarantees: every call ends by its deadline; what left before a life
// died reaches the venue all the same.

import type { CallOutcome } from '../../src/exchange/exchange.ts';
import type { Transport } from '../../src/tinvest/transport.ts';
import { effectName } from './effect-names.ts';
import type { Life } from './life.ts';
import { replyOf } from './reply-of.ts';

const BEARER = 'Bearer ';

function tokenIn({ authorization = '' }: Readonly<Record<string, string>>): string {
  return authorization.startsWith(BEARER) ? authorization.slice(BEARER.length) : authorization;
}

const METHODS = new Map<string, string>();

/** What a method is to the checks and the faults: in the broker's sandbox it is its twin. */
export const plainName = (method: string): string => method.replace('Sandbox', '');

/** The last part of a path. */
export function methodOf(path: string): string {
  const method = METHODS.get(path) ?? plainName(path.slice(path.lastIndexOf('/') + 1));
  METHODS.set(path, method);
  return method;
}

export function wireOf(life: Life): Transport {
  const { world } = life;
  const { timeline } = world;
  return {
    close() {},
    unary(path, request, { deadlineMs, metadata }) {
      const method = methodOf(path);
      const token = tokenIn(metadata);
      return new Promise((resolve, reject) => {
        if (!life.alive) return;
        world.effect(effectName(method, 'leaves'), life);
        if (!life.alive) return;
        world.leaving(method, request, life, token);
        const delays = world.faults.delaysOf(method);
        const twice = world.faults.isDoubled(method);
        let open = true;
        const end = (outcome: CallOutcome): void => {
          if (!open || !life.alive) return;
          open = false;
          late.cancelled = true;
          if (outcome.kind === 'reply') world.replied(method, request, outcome.bytes, life, token);
          else if (outcome.kind === 'error') world.checks.onError(outcome.details, life, token);
          try {
            resolve(replyOf(repeating(outcome, metadata.authorization ?? '')));
          } catch (error) {
            reject(error);
          }
        };
        const late = timeline.at(timeline.now() + deadlineMs, () => end({ kind: 'silence' }), life);
        const answer = (outcome: CallOutcome): void => {
          if (outcome.kind === 'silence') return;
          if (delays.backMs === 0) end(outcome);
          else timeline.at(timeline.now() + delays.backMs, () => end(outcome), life);
        };
        const handled = () => world.handle(path, request, metadata, life);
        const copied = (): Promise<CallOutcome> => {
          world.copying = true;
          return handled()
            .then(handled)
            .finally(() => {
              world.copying = false;
            });
        };
        const send = (): void => void (twice ? copied() : handled()).then(answer);
        if (delays.outMs === 0) send();
        else timeline.at(timeline.now() + delays.outMs, send);
      });
    },
  };
}

/** A venue, or a proxy before it, that repeats what it was told: what is told of the error must not. */
function repeating(outcome: CallOutcome, authorization: string): CallOutcome {
  if (outcome.kind !== 'error') return outcome;
  const { headers, trailers } = outcome;
  const said = trailers.message ?? headers.message;
  if (said === undefined) return outcome;
  return {
    ...outcome,
    trailers: { ...trailers, message: `${said} (${authorization}; ${btoa(authorization)})` },
  };
}
