// The rules and the mode of a simulated account, as keys of its block. Every rule of the configuration belongs here.
// Guarantees: what is drawn is valid for the wallet; of ten accounts four have no rule that moves their targets,
// so that those can be held to their wallet.

import type { Dice } from '../world/streams.ts';

export interface SimRules {
  readonly keys: Readonly<Record<string, unknown>>;
  /** Whether the account may borrow at the venue. */
  readonly borrows: boolean;
  /** Whether the wallet alone says what it should hold in the end. */
  readonly plain: boolean;
  /** Whether an order may wait in the book, or for a person, in every iteration. */
  readonly patient: boolean;
}

type Keys = Record<string, unknown>;
type Wallet = Readonly<Record<string, number>>;

export const FUNDS: ReadonlySet<string> = new Set(['TMOS', 'TRUR', 'TGLD', 'TBRU']);

export interface RuledAccount {
  /** Percent per ticker, RUB included. */
  readonly wallet: Wallet;
  /** About what it is worth, RUB. */
  readonly equity: number;
  /** Whether its prices have a history that weighs: they have moved, and by less than half in a day. */
  readonly hasHistory: boolean;
}

export function rulesOf(dice: Dice, { wallet, equity, hasHistory }: RuledAccount): SimRules {
  const keys = ordinary(dice);
  if (dice.chance(0.42)) return { keys, borrows: false, plain: true, patient: keys.order_type !== 'market' };
  const tickers = Object.keys(wallet).filter((ticker) => ticker !== 'RUB');
  timingInto(keys, dice);
  // Bands show best where nothing moves their middle.
  if (keys.rebalance !== undefined && dice.chance(0.3))
    return { keys, borrows: false, plain: false, patient: keys.order_type !== 'market' };
  const borrows = dice.chance(0.37);
  modeInto(keys, dice, tickers, hasHistory);
  if (borrows) keys.margin_trading = marginOf(dice, equity);
  // What nothing else holds back has to be done once its trigger says so.
  if (keys.rebalance === undefined || dice.chance(0.45)) {
    // What may be borrowed shows best where nothing else holds back.
    if (!borrows || dice.chance(0.6)) limitsInto(keys, dice, tickers, equity);
    weightsInto(keys, dice, wallet);
  }
  const waits = 'confirmationThresholdRub' in keys || 'max_spread_percent' in Object(keys.limits ?? {});
  return { keys, borrows, plain: false, patient: keys.order_type !== 'market' || waits };
}

/** What moves no target. */
function ordinary(dice: Dice): Keys {
  const keys: Keys = {
    order_type: dice.chance(0.88) ? 'market' : dice.pick(['bestprice', 'limit', 'limit']),
    order_wait_seconds: dice.pick([1, 3, 3, 10, 30]),
    unlisted_positions: dice.pick(['keep', 'keep', 'sell']),
    min_improvement_pp: dice.pick([0, 0.25, 0.25, 1]),
    min_one_lot: dice.chance(0.7),
    max_day_turnover_percent: dice.pick([400, 400, 400, 1000, 100]),
  };
  if (dice.chance(0.4)) keys.sleep_between_orders = dice.pick([100, '2s', 5_000, 15_000]);
  if (dice.chance(0.2)) keys.exchange = dice.pick(['auto', 'auto', 'auto', 'MOEX_PLUS']);
  if (dice.chance(0.4)) keys.max_drawdown_percent = dice.pick([2, 2, 5, 30]);
  if (dice.chance(0.2)) keys.commission_percent = dice.pick([0.1, 1]);
  if (dice.chance(0.12))
    keys.exchange_closure_behavior = {
      mode: dice.pick(['force_orders', 'dry_run']),
      update_iteration_result: dice.chance(0.5),
    };
  return keys;
}

/** Which prices are believed. */
export const believedOf = (dice: Dice): Keys => ({
  ...(dice.chance(0.3) ? { max_price_age: dice.pick(['5m', '5m', '20m', '4h', 86_400_000]) } : {}),
  ...(dice.chance(0.25) ? { max_price_jump_percent: dice.pick([4, 4, 12.5, 38.5, 70]) } : {}),
});

/** Fund data is there for funds alone. */
/** What can be weighed at all: by fund data funds alone, by history what has one. */
function modesFor(tickers: readonly string[], hasHistory: boolean): readonly [string, ...string[]] {
  return tickers.every((ticker) => FUNDS.has(ticker))
    ? [
        'equal',
        ...['marketcap', 'marketcap', 'aum', 'marketcap_aum', 'marketcap_aum', 'decorrelation'],
        ...['inverse_volatility', 'sharpe'],
      ]
    : ['equal', ...(hasHistory ? ['inverse_volatility', 'inverse_volatility', 'sharpe'] : [])];
}

const HISTORIES: ReadonlySet<string> = new Set(['inverse_volatility', 'sharpe']);

function modeInto(keys: Keys, dice: Dice, tickers: readonly string[], hasHistory: boolean): void {
  const mode = dice.chance(0.35) ? 'manual' : dice.pick(modesFor(tickers, hasHistory));
  const isBlind = HISTORIES.has(mode) && !hasHistory;
  const weighed = isBlind ? 'equal' : mode;
  if (weighed !== 'manual') keys[dice.chance(0.8) ? 'desired_mode' : 'rebalance_mode'] = weighed;
  if (weighed === 'decorrelation') keys.decorrelation_min_spread_pp = dice.pick([0, 0.05, 0.5]);
  if (weighed === 'inverse_volatility') keys.volatility_window_days = dice.pick([5, 10, 30]);
  if (weighed === 'sharpe') {
    keys.sharpe_window_days = dice.pick([20, 40]);
    keys.risk_free_percent = dice.pick([0, 15]);
  }
  // Weights that stand still have gone nowhere.
  if (dice.chance(/^marketcap/.test(weighed) ? 0.6 : 0.12)) {
    keys.diff = dice.pick(['iteration', 'day']);
    keys.diff_multiplier = dice.pick([10, 50, 100, 100]);
  }
}

function marginOf(dice: Dice, equity: number): Keys {
  const strategy = dice.pick(['remove', 'keep', 'keep_if_small', 'keep_if_small']);
  // What may stay overnight shows best where there is some of it, and hours in which it counts.
  const [allowed, minutes] =
    strategy === 'keep_if_small'
      ? [dice.pick([0, 5_000, 50_000, 50_000]), dice.pick([30, 400, 720, 720])]
      : [dice.pick([0, 5_000, 50_000]), dice.pick([10, 30, 120, 400, 720])];
  return {
    enabled: true,
    multiplier: dice.pick([1, 1.2, 1.5, 2, 4, 4]),
    [dice.chance(0.7) ? 'free_threshold' : 'free_transfer_threshold']: allowed,
    max_margin_size: Math.round(equity * dice.pick([0.05, 0.3, 4, 4])),
    balancing_strategy: strategy,
    deleverage_minutes: minutes,
    min_funds_sufficiency: dice.pick([1.05, 2, 3]),
  };
}

function limitsInto(keys: Keys, dice: Dice, tickers: readonly string[], equity: number): void {
  const limits: Keys = {};
  if (dice.chance(0.2)) limits.min_trade_rub = Math.round(equity * dice.pick([0.001, 0.01, 0.05]));
  if (dice.chance(0.15)) limits.dust_percent = dice.pick([0, 0.5, 2]);
  if (dice.chance(0.2)) limits.max_trade_percent = dice.pick([5, 20, 60]);
  if (dice.chance(0.2))
    limits.max_turnover_percent = dice.pick<unknown>([
      10,
      50,
      150,
      { iteration: 20 },
      { iteration: 15, day: 40 },
      { day: 25 },
    ]);
  if (dice.chance(0.2)) limits.max_orders = dice.pick([1, 2, 4]);
  if (dice.chance(0.15)) limits.max_premium_percent = dice.pick([-0.3, 0, 0, 1]);
  if (dice.chance('margin_trading' in keys ? 0.5 : 0.2))
    limits.max_spread_percent = dice.pick([0.05, 0.1, 0.3]);
  if (dice.chance(0.1)) {
    limits.below_moving_average = 'no_buys';
    limits.moving_average_days = dice.pick([2, 5, 20]);
  }
  if (Object.keys(limits).length > 0) keys.limits = { ...limits, ...Object(keys.limits ?? {}) };
  if (dice.chance(0.12)) keys.buy_only = true;
  if (dice.chance(0.15)) keys.do_not_sell = dice.some(tickers, 1);
  if (dice.chance(0.15)) keys.do_not_buy = dice.some(tickers, 1);
  if (dice.chance(0.15)) keys.cash_reserve_rub = Math.round(equity * dice.pick([0.01, 0.1, 0.3]));
  if (dice.chance(0.15)) keys.min_profit_percent_for_close_position = dice.pick([-5, 0, 0.01, 3]);
  if (dice.chance('margin_trading' in keys ? 0.25 : 0.12))
    keys.confirmationThresholdRub = Math.round(equity * dice.pick([0.05, 0.3]));
  if (dice.chance('margin_trading' in keys ? 0.45 : 0.2))
    keys.buy_requires_total_marginal_sell = fundingOf(dice, tickers);
}

const fundingOf = (dice: Dice, tickers: readonly string[]): Keys => ({
  enabled: true,
  instruments: dice.some(tickers, dice.whole(1, Math.max(1, Math.min(2, tickers.length - 1)))),
  allow_to_sell_others_positions_to_buy_non_marginal_positions: {
    mode: dice.pick([
      'only_positive_positions_sell',
      'only_positive_positions_sell',
      'equal_in_percents',
      'none',
    ]),
  },
  min_buy_rebalance_percent: dice.pick([0, 0.5, 3, 10]),
});

/** Caps and floors that weights can meet: the configuration refuses others. */
function weightsInto(keys: Keys, dice: Dice, wallet: Wallet): void {
  const positive = Object.keys(wallet).filter((ticker) => ticker !== 'RUB' && (wallet[ticker] ?? 0) > 0);
  const even = (100 - (wallet.RUB ?? 0)) / positive.length;
  const [ticker] = dice.some(positive, 1);
  if (ticker === undefined) return;
  if (dice.chance(0.12))
    keys.max_weight_percent =
      dice.chance(0.6) || positive.length === 1
        ? Math.min(100, Math.ceil(even) + dice.whole(0, 10))
        : { [ticker]: Math.ceil(even / 2) };
  if (dice.chance(0.35))
    keys.min_weight_percent = dice.chance(0.6)
      ? Math.floor(even * (typeof keys.max_weight_percent === 'object' ? 0.5 : 0.8))
      : {
          [ticker]: Math.floor(Math.min(even, typeof keys.max_weight_percent === 'number' ? even : even / 2)),
        };
}

function timingInto(keys: Keys, dice: Dice): void {
  if (!dice.chance(0.5)) return;
  const trigger = dice.pick(['always', 'threshold', 'threshold', 'threshold', 'hybrid', 'calendar']);
  const clock = () => `${dice.whole(10, 17)}:${dice.pick(['00', '15', '30', '45'])}`;
  const calendar = { every: dice.pick(['daily', 'daily', 'weekly', 'monthly']), time: clock() };
  const cools = dice.chance(0.35);
  // Most of those have more to do than one iteration may: there is something that waits.
  if (cools && dice.chance(0.7)) keys.limits = { ...Object(keys.limits ?? {}), max_trade_percent: 5 };
  keys.rebalance = {
    trigger,
    ...(trigger === 'always' && dice.chance(0.3) ? {} : { threshold_percent: dice.pick([1, 5, 15]) }),
    ...(dice.chance(0.25) ? { relative_threshold_percent: dice.pick([10, 25]) } : {}),
    ...(dice.chance(0.1) ? { volatility_adjusted: true } : {}),
    rebalance_to: dice.pick(['target', 'edge']),
    rebalance_scope: dice.pick(['all', 'breached', 'breached']),
    ...(trigger === 'calendar' || (trigger === 'hybrid' && dice.chance(0.6)) ? { calendar } : {}),
    ...(cools ? { cooldown: dice.pick(['45m', '3h', 7_200_000]) } : {}),
    ...(dice.chance(0.3) ? { window: windowOf(dice) } : {}),
  };
}

const windowOf = (dice: Dice): Keys => ({
  ...(dice.chance(0.3) ? { days: ['mon', 'wed', 'fri'] } : {}),
  from: `${dice.whole(10, 14)}:00`,
  to: `${dice.pick([14, 15, 17, 23])}:30`,
});
