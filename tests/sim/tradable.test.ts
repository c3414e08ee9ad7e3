// What the trading status keeps from the API is not to be planned; what it does not, or no longer, is.

import { expect, test } from 'bun:test';
import { GetTradingStatusesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { allChecks } from '../../sim/all-checks.ts';
import { tradableChecks } from '../../sim/invariants/tradable.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import { NOTHING, sampleIntent } from '../journal/sample.ts';

const store = openSimJournal();
const NO_BYTES = new Uint8Array();

/** What is found where an account that was told this of an instrument, one reply after another, plans to trade it. */
function found(flags: readonly boolean[], takesOrders = true): readonly string[] {
  const world = new World({ seed: 3, kept: new Set(), traced: false, calm: true, store, checks: allChecks });
  world.start();
  const { life, accounts } = world;
  const [account] = accounts;
  if (account === undefined || life === null) throw new Error('the calm world has an account and a life');
  const intent = sampleIntent({ account: account.id, iteration: 'one' });
  const { uid } = intent.request;
  const check = tradableChecks(world);
  for (const apiTradeAvailableFlag of flags) {
    const status = { instrumentUid: uid, apiTradeAvailableFlag, limitOrderAvailableFlag: takesOrders };
    const body = GetTradingStatusesResponse.encode(
      GetTradingStatusesResponse.fromJSON({ tradingStatuses: [status] }),
    ).finish();
    check.onReply?.('GetTradingStatuses', NO_BYTES, body, life, account.token);
  }
  check.onPlan?.({ account: account.id, iteration: 'one', leg: 0, intents: [intent], before: NOTHING });
  return world.violations.map(({ invariant }) => invariant);
}

test.each([
  [[], []],
  [[true], []],
  [[false], ['tradable']],
  [[true, false], ['tradable']],
  [[false, true], []],
])('where its flag was told to be %p a plan breaks %p', (flags, broken) => {
  expect(found(flags)).toEqual(broken);
});

test('an instrument that takes no order at all is not planned either', () => {
  expect(found([true], false)).toEqual(['tradable']);
});
