// What must hold at every call that reaches the venue, checked while it is under way: the journal is read from a second
// connection, as another process would see it.

import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { OrderDirection, PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import type { CallPhase, Exchange } from '../../src/exchange/exchange.ts';
import type { CallRecord } from '../../src/exchange/record.ts';
import { confirmMarginOf } from '../../src/exchange/wire.ts';
import { JOURNAL_FILE } from '../../src/journal/database.ts';

interface Row {
  readonly state: string;
  readonly side: string;
  readonly lots: bigint;
  readonly uid: string;
  readonly attempts: bigint;
  readonly planned: bigint;
  readonly open_others: bigint;
}

const ROW = `
SELECT o.state, o.side, o.lots, o.uid,
  (SELECT count(*) FROM attempts a WHERE a.key = o.key) AS attempts,
  (SELECT count(*) FROM legs l WHERE l.iteration = o.iteration AND l.leg = o.leg) AS planned,
  (SELECT count(*) FROM orders s WHERE s.broker_account = o.broker_account AND (s.iteration <> o.iteration OR s.leg <> o.leg)
     AND s.state NOT IN ('filled', 'cancelled', 'rejected', 'absent', 'operator')) AS open_others
FROM orders o WHERE o.key = $key`;

export interface Watch {
  /** What was broken, in words. */
  readonly violations: string[];
  observe(call: CallRecord, phase: CallPhase): void;
}

export function watchWire(exchange: Exchange, stateDir: string): Watch {
  const violations: string[] = [];
  const sent = new Map<string, number>();
  const read = (key: string): Row | null => {
    const db = new Database(join(stateDir, JOURNAL_FILE), {
      readonly: true,
      strict: true,
      safeIntegers: true,
    });
    try {
      return db.prepare<Row, { key: string }>(ROW).get({ key });
    } finally {
      db.close();
    }
  };
  const posting = (call: CallRecord): void => {
    const request = PostOrderRequest.decode(call.bytes);
    const key = request.orderId;
    const times = (sent.get(key) ?? 0) + 1;
    sent.set(key, times);
    const row = read(key);
    if (row === null) {
      violations.push(`PostOrder ${key}: not in the journal`);
      return;
    }
    if (row.planned !== 1n) violations.push(`PostOrder ${key}: its leg is not planned`);
    if (row.attempts < BigInt(times))
      violations.push(`PostOrder ${key}: ${times} sent, ${row.attempts} attempt rows`);
    if (row.state !== 'sending' && row.state !== 'unknown')
      violations.push(`PostOrder ${key}: sent in state ${row.state}`);
    if (row.open_others !== 0n)
      violations.push(`PostOrder ${key}: ${row.open_others} orders of another leg are open`);
    const side = request.direction === OrderDirection.ORDER_DIRECTION_BUY ? 'buy' : 'sell';
    if (side !== row.side || BigInt(request.quantity) !== row.lots || request.instrumentId !== row.uid)
      violations.push(`PostOrder ${key}: ${side} ${request.quantity} is not what the journal says`);
    const { margin } = exchange.registry.account(request.accountId);
    if (confirmMarginOf(call.bytes) && !margin.enabled) violations.push(`PostOrder ${key}: confirms margin`);
    const active = exchange.desk.activeOf(request.accountId).filter((order) => !order.foreign);
    if (side === 'buy' && active.some((order) => order.side === 'sell'))
      violations.push(`PostOrder ${key}: a buy while a sell is not final`);
  };
  return {
    violations,
    observe(call, phase) {
      if (phase === 'received' && call.method === 'PostOrder') posting(call);
      if (phase !== 'applied') return;
      for (const account of exchange.registry.all()) {
        const free = account.cash() - exchange.desk.blockedCash(account.id, 'rub');
        if (!account.margin.enabled && (account.cash() < 0n || free < 0n))
          violations.push(`${account.id}: cash ${account.cash()}, free ${free}`);
      }
    },
  };
}
