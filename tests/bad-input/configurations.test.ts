// Ten thousand configurations with damage to their text or their values: each is understood in our units, or refused in
// words; nothing throws, nothing is said that holds the token, and what is understood can be decided with.

import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsOf } from '../../src/cli/account-settings.ts';
import type { AccountConfig, Config } from '../../src/config/config.ts';
import { type Parsed, parseConfig } from '../../src/config/parse.ts';
import { formatProblems } from '../../src/config/problem.ts';
import { decide } from '../../src/core/decide.ts';
import { raw } from '../../src/core/units.ts';
import { CANARY, environmentOf } from '../support/config-text.ts';
import { holding, snapshotOf } from '../support/snapshot-builder.ts';
import { mutations } from './dice.ts';
import { hurtText, hurtValues } from './json-damage.ts';

const RUNS = 10_000;
const EVERYTHING = {
  _comment: ['x', { y: 1 }],
  accounts: [
    {
      id: 'a1',
      name: 'First',
      t_invest_token: `\${T_INVEST_TOKEN_1}`,
      account_id: 'INDEX:0',
      desired_wallet: { TMOS: 40, TRAY: 20, 'TGLD@': 20, RUB: 20 },
      desired_mode: 'decorrelation',
      balance_interval: '15m',
      sleep_between_orders: 3000,
      exchange_closure_behavior: { mode: 'dry_run', update_iteration_result: true },
      margin_trading: {
        enabled: true,
        multiplier: 2.5,
        free_threshold: 100.5,
        max_margin_size: 1_000_000.01,
        balancing_strategy: 'keep_if_small',
        deleverage_minutes: 45,
        min_funds_sufficiency: 1.5,
      },
      min_profit_percent_for_close_position: -3,
      buy_requires_total_marginal_sell: {
        enabled: true,
        instruments: ['TGLD'],
        allow_to_sell_others_positions_to_buy_non_marginal_positions: { mode: 'equal_in_percents' },
        min_buy_rebalance_percent: 0.1,
      },
      diff: 'day',
      diff_multiplier: 30,
      confirmationThresholdRub: 50_000,
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
      limits: {
        min_trade_rub: 100,
        dust_percent: 0.1,
        max_trade_percent: 10,
        max_turnover_percent: { iteration: 50, day: 100 },
        max_orders: 3,
        max_spread_percent: 0.5,
        max_premium_percent: 2,
        below_moving_average: 'no_buys',
        moving_average_days: 50,
      },
      buy_only: false,
      do_not_sell: ['TMOS'],
      do_not_buy: ['TPAY'],
      cash_reserve_rub: 1000,
      max_weight_percent: { TMOS: 60, TPAY: 50, TGLD: 70 },
      min_weight_percent: 5,
      volatility_window_days: 60,
      sharpe_window_days: 100,
      risk_free_percent: 16.5,
      analysis: { openrouter: { requireConfirmationForLargeOrders: true } },
      exchange: 'auto',
      unlisted_positions: 'sell',
      min_improvement_pp: 0.5,
      order_type: 'limit',
      commission_percent: 0.05,
      order_wait_seconds: 20,
      max_price_age: '30m',
      max_price_jump_percent: 20,
      max_drawdown_percent: 30,
      max_day_turnover_percent: 300,
    },
    {
      name: 'Second',
      token_env_var: 'T_INVEST_TOKEN_1',
      account_id: '2000000002',
      desired_wallet: { TBRU: 100 },
    },
  ],
  endpoint: 'localhost:50051',
  ca_file: 'root.pem',
  alert_command: 'cat',
  ticker_aliases: { OLD: 'NEW' },
  aum_cache: { enabled: true, ttl_hours: 6 },
  fund_data: {
    sources: ['t_invest', 'files'],
    urls: { moex_iss: 'http://localhost:1/x' },
    metrics_dir: 'm',
    names: { TXXX: { feed: 'brand', page: 'name', nav_code: 'TXXXA' } },
    timeout_seconds: 1.5,
    min_ratio: 0.5,
    max_ratio: 2,
  },
  overnight_fees: [
    {
      from: '2024-08-01',
      steps: [
        [5000, 0],
        [50_000, 45],
      ],
      rates: [[null, 0.07]],
    },
  ],
};
const TEXTS = [
  readFileSync(join(import.meta.dir, '..', '..', 'CONFIG.example.json'), 'utf8'),
  JSON.stringify(EVERYTHING, null, 2),
];
const VALUES: unknown[] = TEXTS.map((text) => JSON.parse(text));
const ENVIRONMENT = environmentOf({ T_INVEST_TOKEN_1: CANARY });

test('the configurations that are damaged are sound', () => {
  for (const text of TEXTS) expect(parseConfig(text, ENVIRONMENT)).toMatchObject({ ok: true });
});

test('ten thousand damaged configurations are understood, or refused in words', async () => {
  const ended = { understood: 0, refused: 0, decided: 0 };
  await mutations('configurations', RUNS, (dice, index, show) => {
    const which = index % TEXTS.length;
    const text = dice.chance(0.4) ? hurtText(dice, TEXTS[which]!) : hurtValues(dice, VALUES[which]);
    show(() => text);
    const parsed = parseConfig(text, ENVIRONMENT);
    if (parsed.ok) ended.understood += 1;
    else ended.refused += 1;
    checkWords(parsed);
    if (parsed.ok) ended.decided += checkUnits(parsed.config);
    if ('polluted' in {} || 'a' in Object.prototype)
      throw new Error('the prototype of all objects was changed');
  });
  console.log(JSON.stringify(ended));
  expect(ended.refused).toBeGreaterThan(RUNS / 4);
  // Damage that is never survived would test only the first line of defence.
  expect(ended.understood).toBeGreaterThan(RUNS / 20);
  expect(ended.decided).toBeGreaterThan(RUNS / 50);
}, 60_000);

function checkWords(parsed: Parsed): void {
  const said = parsed.ok ? parsed.warnings.join('\n') : formatProblems(parsed.problems);
  if (!parsed.ok) {
    if (parsed.problems.length === 0) throw new Error('refused without a problem');
    for (const { found, expected, path } of parsed.problems) {
      if (found === '' || expected === '') throw new Error(`${path}: a problem without words`);
      if (/^(Invalid|Too |Unrecognized|Expected )/.test(expected))
        throw new Error(`${path}: zod's own words: ${expected}`);
    }
  }
  if (said.includes(CANARY) || said.includes(CANARY.slice(0, -5)))
    throw new Error(`the token was said: ${said}`);
  if (/\n\s+at .*[:(]\d+/.test(said)) throw new Error(`a stack trace was said: ${said}`);
  if ([...said].some((letter) => letter < ' ' && letter !== '\n'))
    throw new Error(`a control character was said: ${JSON.stringify(said)}`);
}

const whole = (ms: number, least: number, what: string) => {
  if (!Number.isFinite(ms) || ms < least) throw new Error(`${what} is ${ms}`);
};

/** Everything that was understood is in range, and a decision can be made with it; how many were. */
function checkUnits(config: Config): number {
  if (config.accounts.length === 0) throw new Error('no account');
  const ids = config.accounts.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) throw new Error(`two accounts of one id: ${ids.join(', ')}`);
  return config.accounts.reduce((sum, account) => sum + checkAccount(account, config), 0);
}

function checkAccount(account: AccountConfig, config: Config): number {
  const sum = [...account.wallet.values()].reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 100) > 1e-6) throw new Error(`weights add up to ${sum}`);
  for (const [ticker, percent] of account.wallet)
    if (!(percent >= 0) || !/^[A-Z0-9._-]+$/.test(ticker)) throw new Error(`${ticker} has ${percent} %`);
  whole(account.balanceIntervalMs, 1000, 'the interval');
  if (account.balanceIntervalMs > 2 ** 31 - 1) throw new Error(`an interval of ${account.balanceIntervalMs}`);
  whole(account.sleepBetweenOrdersMs, 0, 'the pause');
  whole(account.orderWaitMs, 1e-9, 'the wait');
  whole(account.maxPriceAgeMs, 1000, 'the price age');
  whole(account.maxPriceJumpPercent, 1e-300, 'the price jump');
  whole(account.maxDayTurnoverPercent, 1e-300, 'the turnover of a day');
  whole(account.timing.cooldownMs, 0, 'the cooldown');
  if (raw(account.commission) < 0n || raw(account.commission) > 100_000_000n)
    throw new Error('the commission');
  if (account.token.reveal().trim() === '') throw new Error('a blank token');
  const { policy } = settingsOf(account, { overnightFees: config.overnightFees, dryRun: false });
  for (const amount of [
    policy.limits.minTrade,
    policy.limits.cashReserve,
    policy.confirmAbove,
    policy.margin?.freeThreshold,
  ])
    if (amount != null && raw(amount) < 0n) throw new Error('an amount below zero');
  const tickers = [...account.wallet.keys()].filter((ticker) => ticker !== 'RUB');
  const snapshot = snapshotOf(
    '100000',
    tickers.map((ticker, index) => holding(ticker, String(5 + index), 1000 * (index + 1))),
    {
      facts: {
        ...snapshotOf('0', []).facts,
        margin: account.margin ? { kind: 'unknown', because: 'x' } : null,
      },
    },
  );
  const decision = decide(snapshot, policy);
  if (decision.kind === 'skip' && decision.because === '') throw new Error('a skip without words');
  if (decision.kind !== 'plan') return 0;
  for (const order of decision.plan.orders)
    if (raw(order.lots) <= 0n || raw(order.amount) <= 0n) throw new Error('an order of nothing');
  const spent = decision.plan.orders.reduce(
    (cash, order) => cash + (order.side === 'buy' ? -raw(order.amount) : raw(order.amount)),
    raw(snapshot.cash),
  );
  if (spent < 0n && account.margin === null) throw new Error(`cash after it: ${spent}`);
  return 1;
}
