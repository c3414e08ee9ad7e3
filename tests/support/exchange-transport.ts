// The adapter's transport straight into the embedded exchange: no sockets, the same bytes, deadlines on the same clock.

import { replyOf } from '../../sim/world/reply-of.ts';
import type { CallOutcome, Exchange } from '../../src/exchange/exchange.ts';
import type { Clock } from '../../src/ports.ts';
import type { Transport } from '../../src/tinvest/transport.ts';

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
