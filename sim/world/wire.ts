// The wire between a life and the venue: the adapter's transport, faked at the level of bytes. Encoding, error mapping,
// throttle and retries above it are the real ones. Guarantees: every call ends by its deadline; what left before a life
// died reaches the venue all the same.

import type { CallOutcome } from '../../src/exchange/exchange.ts';
import { type Reply, type Status, type Transport, TransportFailure } from '../../src/tinvest/transport.ts';
import { effectName } from './effect-names.ts';
import type { Life } from './life.ts';

const STATUS_NAMES: readonly (Status | null)[] = [
  null,
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

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
            resolve(replyOf(outcome, metadata.authorization ?? ''));
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

/** As one map; the later ones win. */
function headersOf(...parts: readonly Readonly<Record<string, string>>[]): Map<string, string> {
  const all = new Map<string, string>();
  for (const part of parts) for (const name in part) all.set(name, part[name] ?? '');
  return all;
}

/** @throws {TransportFailure} for every outcome that is no reply. */
function replyOf(outcome: CallOutcome, authorization: string): Reply {
  switch (outcome.kind) {
    case 'reply':
      return { body: outcome.bytes, headers: headersOf(outcome.headers) };
    case 'error': {
      const headers = headersOf(outcome.headers, outcome.trailers);
      // A venue, or a proxy before it, that repeats what it was told: what is told of the error must not.
      const said = headers.get('message');
      if (said !== undefined) headers.set('message', `${said} (${authorization}; ${btoa(authorization)})`);
      throw new TransportFailure(STATUS_NAMES[outcome.status] ?? 'UNKNOWN', outcome.details, headers);
    }
    case 'silence':
      throw new TransportFailure('DEADLINE_EXCEEDED', 'Deadline exceeded', new Map(), true);
    case 'reset':
      throw new TransportFailure('UNAVAILABLE', 'Connection dropped', new Map(), true);
  }
}
