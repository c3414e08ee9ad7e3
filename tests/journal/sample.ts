// Sample orders and iterations for the journal's tests; every field can be overridden.

import { orderKey, type Side } from '../../src/core/order.ts';
import { lotSize, lots, money, price, shares } from '../../src/core/units.ts';
import type { Holdings, Intent, IterationRow, OrderRequest } from '../../src/ports.ts';

export const AT = 1_700_000_000_000;
export const NOTHING: Holdings = { cash: money(0n), pieces: new Map() };
export const BEFORE: Holdings = {
  cash: money(1_000_000_370_000_000n),
  pieces: new Map([
    ['uid-a', shares(7n)],
    ['uid-b', shares(0n)],
  ]),
};

export interface IntentChange extends Partial<Omit<Intent, 'request'>> {
  readonly uid?: string;
  readonly side?: Side;
  readonly request?: Partial<OrderRequest>;
}

export function sampleIntent(change: IntentChange = {}): Intent {
  const { uid = 'uid-a', side = 'buy', request, ...rest } = change;
  const iteration = rest.iteration ?? 'i-1';
  const leg = rest.leg ?? 1;
  const part = rest.part ?? 0;
  return {
    account: 'one',
    ticker: 'TMOS',
    sizedAt: price(6_540_000_000n),
    ...rest,
    iteration,
    leg,
    part,
    request: {
      key: orderKey({ brokerAccount: '2000000001', iteration, leg, uid, side, part }),
      brokerAccount: '2000000001',
      uid,
      side,
      lots: lots(10n),
      lot: lotSize(1n),
      type: 'market',
      limit: null,
      confirmMargin: false,
      ...request,
    },
  };
}

export const sampleIteration = (change: Partial<IterationRow> = {}): IterationRow => ({
  iteration: 'i-1',
  account: 'one',
  brokerAccount: '2000000001',
  startedAtMs: AT,
  finishedAtMs: AT + 1500,
  status: 'balanced',
  reason: null,
  dryRun: false,
  counted: true,
  equity: money(1_000_000_370_000_000n),
  turnover: money(5_000_000_000n),
  commission: money(15_000_000n),
  record: '{"schema":1}',
  ...change,
});
