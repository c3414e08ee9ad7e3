// A price of less than one step of it cannot be one, even where no earlier price is known to compare it with.

import { expect, test } from 'bun:test';
import type { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { openWorld } from '../support/engine-world.ts';

const openAt = async (nano: number) => {
  const world = await openWorld({ accounts: [{ wallet: { TMOS: 50, TBRU: 50 }, cash: '100000.00' }] });
  const { uid } = world.exchange.instrument('TMOS');
  world.exchange.faults.rewrite<GetLastPricesResponse>('GetLastPrices', ({ lastPrices }) => ({
    lastPrices: lastPrices.map((each) =>
      each.instrumentUid === uid ? { ...each, price: { units: 0, nano } } : each,
    ),
  }));
  const { record } = await world.cycle();
  const ordered = record.orders.map(({ ticker }) => ticker);
  return { record, ordered };
};

test('half a step is not traded on, and the record says why', async () => {
  const { record, ordered } = await openAt(5_000_000);
  expect(ordered).not.toContain('TMOS');
  expect(JSON.stringify(record)).toContain('its price of 0.005 RUB is less than one step of it, 0.01');
});

test('one step is', async () => {
  expect((await openAt(10_000_000)).ordered).toContain('TMOS');
});
