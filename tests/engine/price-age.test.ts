// How old a price is: by the hours in which its instrument could trade; where nobody says them, by the clock.

import { expect, test } from 'bun:test';
import type { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { HOUR_MS, MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';

/** A world whose instruments' own schedules cannot be read, and whose prices are that old. */
async function worldWith(ageMs: number): Promise<World> {
  const world = await openWorld();
  world.exchange.faults.add({
    method: 'TradingSchedules',
    fault: { kind: 'error', code: '50001' },
    when: ({ request }) => Reflect.get(Object(request), 'exchange') !== 'MOEX',
    times: 1_000,
  });
  world.exchange.faults.rewrite<GetLastPricesResponse>('GetLastPrices', ({ lastPrices }) => ({
    lastPrices: lastPrices.map((each) => ({ ...each, time: new Date(world.clock.now() - ageMs) })),
  }));
  return world;
}

test('an older price than max_price_age is not traded on where no schedule can be read', async () => {
  const world = await worldWith(HOUR_MS + MINUTE_MS);
  const { record } = await world.cycle();
  expect(world.calls('PostOrder')).toEqual([]);
  expect(JSON.stringify(record)).toContain('61 min of trading old');
});

test('a price within max_price_age is', async () => {
  const world = await worldWith(HOUR_MS);
  expect((await world.cycle()).record.status).toBe('balanced');
  expect(world.faults()).toEqual([]);
});

const ofEvening = async (priceAtMs: number): Promise<World> => {
  const world = await openWorld({
    // Friday 19:30 in Moscow.
    startMs: Date.UTC(2026, 10, 20, 16, 30),
    accounts: [{ wallet: { SBER: 50, RUB: 50 }, cash: '100000.00', settings: { exchange: 'auto' } }],
  });
  world.exchange.faults.rewrite<GetLastPricesResponse>('GetLastPrices', ({ lastPrices }) => ({
    lastPrices: lastPrices.map((each) => ({ ...each, time: new Date(priceAtMs) })),
  }));
  return world;
};

test('a price ages in the sessions of today that have ended, also after a start in the evening', async () => {
  // 17:50 to the end of the main session is more than an hour less the evening's 25 minutes.
  const old = await ofEvening(Date.UTC(2026, 10, 20, 14, 50));
  const { record } = await old.cycle();
  expect(old.calls('PostOrder')).toEqual([]);
  expect(JSON.stringify(record)).toContain('min of trading old');
  const young = await ofEvening(Date.UTC(2026, 10, 20, 15, 50));
  await young.cycle();
  expect(young.calls('PostOrder').length).toBeGreaterThan(0);
  expect(young.faults()).toEqual([]);
});
