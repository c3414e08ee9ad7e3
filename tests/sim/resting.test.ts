// A cancel that did nothing is sent again, unless the journal of its account failed meanwhile: then the account does nothing
// more, and says so.

import { expect, test } from 'bun:test';
import { CancelOrderRequest, OrderState } from 'tinkoff-invest-api/dist/generated/orders.js';
import { allChecks } from '../../sim/all-checks.ts';
import { restingChecks } from '../../sim/invariants/resting.ts';
import type { Life } from '../../sim/world/life.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import { lotSize, lots, money, price } from '../../src/core/units.ts';
import type { OrderRequest } from '../../src/ports.ts';

const store = openSimJournal();
const KEY = '00000000-0000-4000-8000-00000000cafe';
const ITERATION = '00000000-0000-4000-8000-00000000abcd';

/** What is found once a cancelled order was shown active, that account was stopped, and time has passed. */
function found(stopped: string | null): readonly string[] {
  const world = new World({ seed: 3, kept: new Set(), traced: false, calm: true, store, checks: allChecks });
  const { exchange, timeline } = world;
  const [account] = world.accounts;
  if (account === undefined) throw new Error('the calm world has an account');
  const { brokerAccount, id } = account;
  const instrument = exchange.instrument('TMOS');
  const { uid, step } = instrument;
  const last = exchange.market.last(instrument, timeline.now())?.price ?? 0n;
  const below = last - last / 50n;
  const nowMs = timeline.now();
  // It does nothing more about the order.
  const life = { alive: true, stoppedMs: null, startedMs: nowMs } as Life;
  exchange.deposit(brokerAccount, '100000');
  const placed = exchange.desk.post(
    {
      ...({ accountId: brokerAccount, key: KEY, uid, side: 'buy', type: 'limit', lots: 10n } as const),
      ...({
        price: below - (below % step),
        confirmMargin: false,
        timeInForce: 'day',
        foreign: false,
      } as const),
    },
    nowMs,
  );
  const request: OrderRequest = {
    ...{ key: KEY, brokerAccount, uid, side: 'buy', lots: lots(10n), lot: lotSize(1n) },
    ...{ type: 'market', limit: null, confirmMargin: false },
  };
  const { journal } = store;
  const sizedAt = price(last);
  const intent = { account: id, iteration: ITERATION, leg: 1, part: 0, ticker: 'TMOS', sizedAt, request };
  journal.plan(id, ITERATION, 1, [intent], { cash: money(0n), pieces: new Map() }, nowMs);
  journal.attempt([KEY], nowMs);
  const none = { key: KEY, executed: lots(0n), orderId: placed.id };
  journal.settle({ ...none, to: 'live', evidence: 'reply' }, nowMs);
  journal.settle({ ...none, to: 'cancelling', evidence: 'rested longer' }, nowMs);
  const checks = restingChecks(world);
  const asked = { accountId: brokerAccount, orderId: placed.id };
  checks.onLeave?.('CancelOrder', CancelOrderRequest.encode(asked).finish(), life, 'one');
  const shown = OrderState.encode(OrderState.fromJSON({ orderId: placed.id })).finish();
  checks.onReply?.('GetOrderState', new Uint8Array(), shown, life, 'one');
  if (stopped !== null) {
    const alert = { account: stopped === 'its' ? id : 'another', event: 'account_stopped', message: '' };
    world.alerts.push({ alert, atMs: nowMs } as (typeof world.alerts)[number]);
  }
  timeline.run(nowMs + 20_000, () => false);
  world.close();
  return world.violations.map(({ invariant }) => invariant);
}

test.each([
  ['nobody was stopped', null, true],
  ['another account was stopped', 'another', true],
  ['its account was stopped', 'its', false],
])('an order that stays after its cancel, where %s', (_, stopped, fails) => {
  expect(found(stopped).includes('cancel')).toBe(fails);
});
