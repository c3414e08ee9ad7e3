// The rules of an account block as they arrive in our units.

import { describe, expect, test } from 'bun:test';
import { money } from '../../src/core/units.ts';
import { lines, parseAccount } from '../support/config-text.ts';

const accountOf = (changes: object, top: object = {}) => {
  const parsed = parseAccount(changes, top);
  if (!parsed.ok) throw new Error(lines(parsed).join('\n'));
  return parsed.config.accounts[0]!;
};
const rub = (rubles: number, kopecks = 0) =>
  money(BigInt(rubles) * 1_000_000_000n + BigInt(kopecks) * 10_000_000n);

test('a least profit of 0 is one, none is asked for where it is not written', () => {
  expect(accountOf({ min_profit_percent_for_close_position: 0 }).minProfitPercent).toBe(0);
  expect(accountOf({}).minProfitPercent).toBeNull();
});

describe('modes', () => {
  for (const [written, mode] of [
    ['default', 'manual'],
    ['manual', 'manual'],
    ['marketcap', 'marketcap'],
    ['aum', 'aum'],
    ['marketcap_aum', 'marketcap_aum'],
    ['decorrelation', 'decorrelation'],
    ['equal', 'equal'],
    ['inverse_volatility', 'inverse_volatility'],
    ['sharpe', 'sharpe'],
  ] as const)
    test(`${written} is understood, by both of its names`, () => {
      expect(accountOf({ desired_mode: written }).mode).toBe(mode);
      expect(accountOf({ rebalance_mode: written }).mode).toBe(mode);
    });

  test('their settings arrive, per ticker under its present name', () => {
    const { weighting, diff } = accountOf(
      {
        desired_wallet: { TRAY: 50, OLD: 50 },
        decorrelation_min_spread_pp: 0,
        volatility_window_days: 60,
        sharpe_window_days: 100,
        risk_free_percent: 16.5,
        max_weight_percent: { TRAY: 60, 'OLD@': 70 },
        min_weight_percent: 5,
        diff: 'iteration',
        diff_multiplier: 30,
      },
      { ticker_aliases: { OLD: 'NEW' } },
    );
    expect(weighting).toEqual({
      decorrelationMinSpread: 0,
      volatilityDays: 60,
      sharpeDays: 100,
      riskFreePercent: 16.5,
      caps: new Map([
        ['TPAY', 60],
        ['NEW', 70],
      ]),
      floors: 5,
    });
    expect(diff).toEqual({ mode: 'iteration', multiplier: 30 });
  });
});

describe('margin_trading', () => {
  test('is off unless it is enabled', () => {
    expect(accountOf({ margin_trading: { multiplier: 4 } }).margin).toBeNull();
    expect(accountOf({ margin_trading: { enabled: false, multiplier: 4 } }).margin).toBeNull();
  });

  test('has its defaults', () =>
    expect(accountOf({ margin_trading: { enabled: true } }).margin).toEqual({
      multiplier: 1,
      freeThreshold: rub(5000),
      maxMarginSize: rub(5000),
      strategy: 'remove',
      minFundsSufficiency: 1.2,
      deleverageMs: 1_800_000,
    }));

  test('takes every key, the threshold by either name', () => {
    const written = {
      enabled: true,
      multiplier: 2.5,
      max_margin_size: 1_000_000.01,
      balancing_strategy: 'keep_if_small',
      deleverage_minutes: 1.5,
      min_funds_sufficiency: 3,
    };
    const expected = {
      multiplier: 2.5,
      freeThreshold: rub(0, 10),
      maxMarginSize: rub(1_000_000, 1),
      strategy: 'keep_if_small',
      minFundsSufficiency: 3,
      deleverageMs: 90_000,
    } as const;
    for (const name of ['free_threshold', 'free_transfer_threshold'])
      expect(accountOf({ margin_trading: { ...written, [name]: 0.1 } }).margin).toEqual(expected);
  });
});

describe('buy_requires_total_marginal_sell', () => {
  test("the original's example arrives", () =>
    expect(
      accountOf({
        buy_requires_total_marginal_sell: {
          enabled: true,
          instruments: ['TMON', 'TRAY'],
          allow_to_sell_others_positions_to_buy_non_marginal_positions: {
            mode: 'only_positive_positions_sell',
          },
          min_buy_rebalance_percent: 0.1,
        },
      }).funding,
    ).toEqual({
      instruments: new Set(['TMON', 'TPAY']),
      mode: 'only_positive_positions_sell',
      minBuyPercent: 0.1,
    }));

  test('sells nothing else unless told to, and is off unless it is enabled', () => {
    expect(accountOf({ buy_requires_total_marginal_sell: { enabled: true } }).funding).toEqual({
      instruments: new Set(),
      mode: 'none',
      minBuyPercent: 0,
    });
    expect(accountOf({ buy_requires_total_marginal_sell: { instruments: ['TMON'] } }).funding).toBeNull();
  });
});

describe('confirmationThresholdRub', () => {
  const OFF = { openrouter: { requireConfirmationForLargeOrders: false } };
  const ON = { openrouter: { requireConfirmationForLargeOrders: true } };
  test.each([
    ['as written', {}, {}, rub(10_000, 50)],
    ['turned off by the analysis of the account', { analysis: OFF }, {}, null],
    ['turned off by the analysis of the top level', {}, { analysis: OFF }, null],
    ['turned on again by the account', { analysis: ON }, { analysis: OFF }, rub(10_000, 50)],
    ['turned off by the account alone', { analysis: OFF }, { analysis: ON }, null],
  ] as const)('%s', (_, account, top, expected) =>
    expect(accountOf({ confirmationThresholdRub: 10_000.5, ...account }, top).confirmAbove).toEqual(expected),
  );

  test('of 0 is every order, not none', () =>
    expect(accountOf({ confirmationThresholdRub: 0 }).confirmAbove).toEqual(rub(0)));
});

describe('rebalance', () => {
  test('takes every key', () => {
    const { rebalance, timing } = accountOf({
      rebalance: {
        trigger: 'hybrid',
        threshold_percent: 5,
        relative_threshold_percent: 25,
        volatility_adjusted: true,
        rebalance_to: 'edge',
        rebalance_scope: 'breached',
        calendar: { every: 'weekly', weekday: 'fri', time: '09:05', time_zone: 'Asia/Yekaterinburg' },
        window: { days: ['mon', 'fri'], from: '10:30', to: '18:00' },
        cooldown: '1d',
      },
    });
    expect(rebalance).toEqual({
      trigger: 'hybrid',
      thresholdPercent: 5,
      relativeThresholdPercent: 25,
      volatilityAdjusted: true,
      to: 'edge',
      scope: 'breached',
    });
    expect(timing).toEqual({
      calendar: { every: 'weekly', weekday: 'fri', timeMinutes: 545, timeZone: 'Asia/Yekaterinburg' },
      window: { days: new Set(['mon', 'fri']), fromMinutes: 630, toMinutes: 1080 },
      cooldownMs: 86_400_000,
    });
  });

  test('a calendar and a window have their defaults', () =>
    expect(accountOf({ rebalance: { trigger: 'calendar', calendar: {}, window: {} } }).timing).toEqual({
      calendar: { every: 'monthly', weekday: null, timeMinutes: 660, timeZone: 'Europe/Moscow' },
      window: {
        days: new Set(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
        fromMinutes: 0,
        toMinutes: 1439,
      },
      cooldownMs: 0,
    }));
});

describe('limits', () => {
  test('take every key, and those beside them', () => {
    const account = accountOf({
      desired_wallet: { TMOS: 50, TPAY: 30, RUB: 20 },
      limits: {
        min_trade_rub: 100.01,
        dust_percent: 0,
        max_trade_percent: 10,
        max_turnover_percent: { iteration: 50, day: 100 },
        max_orders: 3,
        max_spread_percent: 0.5,
        max_premium_percent: -1,
        below_moving_average: 'no_buys',
        moving_average_days: 50,
      },
      buy_only: true,
      do_not_sell: ['TMOS@'],
      do_not_buy: ['TRAY'],
      cash_reserve_rub: 5000.5,
    });
    expect(account.limits).toEqual({
      minTrade: rub(100, 1),
      dustPercent: 0,
      maxTradePercent: 10,
      maxTurnoverPercent: 50,
      maxDayTurnoverPercent: 100,
      maxOrders: 3,
      maxPremiumPercent: -1,
      movingAverageDays: 50,
      buyOnly: true,
      doNotSell: new Set(['TMOS']),
      doNotBuy: new Set(['TPAY']),
      cashReserve: rub(5000, 50),
    });
    expect(account.maxSpreadPercent).toBe(0.5);
  });

  test.each([
    [30, 30, 30],
    [{ iteration: 30 }, 30, null],
    [{ day: 30 }, null, 30],
    [{}, null, null],
  ] as const)('max_turnover_percent %j', (written, iteration, day) => {
    const { limits } = accountOf({ limits: { max_turnover_percent: written } });
    expect([limits.maxTurnoverPercent, limits.maxDayTurnoverPercent]).toEqual([iteration, day]);
  });

  test('a moving average is read only where it forbids something', () => {
    expect(accountOf({ limits: { moving_average_days: 50 } }).limits.movingAverageDays).toBeNull();
    expect(accountOf({ limits: { below_moving_average: 'no_buys' } }).limits.movingAverageDays).toBe(200);
  });
});
