// An account block of the configuration in the engine's terms.

import type { AccountConfig } from '../config/config.ts';
import type { OvernightFees, Policy } from '../core/policy.ts';
import { RUB } from '../core/portfolio.ts';
import type { AccountSettings } from '../engine/account-context.ts';

export const policyOf = (account: AccountConfig, overnightFees: OvernightFees): Policy => ({
  mode: account.mode,
  wallet: account.wallet,
  weighting: account.weighting,
  diff: account.diff,
  unlistedPositions: account.unlistedPositions,
  minOneLot: account.minOneLot,
  minImprovementPp: account.minImprovementPp,
  orderType: account.orderType,
  commission: account.commission,
  maxPriceAgeMs: account.maxPriceAgeMs,
  margin: account.margin,
  overnightFees,
  minProfitPercent: account.minProfitPercent,
  funding: account.funding,
  confirmAbove: account.confirmAbove,
  rebalance: account.rebalance,
  limits: account.limits,
});

export interface SettingsOptions {
  readonly overnightFees: OvernightFees;
  /** Forced by the command line, whatever the block says. */
  readonly dryRun: boolean;
}

export const settingsOf = (account: AccountConfig, options: SettingsOptions): AccountSettings => ({
  id: account.id,
  name: account.name,
  dryRun: options.dryRun || account.dryRun,
  policy: policyOf(account, options.overnightFees),
  tickers: [...account.wallet.keys()].filter((ticker) => ticker !== RUB),
  closure: { mode: account.closure.mode, counts: account.closure.updateIterationResult },
  exchange: account.exchange,
  intervalMs: account.balanceIntervalMs,
  sleepBetweenOrdersMs: account.sleepBetweenOrdersMs,
  orderWaitMs: account.orderWaitMs,
  maxPriceJumpPercent: account.maxPriceJumpPercent,
  maxDrawdownPercent: account.maxDrawdownPercent,
  maxDayTurnoverPercent: account.maxDayTurnoverPercent,
  deleverageMs: account.margin?.deleverageMs ?? null,
  timing: account.timing,
  maxSpreadPercent: account.maxSpreadPercent,
});
