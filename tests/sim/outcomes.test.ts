// An order that the journal calls absent and that the venue has as cancelled, without a lot: the same end for the account,
// but only where the venue itself, when asked last, knew no such order.

import { expect, test } from 'bun:test';
import { allChecks } from '../../sim/all-checks.ts';
import { outcomeChecks } from '../../sim/invariants/outcomes.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import { lotSize, lots, money, price } from '../../src/core/units.ts';
import type { OrderRequest } from '../../src/ports.ts';

const store = openSimJournal();
const KEY = '00000000-0000-4000-8000-00000000cafe';
const ITERATION = '00000000-0000-4000-8000-00000000abcd';

/** What is found once the venue has answered that to the look-ups by key, and the order was called absent. */
function found(answers: readonly string[], executed: bigint): readonly string[] {
  const world = new World({ seed: 3, kept: new Set(), traced: false, calm: true, store, checks: allChecks });
  const { exchange, timeline } = world;
  const [account] = world.accounts;
  if (account === undefined) throw new Error('the calm world has an account');
  const instrument = exchange.instrument('TMOS');
  const { uid, step } = instrument;
  const last = exchange.market.last(instrument, timeline.now())?.price ?? 0n;
  const nowMs = timeline.now();
  const { brokerAccount } = account;
  // Below what is asked: it rests until it is cancelled.
  const order = {
    uid,
    side: 'buy',
    type: 'limit',
    lots: 10n,
    price: last - last / 50n - ((last - last / 50n) % step),
  } as const;
  const terms = { confirmMargin: false, timeInForce: 'day', foreign: false } as const;
  exchange.deposit(brokerAccount, '100000');
  const placed = exchange.desk.post({ ...order, ...terms, accountId: brokerAccount, key: KEY }, nowMs);
  exchange.desk.cancel(placed, nowMs);
  Object.assign(placed, { executed });
  const request: OrderRequest = {
    key: KEY,
    brokerAccount,
    uid,
    side: 'buy',
    lots: lots(10n),
    lot: lotSize(1n),
    type: 'market',
    limit: null,
    confirmMargin: false,
  };
  const { journal } = store;
  const intent = { account: account.id, iteration: ITERATION, leg: 1, part: 0, ticker: 'TMOS' };
  const sizedAt = price(1_000_000_000n);
  const before = { cash: money(0n), pieces: new Map() };
  journal.plan(account.id, ITERATION, 1, [{ ...intent, sizedAt, request }], before, nowMs);
  journal.attempt([KEY], nowMs);
  const executedNone = { key: KEY, executed: lots(0n) };
  const unknown = journal.settle({ ...executedNone, to: 'unknown', evidence: 'no clear reply' }, nowMs);
  const checks = outcomeChecks(world);
  for (const outcome of answers) {
    const call = { method: 'GetOrderState', orderId: KEY, outcome };
    checks.onCall?.({ call } as never, 'replied');
  }
  const change = { ...executedNone, to: 'absent', evidence: 'absence proof: it is as it was' } as const;
  checks.onSettle?.({ change, before: unknown, after: journal.settle(change, nowMs) } as never);
  world.close();
  return world.violations.map(({ invariant }) => invariant);
}

test.each<[string, readonly string[], bigint, readonly string[]]>([
  ['that the venue does not know may be absent', ['ok', '50005'], 0n, []],
  ['that nobody asked about may not', [], 0n, ['truth']],
  ['that the venue was last seen to know may not', ['50005', 'ok'], 0n, ['truth']],
  ['whose look-up failed may not', ['70001'], 0n, ['truth']],
  ['of which a lot was executed never may', ['50005'], 1n, ['truth', 'truth']],
])('a cancelled order %s', (_, answers, executed, expected) => {
  expect(found(answers, executed)).toEqual([...expected]);
});
