// The close of the day where the first look at it cannot repay the debt, or is late: it is looked at again before the end.

import { describe, expect, test } from 'bun:test';
import type { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { DEFAULT_OVERNIGHT_FEES } from '../../src/config/overnight-fees.ts';
import type { MarginPolicy } from '../../src/core/policy.ts';
import {
  type EngineWorld,
  FRIDAY_NOON,
  HOUR_MS,
  MINUTE_MS,
  openWorld,
  type WorldOptions,
} from '../support/engine-world.ts';
import { marginOf } from '../support/margin-account.ts';
import { rub } from '../support/snapshot-builder.ts';

const TICKERS = ['TMOS', 'TBRU', 'TRUR'];
/** When the last half hour of Friday's trading begins, from Friday noon. */
const WINDOW_MS = 10 * HOUR_MS + 20 * MINUTE_MS;

const opened = (intervalMs: number, margin: Partial<MarginPolicy> = {}, options: WorldOptions = {}) =>
  openWorld({
    ...options,
    accounts: [
      {
        wallet: { TMOS: 30, TBRU: 30, TRUR: 40 },
        cash: '1000000.00',
        margin: { enabled: true },
        settings: { intervalMs, deleverageMs: 30 * MINUTE_MS },
        policy: { margin: marginOf(margin), overnightFees: DEFAULT_OVERNIGHT_FEES },
      },
    ],
  });

const at = (world: EngineWorld, afterNoonMs: number, happens: () => void) =>
  void world.clock.sleep(FRIDAY_NOON + afterNoonMs - world.clock.now()).then(happens);

describe('the last minutes', () => {
  const obstacles: [string, (world: EngineWorld) => () => void][] = [
    [
      'there is no price',
      (world) =>
        world.exchange.faults.rewrite<GetLastPricesResponse>('GetLastPrices', () => ({ lastPrices: [] })),
    ],
    [
      'trading is halted',
      (world) => {
        const setAll = (status: number | null) => {
          for (const ticker of TICKERS) world.exchange.setStatus(ticker, status);
        };
        setAll(1);
        return () => setAll(null);
      },
    ],
  ];
  for (const [name, begin] of obstacles)
    test(`are looked at again where ${name} when they begin`, async () => {
      const world = await opened(3 * HOUR_MS);
      let end = () => {};
      at(world, WINDOW_MS - MINUTE_MS, () => {
        end = begin(world);
      });
      at(world, WINDOW_MS + 6 * MINUTE_MS, () => end());
      await world.daemon({ forMs: WINDOW_MS + 29 * MINUTE_MS });
      expect(world.cash()).toBeGreaterThanOrEqual(0n);
      expect(world.faults()).toEqual([]);
    });

  test('are looked at at once by an account that was trading when they began', async () => {
    // Every iteration begins three seconds before the hour's twentieth minute.
    const startMs = FRIDAY_NOON + 20 * MINUTE_MS - 3_000;
    const world = await opened(HOUR_MS, {}, { startMs });
    at(world, WINDOW_MS - 10 * MINUTE_MS, () => {
      world.exchange.deposit(world.accountId(), '100000.00');
      world.exchange.faults.delay('PostOrder', 5_000);
    });
    await world.daemon({ forMs: WINDOW_MS });
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
    expect(world.faults()).toEqual([]);
  });

  test('are not looked at again for a debt that may stay', async () => {
    const world = await opened(3 * HOUR_MS, { strategy: 'keep_if_small', freeThreshold: rub('5000') });
    await world.daemon({ forMs: WINDOW_MS + 29 * MINUTE_MS });
    expect(world.cash()).toBeLessThan(0n);
    const late = world.records.filter(({ started_at }) => Date.parse(started_at) >= FRIDAY_NOON + WINDOW_MS);
    expect(late).toHaveLength(1);
  });
});

describe('debt that nothing could be sold for', () => {
  const said = ({ alerts }: EngineWorld) => alerts.filter(({ event }) => event === 'debt_overnight');
  const haltAll = (world: EngineWorld, status: number | null) => {
    for (const ticker of TICKERS) world.exchange.setStatus(ticker, status);
  };

  test('is told of once, when there is no time for another try, with what the night costs', async () => {
    const world = await opened(3 * HOUR_MS);
    at(world, WINDOW_MS - MINUTE_MS, () => haltAll(world, 1));
    let early = -1;
    at(world, WINDOW_MS + 24 * MINUTE_MS, () => {
      early = said(world).length;
    });
    await world.daemon({ forMs: WINDOW_MS + 29 * MINUTE_MS });
    expect(early).toBe(0);
    expect(world.cash()).toBeLessThan(0n);
    const [alert, ...more] = said(world);
    expect(more).toEqual([]);
    expect(alert?.message).toMatch(/^debt is left \(.+\) and the account owes \d+\.\d\d RUB/);
    expect(alert?.message).toContain('the night costs about 785.00 RUB');
    expect(world.records.some(({ warnings }) => warnings.includes(alert?.message ?? ''))).toBe(true);
  });

  test('is not told of where it was repaid by then, or may stay', async () => {
    const repaid = await opened(3 * HOUR_MS);
    at(repaid, WINDOW_MS - MINUTE_MS, () => haltAll(repaid, 1));
    at(repaid, WINDOW_MS + 20 * MINUTE_MS, () => haltAll(repaid, null));
    await repaid.daemon({ forMs: WINDOW_MS + 29 * MINUTE_MS });
    expect(said(repaid)).toEqual([]);
    const small = await opened(3 * HOUR_MS, { strategy: 'keep_if_small', freeThreshold: rub('2000000') });
    await small.daemon({ forMs: WINDOW_MS + 29 * MINUTE_MS });
    expect(small.cash()).toBeLessThan(0n);
    expect(said(small)).toEqual([]);
  });
});
