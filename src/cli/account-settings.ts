// An account block of the configuration in the engine's terms.

import type { AccountConfig } from '../config/config.ts';
import type { Policy } from '../core/policy.ts';
import { RUB } from '../core/portfolio.ts';
import type { AccountSettings } from '../engine/account-context.ts';

export const policyOf = (account: AccountConfig): Policy => ({
  mode: account.mode,
  wallet: account.wallet,
  unlistedPositions: account.unlistedPositions,
  minOneLot: account.minOneLot,
  minImprovementPp: account.minImprovementPp,
  orderType: account.orderType,
  commission: account.commission,
  maxPriceAgeMs: account.maxPriceAgeMs,
});

/** @param dryRun forced by the command line, whatever the block says. */
export const settingsOf = (account: AccountConfig, dryRun: boolean): AccountSettings => ({
  id: account.id,
  name: account.name,
  dryRun: dryRun || account.dryRun,
  policy: policyOf(account),
  tickers: [...account.wallet.keys()].filter((ticker) => ticker !== RUB),
  closure: { mode: account.closure.mode, counts: account.closure.updateIterationResult },
  exchange: account.exchange,
  intervalMs: account.balanceIntervalMs,
  sleepBetweenOrdersMs: account.sleepBetweenOrdersMs,
  orderWaitMs: account.orderWaitMs,
  maxPriceJumpPercent: account.maxPriceJumpPercent,
  maxDrawdownPercent: account.maxDrawdownPercent,
  maxDayTurnoverPercent: account.maxDayTurnoverPercent,
});
