// A debt that is not allowed is covered even while an instrument has never had a price; nothing else is traded then.

import { expect, test } from 'bun:test';
import type { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { openWorld } from '../support/engine-world.ts';

test('negative RUB is covered by sells while the total is unknown', async () => {
  const world = await openWorld({
    accounts: [
      {
        wallet: { TMOS: 40, TBRU: 40, TGLD: 20 },
        cash: '1000.00',
        pieces: { TMOS: 1_000, TBRU: 1_000, TGLD: 10 },
      },
    ],
  });
  const gold = world.uid('TGLD');
  world.exchange.withdraw(world.accountId(), '1500.00');
  world.exchange.faults.rewrite<GetLastPricesResponse>(
    'GetLastPrices',
    (reply) => ({ lastPrices: reply.lastPrices.filter(({ instrumentUid }) => instrumentUid !== gold) }),
    1_000,
  );
  const { record } = await world.cycle();
  expect(record.status).toBe('partial');
  expect(record.reason).toMatch(/^risk_only: the total is unknown: .*TGLD/);
  expect(record.orders.map((order) => [order.ticker, order.direction, order.status])).toEqual([
    ['TMOS', 'sell', 'filled'],
    ['TBRU', 'sell', 'filled'],
  ]);
  expect(world.cash()).toBeGreaterThanOrEqual(0n);
  expect(world.pieces('TGLD')).toBe(10n);
  // The debt is gone, the price is not there: nothing more can be decided.
  expect((await world.cycle()).record.status).toBe('skipped');
  // Below zero it was from the start: that is what the test is about.
  expect(world.faults().filter((fault) => !fault.includes(': cash -'))).toEqual([]);
});
