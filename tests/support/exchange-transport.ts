// The adapter's transport straight into the embedded exchange: no sockets, the same bytes, deadlines on the same clock.

import type { CallOutcome, Exchange } from '../../src/exchange/exchange.ts';
import type { Clock } from '../../src/ports.ts';
import { type Reply, type Status, type Transport, TransportFailure } from '../../src/tinvest/transport.ts';

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

export function exchangeTransport(exchange: Exchange, clock: Clock): Transport {
  return {
    close: () => {},
    async unary(path, request, { deadlineMs, metadata }) {
      const answered = new AbortController();
      const late = clock.sleep(deadlineMs, answered.signal).then((): CallOutcome => ({ kind: 'silence' }));
      const handled = exchange
        .handle(path, Uint8Array.from(request), metadata)
        .then((outcome) => (outcome.kind === 'silence' ? late : outcome));
      const outcome = await Promise.race([handled, late]).finally(() => answered.abort());
      return replyOf(outcome);
    },
  };
}

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
