// One account block of CONFIG.json: every key, its type, range, default and meaning. The only place where they stand.
// Values stay as written here; `account-block.ts` turns them into our units.

import { z } from 'zod';
import {
  choice,
  documented,
  duration,
  flag,
  list,
  number,
  positive,
  rubles,
  section,
  TIMER_MAX,
  text,
} from './schema-kinds.ts';
import { limits } from './schema-limits.ts';
import { rebalance } from './schema-rebalance.ts';

const SECOND = 1000;
const HOUR = 3_600_000;

export const MODES = [
  'manual',
  'default',
  'marketcap',
  'aum',
  'marketcap_aum',
  'decorrelation',
  'equal',
  'inverse_volatility',
  'sharpe',
] as const;
export const TICKER = /^[A-Z0-9][A-Z0-9._-]{0,29}@?$/;
export const TICKER_EXPECTED = 'an upper-case ticker such as TMOS, or RUB for cash';

const percent = number(0, 100, 'percent');
const ticker = z.string({ error: TICKER_EXPECTED }).regex(TICKER, { error: TICKER_EXPECTED });

export const analysis = documented(
  z
    .looseObject(
      {
        openrouter: z
          .looseObject({ requireConfirmationForLargeOrders: flag().optional() }, { error: 'an object' })
          .optional(),
      },
      { error: 'an object' },
    )
    .optional(),
  'accepted and not used, except `openrouter.requireConfirmationForLargeOrders: false`, which turns `confirmationThresholdRub` off',
);

const perTicker = (unit: string) =>
  z.union([number(0, 100, unit), z.record(ticker, number(0, 100, unit))], {
    error: `a number from 0 to 100 (${unit}), or an object of tickers with such numbers`,
  });

const tickers = () => list(ticker, 'a list of tickers such as ["TMON"]').default([]);

const closure = section({
  mode: documented(
    choice(['skip_iteration', 'force_orders', 'dry_run']).default('skip_iteration'),
    'what to do while the exchange is closed: skip, order all the same (the trading status still decides), or plan as if all were tradable',
  ),
  update_iteration_result: documented(
    flag().default(false),
    'whether such an iteration counts in history and statistics',
  ),
});

const margin = section({
  enabled: documented(flag().default(false), 'balance with borrowed money'),
  multiplier: documented(number(1, 4).default(1), 'exposure as a multiple of the own money'),
  free_threshold: documented(
    rubles().default(5000),
    'debt in RUB that `keep_if_small` may keep overnight (also `free_transfer_threshold`)',
  ),
  free_transfer_threshold: documented(rubles().optional(), 'another name of `free_threshold`'),
  max_margin_size: documented(rubles().default(5000), 'the most that is borrowed, in RUB'),
  balancing_strategy: documented(
    choice(['remove', 'keep', 'keep_if_small']).default('remove'),
    'what becomes of the debt before the end of the trading day',
  ),
  deleverage_minutes: documented(
    number(1, 720, 'minutes').default(30),
    'how long before the end of the last session that begins',
  ),
  min_funds_sufficiency: documented(
    number(1, 100).default(1.2),
    'collateral over starting margin that a plan must leave',
  ),
});

const marginalSell = section({
  enabled: documented(flag().default(false), 'pay the listed instruments from own cash only'),
  instruments: documented(
    list(ticker, 'a list of tickers such as ["TMON"]').default([]),
    'the instruments it is about: they are paid from own cash',
  ),
  allow_to_sell_others_positions_to_buy_non_marginal_positions: documented(
    section({
      mode: documented(
        choice(['only_positive_positions_sell', 'equal_in_percents', 'none']).default('none'),
        'which other positions may be sold for it',
      ),
    }).optional(),
    'selling other positions for it',
  ),
  min_buy_rebalance_percent: documented(
    number(0, 100, 'percent').default(0),
    'the smallest purchase that is worth it',
  ),
});

export const accountSchema = section({
  id: documented(
    text('a text, different for every account').max(100, { error: 'at most 100 characters' }).optional(),
    'unique id, for `--account` and the journal',
    'takes `name`',
  ),
  name: documented(text('a text: the name that people call it by'), 'human name', 'required'),
  t_invest_token: documented(
    text(`"\${VAR}", the name of an environment variable, or the token itself`).optional(),
    `\`\${VAR}\`, a bare \`VAR\` that is set in the environment, or the literal token (\`t.…\`, with a warning)`,
    'required (or `token_env_var`)',
  ),
  token_env_var: documented(
    text('the name of an environment variable, such as "T_INVEST_TOKEN_1"').optional(),
    'another way to say it: the name of the variable',
    '-',
  ),
  account_id: documented(
    text('the broker\'s account id, "BROKER", "ISS", or "INDEX:N"'),
    'exact broker id; `BROKER`; `ISS`/`IIS`; `INDEX:N` or a bare `N` (from 0, over all listed accounts)',
    'required',
  ),
  desired_wallet: documented(
    z.record(ticker, percent, {
      error: 'an object of tickers with percents, such as {"TMOS": 60, "RUB": 40}',
    }),
    '`{TICKER: percent}`; `RUB` (or `RUR`) is cash; the sum must be 50..150 and is normalised to 100',
    'required',
  ),
  desired_mode: documented(
    choice(MODES).default('manual'),
    '`manual` = `default`, `marketcap`, `aum`, `marketcap_aum`, `decorrelation`, `equal`, `inverse_volatility`, `sharpe` (also `rebalance_mode`)',
  ),
  rebalance_mode: documented(choice(MODES).optional(), 'another name of `desired_mode`', '-'),
  balance_interval: documented(
    duration(SECOND, TIMER_MAX).default(HOUR),
    'time between two iterations: ms, or `"15m"`, `"1h"`; at least 1 s',
  ),
  sleep_between_orders: documented(
    duration(0, HOUR).default(0),
    'ms between two orders of the account; 0 = as fast as the rate limits allow',
  ),
  exchange_closure_behavior: documented(
    closure.default({ mode: 'skip_iteration', update_iteration_result: false }),
    'what to do while the exchange is closed',
  ),
  margin_trading: documented(margin.optional(), 'leverage', 'off'),
  min_profit_percent_for_close_position: documented(
    number(-100, 1000, 'percent').optional(),
    'sell only positions whose profit is at least this; negative = tolerated loss',
    'off',
  ),
  buy_requires_total_marginal_sell: documented(
    marginalSell.optional(),
    'pay some instruments from own cash only, and where that is short from sells',
    'off',
  ),
  diff: documented(
    choice(['off', 'iteration', 'day']).default('off'),
    "shift the targets towards what has grown since the last iteration or the day's start",
  ),
  diff_multiplier: documented(number(0, 100).default(0), 'how strongly'),
  confirmationThresholdRub: documented(
    rubles().optional(),
    "an order above this needs a person's yes",
    'off',
  ),
  rebalance: documented(
    rebalance.optional(),
    'when and how far it is balanced',
    'at every interval, all the way',
  ),
  limits: documented(limits.optional(), 'how much is traded at most, and at least', '-'),
  buy_only: documented(
    flag().default(false),
    'nothing is sold; new money goes to what is most under its target',
  ),
  do_not_sell: documented(tickers(), 'tickers that are not sold'),
  do_not_buy: documented(tickers(), 'tickers that are not bought'),
  cash_reserve_rub: documented(rubles().default(0), 'RUB that is kept whatever the targets say'),
  max_weight_percent: documented(
    perTicker('percent').optional(),
    'no target above this, for all tickers or per ticker; what is cut off goes to the others',
    'off',
  ),
  min_weight_percent: documented(
    perTicker('percent').optional(),
    'no positive target below this, for all tickers or per ticker',
    'off',
  ),
  volatility_window_days: documented(
    number(5, 500, 'trading days').default(30),
    'mode `inverse_volatility`: over how many trading days',
  ),
  sharpe_window_days: documented(
    number(20, 1000, 'trading days').default(252),
    'mode `sharpe`: over how many trading days',
  ),
  risk_free_percent: documented(
    number(0, 100, 'percent a year').default(0),
    'mode `sharpe`: what money earns without risk',
  ),
  analysis,
  broker: documented(
    choice(['live', 'sandbox']).default('live'),
    "the live contour or T-Invest's own sandbox",
  ),
  dry_run: documented(flag().default(false), 'never post orders for this account'),
  exchange: documented(
    text('"MOEX", another schedule name, or "auto"').default('MOEX'),
    'whose hours are trading hours: `MOEX`, another schedule name, or `auto`: every session of every wallet instrument',
  ),
  unlisted_positions: documented(
    choice(['keep', 'sell']).default('keep'),
    'held but not in `desired_wallet`: left alone, or sold',
  ),
  min_one_lot: documented(
    flag().default(true),
    'a positive target holds at least one lot, if that lot is at most twice the target or 2 % of the total',
  ),
  min_improvement_pp: documented(
    number(0, 200, 'percentage points').default(0.25),
    'a plan that lowers the tracking error by less is not traded (0 = off)',
  ),
  order_type: documented(
    choice(['market', 'bestprice', 'limit']).default('market'),
    'where the trading status refuses market orders `market` becomes `bestprice`',
  ),
  commission_percent: documented(
    number(0, 10, 'percent').default(0.3),
    'reserved when sizing, until this account has recent fills to learn the rate from',
  ),
  order_wait_seconds: documented(
    positive(86_400, 'seconds').default(30),
    'how long an order may rest before it is cancelled and what was filled is adopted',
  ),
  max_price_age: documented(
    duration(SECOND, 366 * 24 * HOUR).default('60m'),
    'the oldest price that is traded on, counted only over time in which the instrument could trade',
  ),
  max_price_jump_percent: documented(
    positive(10_000, 'percent').default(30),
    'a price that jumps further from the last accepted one holds its instrument until a split explains it or `tiebb accept TICKER`',
  ),
  max_drawdown_percent: documented(
    positive(100, 'percent').optional(),
    'halt when equity falls this far from where it began, or from its peak; deposits and withdrawals do not count',
    'off',
  ),
  max_day_turnover_percent: documented(
    positive(100_000, 'percent').default(400),
    'the most that is traded in a Moscow day, in percent of the total; more is a fault, and is not sent',
  ),
  decorrelation_min_spread_pp: documented(
    number(0, 1000, 'percentage points').default(0.5),
    "mode `decorrelation`: a smaller spread is noise, and the wallet's own weights apply",
  ),
});

export type AccountBlock = z.output<typeof accountSchema>;
