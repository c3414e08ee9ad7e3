// Margin accounts against a venue that enforces margin: borrowing, what stops it, and the close of the day.

import { describe, expect, test } from 'bun:test';
import type { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import { DEFAULT_OVERNIGHT_FEES } from '../../src/config/overnight-fees.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { type MarginPolicy, NO_RULES } from '../../src/core/policy.ts';
import { NO_TIMING } from '../../src/core/timing-policy.ts';
import { confirmMarginOf } from '../../src/exchange/wire.ts';
import {
  type EngineWorld,
  FRIDAY_NOON,
  HOUR_MS,
  MINUTE_MS,
  openWorld,
  type WorldAccount,
  type WorldOptions,
} from '../support/engine-world.ts';
import { marginOf } from '../support/margin-account.ts';

const NANO = 1_000_000_000n;
const QUARTERS = { TMOS: 25, TBRU: 25, TRUR: 25, RUB: 25 };

const account = (
  margin: Partial<MarginPolicy> | null,
  unusual: Partial<WorldAccount> = {},
): WorldAccount => ({
  wallet: QUARTERS,
  cash: '1000000.00',
  margin: { enabled: true },
  ...unusual,
  settings: { deleverageMs: 30 * MINUTE_MS, ...unusual.settings },
  policy: {
    margin: margin === null ? null : marginOf(margin),
    overnightFees: DEFAULT_OVERNIGHT_FEES,
    ...unusual.policy,
  },
});

const opened = (one: WorldAccount, options: WorldOptions = {}) => openWorld({ ...options, accounts: [one] });
const posted = (world: EngineWorld) =>
  world.calls('PostOrder').map(({ bytes, atMs }) => ({
    atMs,
    uid: PostOrderRequest.decode(bytes).instrumentId,
    confirms: confirmMarginOf(bytes),
  }));
const rubles = (nano: bigint) => Number(nano) / 1e9;
const worth = (record: IterationRecord, ticker: string) =>
  Number(record.positions.find((row) => row.ticker === ticker)!.value_after_rub);
const marginFees = (world: EngineWorld) =>
  rubles(world.exchange.audit().accounts.get(world.accountId())!.marginFees);

describe('borrowing', () => {
  test('a million at twice the own money becomes 500,000 in each of three funds, to the kopeck of the venue', async () => {
    const world = await opened(account({}));
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    for (const ticker of ['TMOS', 'TBRU', 'TRUR']) expect(worth(record, ticker)).toBeWithin(498_500, 501_000);
    expect(worth(record, 'RUB')).toBeWithin(-502_000, -498_000);
    // Every ruble by hand: what was paid for the lots, and the commission, order by order.
    const kopecks = (text: string) => BigInt(text.replace('.', '').padEnd(text.indexOf('.') + 2, '0'));
    const spent = record.orders.reduce(
      (sum, order) => sum + kopecks(order.amount_rub) + kopecks(order.commission_rub),
      0n,
    );
    expect(world.cash()).toBe((100_000_000n - spent) * (NANO / 100n));
    expect(posted(world).every(({ confirms }) => confirms)).toBe(true);
    expect(record.costs?.overnight_rub).toMatch(/^\d+\.00$/);
    expect(record.held_back.filter(({ rule }) => rule !== 'min_improvement_pp')).toEqual([]);
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });

  test('without it in the configuration nothing is asked, borrowed or confirmed', async () => {
    const world = await opened(account(null));
    await world.cycle();
    expect(world.cash()).toBeGreaterThan(0n);
    expect(world.calls('GetMarginAttributes')).toEqual([]);
    expect(posted(world).some(({ confirms }) => confirms)).toBe(false);
  });

  test('a leg that own money pays is not confirmed', async () => {
    const world = await opened(account({ multiplier: 1.2 }));
    await world.cycle();
    expect(world.cash()).toBeGreaterThan(0n);
    expect(posted(world).some(({ confirms }) => confirms)).toBe(false);
    expect(world.calls('GetMarginAttributes').length).toBeGreaterThan(0);
  });

  test('max_margin_size is kept, commissions included', async () => {
    const world = await opened(account({ maxMarginSize: (50_000n * NANO) as never }));
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(rubles(world.cash())).toBeWithin(-50_000, -48_000);
  });

  test('what the venue lends nothing on is bought first and with own money', async () => {
    const wallet = { TMOS: 50, TMON: 40, RUB: 10 };
    const world = await opened(account({}, { wallet, cash: '100000.00' }));
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    const uids = posted(world).map(({ uid }) => uid);
    expect(uids[0]).toBe(world.uid('TMON'));
    expect(world.cash()).toBeLessThan(0n);
    expect(worth(record, 'TMON')).toBeWithin(70_000, 80_500);
    expect(world.faults()).toEqual([]);
  });

  test('where own money is short of that, the rest of it is named', async () => {
    const wallet = { TMOS: 10, TMON: 90 };
    const world = await opened(account({ multiplier: 4 }, { wallet, cash: '100000.00' }));
    const { record } = await world.cycle();
    expect(worth(record, 'TMON')).toBeLessThanOrEqual(100_000);
    expect(record.orders.every(({ status }) => status === 'filled')).toBe(true);
    expect(world.faults()).toEqual([]);
  });
});

describe('what stops it', () => {
  test('margin switched off at the broker: balanced with own money, and the debt is covered', async () => {
    const world = await opened(account({}));
    await world.cycle();
    world.exchange.setMargin(world.accountId(), { enabled: false });
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(world.cash()).toBeGreaterThan(0n);
    expect(record.warnings.join()).toContain('30051');
  });

  test('refused for it on the way, it is remembered', async () => {
    const world = await opened(account({}));
    let asked = 0;
    world.onCall = (call, phase) => {
      if (call.method !== 'PostOrder' || phase !== 'received' || asked++ > 0) return;
      world.exchange.setMargin(world.accountId(), { enabled: false });
    };
    await world.cycle();
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
    // The broker says that it is on again; this process does not try a second time.
    world.exchange.setMargin(world.accountId(), { enabled: true });
    const { record } = await world.cycle();
    expect(record.warnings.join()).toContain('the broker refused');
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
  });

  test('attributes that cannot be read: nothing new is borrowed, nothing is sold for that', async () => {
    const world = await opened(account({}));
    await world.cycle();
    const owed = world.cash();
    world.exchange.deposit(world.accountId(), '50000.00');
    world.exchange.faults.error('GetMarginAttributes', '70001', 100);
    const { record } = await world.cycle();
    expect(record.warnings.join()).toContain('cannot be read');
    expect(record.orders.filter(({ direction }) => direction === 'sell')).toEqual([]);
    expect(world.cash()).toBeGreaterThanOrEqual(owed);
  });

  test('below the starting margin nothing is bought, and the plan sells what lacks', async () => {
    const world = await opened(account({ multiplier: 4 }, { wallet: { TMOS: 50, TBRU: 50 } }));
    await world.cycle();
    world.exchange.withdraw(world.accountId(), '300000.00');
    const { record } = await world.cycle();
    expect(record.orders.length).toBeGreaterThan(0);
    expect(record.orders.every(({ direction }) => direction === 'sell')).toBe(true);
    expect(record.warnings.join()).toContain('below the starting margin');
    expect((await world.cycle()).record.warnings.join()).not.toContain('below the starting margin');
    expect(world.faults()).toEqual([]);
  });

  test('below the minimal margin its owner is told', async () => {
    const world = await opened(account({ multiplier: 4 }, { wallet: { TMOS: 50, TBRU: 50 } }));
    await world.cycle();
    world.exchange.withdraw(world.accountId(), '650000.00');
    const { record } = await world.cycle();
    expect(world.alerts.filter(({ event }) => event === 'margin_call')).toHaveLength(1);
    expect(record.orders.every(({ direction }) => direction === 'sell')).toBe(true);
    expect(world.faults()).toEqual([]);
  });
});

describe('the close', () => {
  const CLOSE = FRIDAY_NOON + 10 * HOUR_MS + 50 * MINUTE_MS;
  const WINDOW = CLOSE - 30 * MINUTE_MS;

  for (const minutes of [7, 53, 7 * 60, 26 * 60])
    test(`\`remove\` leaves no debt over the night, whatever the interval (${minutes} minutes)`, async () => {
      const world = await opened(account({}, { settings: { intervalMs: minutes * MINUTE_MS } }));
      await world.daemon({ forMs: 10 * HOUR_MS + 49 * MINUTE_MS });
      expect(world.cash()).toBeGreaterThanOrEqual(0n);
      const sold = world.records.find((record) => record.orders.some((order) => order.direction === 'sell'))!;
      const startedAtMs = Date.parse(sold.started_at);
      expect(startedAtMs).toBeGreaterThanOrEqual(WINDOW);
      expect(startedAtMs).toBeLessThan(WINDOW + 8 * MINUTE_MS);
      expect(sold.warnings.join()).toMatch(
        /in commission, the night saves 785\.00 RUB|the night saves 400\.00 RUB/,
      );
      // Nothing is bought back that evening.
      const later = world.records.filter((record) => Date.parse(record.started_at) > startedAtMs);
      expect(later.flatMap(({ orders }) => orders.filter(({ direction }) => direction === 'buy'))).toEqual(
        [],
      );
      expect(world.faults()).toEqual([]);
    });

  test('it is borrowed again in the next session, and no night has cost anything', async () => {
    const world = await opened(account({}, { settings: { intervalMs: 5 * HOUR_MS } }));
    // To Monday 13:00.
    await world.daemon({ forMs: 3 * 24 * HOUR_MS });
    expect(rubles(world.cash())).toBeLessThan(-480_000);
    expect(marginFees(world)).toBe(0);
    expect(world.faults()).toEqual([]);
  });

  test("under `auto` every day that the wallet trades on ends without debt, by its own instruments' hours", async () => {
    const world = await opened(account({}, { settings: { intervalMs: 5 * HOUR_MS, exchange: 'auto' } }));
    const cashAt: number[] = [];
    for (const hours of [12, 12, 12, 12]) {
      const run = world.daemon({ forMs: hours * HOUR_MS });
      await run;
      world.restart();
      cashAt.push(rubles(world.cash()));
    }
    // Saturday 01:00 and 13:00, Sunday 01:00 and 13:00.
    expect(cashAt[0]).toBeGreaterThanOrEqual(0);
    expect(cashAt[1]).toBeLessThan(-480_000);
    expect(cashAt[2]).toBeGreaterThanOrEqual(0);
    expect(cashAt[3]).toBeLessThan(-480_000);
    expect(marginFees(world)).toBe(0);
    expect(world.faults()).toEqual([]);
  });

  test('`keep_if_small` leaves what is free', async () => {
    const world = await opened(
      account({ strategy: 'keep_if_small' }, { settings: { intervalMs: 5 * HOUR_MS } }),
    );
    await world.daemon({ forMs: 12 * HOUR_MS });
    expect(rubles(world.cash())).toBeWithin(-5_000.01, 0);
    expect(marginFees(world)).toBe(0);
  });

  test('`keep` pays the night, as its plans said', async () => {
    const world = await opened(account({ strategy: 'keep' }, { settings: { intervalMs: 5 * HOUR_MS } }));
    await world.daemon({ forMs: 12 * HOUR_MS });
    const fee = marginFees(world);
    expect(fee).toBeGreaterThan(0);
    expect(world.records.at(-1)!.warnings.join()).toContain(`costs about ${fee.toFixed(2)} RUB`);
  });

  test('one iteration by hand within the last minutes does it, too', async () => {
    const world = await opened(account({}));
    await world.cycle();
    await world.clock.sleep(WINDOW + 17 * MINUTE_MS - world.clock.now());
    await world.daemon({ once: true });
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
  });

  test('a minute before them it does not', async () => {
    const world = await opened(account({}));
    await world.cycle();
    await world.clock.sleep(WINDOW - MINUTE_MS - world.clock.now());
    await world.daemon({ once: true });
    expect(rubles(world.cash())).toBeLessThan(-480_000);
  });

  test('positions at a loss are sold for it, and that is said', async () => {
    const world = await opened(account({}, { policy: { margin: marginOf(), minProfitPercent: 5 } }));
    await world.cycle();
    await world.clock.sleep(WINDOW + MINUTE_MS - world.clock.now());
    const { record } = await world.cycle();
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
    expect(record.warnings.join()).toContain('min_profit_percent_for_close_position gave way');
  });

  test('no trigger, limit, list or confirmation holds it back', async () => {
    const nothing = {
      minTrade: 900_000n * NANO,
      maxTradePercent: 1,
      maxTurnoverPercent: 1,
      maxDayTurnoverPercent: 1,
      maxOrders: 1,
      buyOnly: true,
      doNotSell: new Set(['TMOS', 'TBRU']),
    };
    const policy = {
      margin: marginOf(),
      confirmAbove: NANO as never,
      rebalance: { ...NO_RULES.rebalance, trigger: 'calendar' as const },
      limits: { ...NO_RULES.limits, ...nothing } as never,
    };
    const pieces = { TMOS: 60_000, TBRU: 50_000, TRUR: 30_000 };
    const settings = { timing: { ...NO_TIMING, window: { days: new Set(), fromMinutes: 0, toMinutes: 1 } } };
    const world = await opened(account(null, { cash: '0.00', pieces, policy, settings } as never));
    world.exchange.withdraw(world.accountId(), '300000.00');
    await world.cycle();
    expect(rubles(world.cash())).toBeLessThan(-250_000);
    await world.clock.sleep(WINDOW + MINUTE_MS - world.clock.now());
    const { record } = await world.cycle();
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
    expect(record.warnings.join()).toContain('gave way');
    expect(world.faults()).toEqual([]);
  });

  test('while a price has never been seen it is done all the same', async () => {
    const wallet = { TMOS: 40, TBRU: 40, TGLD: 20 };
    const world = await opened(
      account({}, { wallet, cash: '-200000.00'.slice(1), pieces: { TMOS: 20_000, TBRU: 20_000, TGLD: 10 } }),
    );
    world.exchange.withdraw(world.accountId(), '350000.00');
    const gold = world.uid('TGLD');
    world.exchange.faults.rewrite<GetLastPricesResponse>(
      'GetLastPrices',
      (reply) => ({ lastPrices: reply.lastPrices.filter(({ instrumentUid }) => instrumentUid !== gold) }),
      1_000,
    );
    const before = await world.cycle();
    expect(before.record.status).toBe('skipped');
    await world.clock.sleep(WINDOW + MINUTE_MS - world.clock.now());
    const { record } = await world.cycle();
    expect(record.reason).toMatch(/^risk_only: /);
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
    expect(world.pieces('TGLD')).toBe(10n);
    expect(world.faults()).toEqual([]);
  });
});

describe('minimum profit', () => {
  test('is reckoned from what the broker says a position cost, asked with the positions', async () => {
    const world = await opened(
      account(null, {
        pieces: { TMOS: 100_000 },
        cash: '1000.00',
        policy: { margin: null, minProfitPercent: 1 },
      }),
    );
    const { record } = await world.cycle();
    expect(record.orders.filter(({ direction }) => direction === 'sell')).toEqual([]);
    expect(record.held_back.find(({ ticker }) => ticker === 'TMOS')?.rule).toBe(
      'min_profit_percent_for_close_position',
    );
    world.exchange.gapPrice('TMOS', '1.05');
    const later = await world.cycle();
    expect(
      later.record.orders.some(({ ticker, direction }) => ticker === 'TMOS' && direction === 'sell'),
    ).toBe(true);
  });

  test('FIFO counts where the broker says it, not the average', async () => {
    const world = await opened(
      account(null, { cash: '1000.00', policy: { margin: null, minProfitPercent: 0 } }),
    );
    // At 6.50: half of it cost 5.00 and is sold; what is left cost 7.00 by FIFO, 6.00 on average.
    world.exchange.giveSecurities(world.accountId(), 'TMOS', 50_000, '5.00');
    world.exchange.giveSecurities(world.accountId(), 'TMOS', 50_000, '7.00');
    world.exchange.ownerOrder(world.accountId(), { uid: world.uid('TMOS'), side: 'sell', lots: 50_000 });
    world.exchange.withdraw(world.accountId(), '320000.00');
    const { record } = await world.cycle();
    expect(record.held_back.find(({ ticker }) => ticker === 'TMOS')?.detail).toContain('its profit is -7.');
  });

  test('a cost that cannot be read is no profit', async () => {
    const world = await opened(
      account(null, {
        pieces: { TMOS: 100_000 },
        cash: '1000.00',
        policy: { margin: null, minProfitPercent: -100 },
      }),
    );
    world.exchange.faults.error('GetPortfolio', '70001', 100);
    const { record } = await world.cycle();
    expect(record.orders.filter(({ direction }) => direction === 'sell')).toEqual([]);
    expect(record.warnings.join()).toContain('what the positions cost cannot be read');
  });

  test('without such a rule nothing is asked', async () => {
    const world = await opened(account(null, { pieces: { TMOS: 100_000 } }));
    await world.cycle();
    expect(world.calls('GetPortfolio')).toEqual([]);
  });
});
