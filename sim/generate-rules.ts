// The rules and the mode of a simulated account, as keys of its block. Every rule of the configuration belongs here.
// Guarantees: what is drawn is valid for the wallet; about half of the accounts have no rule that moves their targets,
// so that those can be held to their wallet.

import type { Dice } from './streams.ts';

export interface SimRules {
  readonly keys: Readonly<Record<string, unknown>>;
  /** Whether the account may borrow at the venue. */
  readonly borrows: boolean;
  /** Whether the wallet alone says what it should hold in the end. */
  readonly plain: boolean;
}

type Keys = Record<string, unknown>;

export const FUNDS: ReadonlySet<string> = new Set(['TMOS', 'TRUR', 'TGLD', 'TBRU']);

/** @param wallet percent per ticker, RUB included */
export function rulesOf(dice: Dice, wallet: Readonly<Record<string, number>>, equity: number): SimRules {
  const keys: Keys = {
    order_type: dice.chance(0.92) ? 'market' : dice.pick(['bestprice', 'limit']),
    order_wait_seconds: dice.pick([1, 3, 3, 10, 30]),
    unlisted_positions: dice.pick(['keep', 'keep', 'sell']),
    min_improvement_pp: dice.pick([0, 0.25, 0.25, 1]),
    min_one_lot: dice.chance(0.7),
    max_day_turnover_percent: dice.pick([400, 400, 400, 1000, 100]),
  };
  if (dice.chance(0.4)) keys.sleep_between_orders = dice.pick([100, 1_000, 5_000]);
  if (dice.chance(0.15)) keys.exchange = 'auto';
  if (dice.chance(0.3)) keys.max_drawdown_percent = dice.pick([2, 5, 30]);
  if (dice.chance(0.1))
    keys.exchange_closure_behavior = {
      mode: dice.pick(['force_orders', 'dry_run']),
      update_iteration_result: dice.chance(0.5),
    };
  if (dice.chance(0.5)) return { keys, borrows: false, plain: true };
  const tickers = Object.keys(wallet).filter((ticker) => ticker !== 'RUB');
  const mode = modeOf(dice, tickers);
  if (mode !== 'manual') keys.desired_mode = mode;
  const borrows = dice.chance(0.3);
  if (borrows) keys.margin_trading = marginOf(dice, equity);
  limitsInto(keys, dice, tickers, equity);
  timingInto(keys, dice);
  return { keys, borrows, plain: false };
}

/** Fund data is there for funds alone. */
function modeOf(dice: Dice, tickers: readonly string[]): string {
  const modes = dice.chance(0.4)
    ? (['manual'] as const)
    : (['equal', 'marketcap', 'aum', 'marketcap_aum'] as const);
  const mode = dice.pick<string>(modes as unknown as [string, ...string[]]);
  return mode === 'manual' || mode === 'equal' || tickers.every((ticker) => FUNDS.has(ticker))
    ? mode
    : 'equal';
}

const marginOf = (dice: Dice, equity: number): Keys => ({
  enabled: true,
  multiplier: dice.pick([1, 1.2, 1.5, 2]),
  free_threshold: dice.pick([0, 5_000, 50_000]),
  max_margin_size: Math.round(equity * dice.pick([0.05, 0.3, 1])),
  balancing_strategy: dice.pick(['remove', 'keep', 'keep_if_small']),
  deleverage_minutes: dice.pick([10, 30, 120]),
  min_funds_sufficiency: dice.pick([1.05, 1.2, 2]),
});

function limitsInto(keys: Keys, dice: Dice, tickers: readonly string[], equity: number): void {
  const limits: Keys = {};
  if (dice.chance(0.2)) limits.min_trade_rub = Math.round(equity * dice.pick([0.001, 0.01]));
  if (dice.chance(0.2)) limits.max_trade_percent = dice.pick([5, 20, 60]);
  if (dice.chance(0.2)) limits.max_turnover_percent = dice.pick([10, 50, 150]);
  if (dice.chance(0.2)) limits.max_orders = dice.pick([1, 2, 4]);
  if (dice.chance(0.1)) limits.max_premium_percent = dice.pick([0, 1]);
  if (Object.keys(limits).length > 0) keys.limits = limits;
  if (dice.chance(0.1)) keys.buy_only = true;
  if (dice.chance(0.1)) keys.do_not_sell = dice.some(tickers, 1);
  if (dice.chance(0.1)) keys.do_not_buy = dice.some(tickers, 1);
  if (dice.chance(0.15)) keys.cash_reserve_rub = Math.round(equity * dice.pick([0.01, 0.1]));
  if (dice.chance(0.1)) keys.min_profit_percent_for_close_position = dice.pick([-5, 0, 3]);
  if (dice.chance(0.1))
    keys.buy_requires_total_marginal_sell = {
      enabled: true,
      instruments: dice.some(tickers, 1),
      allow_to_sell_others_positions_to_buy_non_marginal_positions: {
        mode: dice.pick(['only_positive_positions_sell', 'equal_in_percents', 'none']),
      },
      min_buy_rebalance_percent: dice.pick([0, 0.5]),
    };
}

function timingInto(keys: Keys, dice: Dice): void {
  if (!dice.chance(0.3)) return;
  const trigger = dice.pick(['always', 'threshold', 'threshold', 'hybrid', 'calendar']);
  keys.rebalance = {
    trigger,
    threshold_percent: dice.pick([1, 5]),
    ...(dice.chance(0.4) ? { relative_threshold_percent: 25 } : {}),
    rebalance_to: dice.pick(['target', 'edge']),
    rebalance_scope: dice.pick(['all', 'breached']),
    ...(trigger === 'calendar' || trigger === 'hybrid'
      ? { calendar: { every: 'daily', time: '10:30' } }
      : {}),
    ...(dice.chance(0.2) ? { cooldown: '20m' } : {}),
  };
}
