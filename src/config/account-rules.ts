// The rules of an account block in our units: weights, margin, funding, rebalancing, limits.
// Requires: a block that the schema accepts. Guarantees: what is off is `null`.

import type { FundingPolicy, LimitsPolicy, RebalancePolicy } from '../core/policy.ts';
import type { TimingPolicy } from '../core/timing-policy.ts';
import { money } from '../core/units.ts';
import type { WeightingPolicy, WeightLimit } from '../core/weights/weighting-policy.ts';
import { nanoOf } from './amount.ts';
import type { AccountConfig, MarginConfig } from './config.ts';
import { durationMs } from './duration.ts';
import type { AccountBlock } from './schema-account.ts';
import { tickerOf } from './ticker-aliases.ts';

type Aliases = ReadonlyMap<string, string>;
export type AccountRules = Pick<
  AccountConfig,
  | 'mode'
  | 'weighting'
  | 'diff'
  | 'margin'
  | 'minProfitPercent'
  | 'funding'
  | 'confirmAbove'
  | 'rebalance'
  | 'timing'
  | 'limits'
  | 'maxSpreadPercent'
>;

/** @param confirms false where `analysis.openrouter` turns confirmations off. */
export function rulesOf(block: AccountBlock, aliases: Aliases, confirms: boolean): AccountRules {
  const mode = block.rebalance_mode ?? block.desired_mode;
  const threshold = block.confirmationThresholdRub;
  return {
    mode: mode === 'default' ? 'manual' : mode,
    weighting: weightingOf(block, aliases),
    diff: { mode: block.diff, multiplier: block.diff_multiplier },
    margin: marginOf(block.margin_trading),
    minProfitPercent: block.min_profit_percent_for_close_position ?? null,
    funding: fundingOf(block.buy_requires_total_marginal_sell, aliases),
    confirmAbove: threshold === undefined || !confirms ? null : money(nanoOf(threshold)),
    rebalance: rebalanceOf(block.rebalance),
    timing: timingOf(block.rebalance),
    limits: limitsOf(block, aliases),
    maxSpreadPercent: block.limits?.max_spread_percent ?? 1,
  };
}

const weightingOf = (block: AccountBlock, aliases: Aliases): WeightingPolicy => ({
  decorrelationMinSpread: block.decorrelation_min_spread_pp,
  volatilityDays: block.volatility_window_days,
  sharpeDays: block.sharpe_window_days,
  riskFreePercent: block.risk_free_percent,
  caps: weightLimitOf(block.max_weight_percent, aliases),
  floors: weightLimitOf(block.min_weight_percent, aliases),
});

function weightLimitOf(
  written: number | Readonly<Record<string, number>> | undefined,
  aliases: Aliases,
): WeightLimit {
  if (written === undefined || typeof written === 'number') return written ?? null;
  return new Map(Object.entries(written).map(([ticker, percent]) => [tickerOf(ticker, aliases), percent]));
}

function marginOf(written: AccountBlock['margin_trading']): MarginConfig | null {
  if (written?.enabled !== true) return null;
  return {
    multiplier: written.multiplier,
    freeThreshold: money(nanoOf(written.free_transfer_threshold ?? written.free_threshold)),
    maxMarginSize: money(nanoOf(written.max_margin_size)),
    strategy: written.balancing_strategy,
    minFundsSufficiency: written.min_funds_sufficiency,
    deleverageMs: written.deleverage_minutes * 60_000,
  };
}

function fundingOf(
  written: AccountBlock['buy_requires_total_marginal_sell'],
  aliases: Aliases,
): FundingPolicy | null {
  if (written?.enabled !== true) return null;
  return {
    instruments: tickerSet(written.instruments, aliases),
    mode: written.allow_to_sell_others_positions_to_buy_non_marginal_positions?.mode ?? 'none',
    minBuyPercent: written.min_buy_rebalance_percent,
  };
}

const rebalanceOf = (written: AccountBlock['rebalance']): RebalancePolicy => ({
  trigger: written?.trigger ?? 'always',
  thresholdPercent: written?.threshold_percent ?? null,
  relativeThresholdPercent: written?.relative_threshold_percent ?? null,
  volatilityAdjusted: written?.volatility_adjusted ?? false,
  to: written?.rebalance_to ?? 'target',
  scope: written?.rebalance_scope ?? 'all',
});

function timingOf(written: AccountBlock['rebalance']): TimingPolicy {
  const { calendar, window, cooldown = 0 } = written ?? {};
  return {
    calendar: calendar
      ? {
          every: calendar.every,
          weekday: calendar.weekday ?? null,
          timeMinutes: minutesOf(calendar.time),
          timeZone: calendar.time_zone,
        }
      : null,
    window: window
      ? {
          days: new Set(window.days),
          fromMinutes: minutesOf(window.from),
          toMinutes: minutesOf(window.to),
        }
      : null,
    cooldownMs: durationMs(cooldown) ?? 0,
  };
}

/** Minutes after midnight of "10:30". */
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

function limitsOf(block: AccountBlock, aliases: Aliases): LimitsPolicy {
  const { limits } = block;
  const turnover = limits?.max_turnover_percent;
  const both = typeof turnover === 'number' ? { iteration: turnover, day: turnover } : (turnover ?? {});
  return {
    minTrade: money(nanoOf(limits?.min_trade_rub ?? 0)),
    dustPercent: limits?.dust_percent ?? 0.02,
    maxTradePercent: limits?.max_trade_percent ?? null,
    maxTurnoverPercent: both.iteration ?? null,
    maxDayTurnoverPercent: both.day ?? null,
    maxOrders: limits?.max_orders ?? null,
    maxPremiumPercent: limits?.max_premium_percent ?? null,
    movingAverageDays: limits?.below_moving_average === 'no_buys' ? limits.moving_average_days : null,
    buyOnly: block.buy_only,
    doNotSell: tickerSet(block.do_not_sell, aliases),
    doNotBuy: tickerSet(block.do_not_buy, aliases),
    cashReserve: money(nanoOf(block.cash_reserve_rub)),
  };
}

const tickerSet = (written: readonly string[], aliases: Aliases): ReadonlySet<string> =>
  new Set(written.map((ticker) => tickerOf(ticker, aliases)));
