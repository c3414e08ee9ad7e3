// What the adapter's transport makes of the venue's outcome where no socket lies between them.

import type { CallOutcome } from '../../src/exchange/exchange.ts';
import { type Reply, type Status, TransportFailure } from '../../src/tinvest/transport.ts';

/** By their numbers in gRPC. */
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

/** @throws {TransportFailure} for every outcome that is no reply. */
export function replyOf(outcome: CallOutcome): Reply {
  switch (outcome.kind) {
    case 'reply':
      return { body: outcome.bytes, headers: headersOf(outcome.headers) };
    case 'error': {
      const status = STATUS_NAMES[outcome.status] ?? 'UNKNOWN';
      throw new TransportFailure(status, outcome.details, headersOf(outcome.headers, outcome.trailers));
    }
    case 'silence':
      throw new TransportFailure('DEADLINE_EXCEEDED', 'Deadline exceeded', new Map(), true);
    case 'reset':
      throw new TransportFailure('UNAVAILABLE', 'Connection dropped', new Map(), true);
  }
}

/** As one map; the later ones win. */
function headersOf(...parts: readonly Readonly<Record<string, string>>[]): Map<string, string> {
  const all = new Map<string, string>();
  for (const part of parts) for (const name in part) all.set(name, part[name] ?? '');
  return all;
}
