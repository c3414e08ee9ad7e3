// The wire between a life and the venue: the adapter's transport, faked at the level of bytes. Encoding, error mapping,
// throttle and retries above it are the real ones. Guarantees: every call ends by its deadline; what left before a life
// died reaches the venue all the same.

import type { CallOutcome } from '../src/exchange/exchange.ts';
import { type Reply, type Status, type Transport, TransportFailure } from '../src/tinvest/transport.ts';
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

export const methodOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export function wireOf(life: Life): Transport {
  const { world } = life;
  const { timeline } = world;
  return {
    close() {},
    unary(path, request, { deadlineMs, metadata }) {
      const method = methodOf(path);
      return new Promise((resolve, reject) => {
        if (!life.alive) return;
        world.effect(`${method} leaves`, life);
        if (!life.alive) return;
        world.leaving(method, request, life);
        const delays = world.faults.delaysOf(method);
        const twice = world.faults.isDoubled(method);
        let open = true;
        const end = (outcome: CallOutcome): void => {
          if (!open || !life.alive) return;
          open = false;
          late.cancelled = true;
          if (outcome.kind === 'reply') world.replied(method, request, outcome.bytes, life);
          try {
            resolve(replyOf(outcome));
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
        const send = (): void => void (twice ? handled().then(handled) : handled()).then(answer);
        if (delays.outMs === 0) send();
        else timeline.at(timeline.now() + delays.outMs, send);
      });
    },
  };
}

/** @throws {TransportFailure} for every outcome that is no reply. */
function replyOf(outcome: CallOutcome): Reply {
  switch (outcome.kind) {
    case 'reply':
      return { body: outcome.bytes, headers: new Map(Object.entries(outcome.headers)) };
    case 'error': {
      const headers = new Map(Object.entries({ ...outcome.headers, ...outcome.trailers }));
      throw new TransportFailure(STATUS_NAMES[outcome.status] ?? 'UNKNOWN', outcome.details, headers);
    }
    case 'silence':
      throw new TransportFailure('DEADLINE_EXCEEDED', 'Deadline exceeded', new Map(), true);
    case 'reset':
      throw new TransportFailure('UNAVAILABLE', 'Connection dropped', new Map(), true);
  }
}
