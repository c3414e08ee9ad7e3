// Which fund data and how many closes an account's mode and rules read. Pure: what nobody reads is not asked for.

import type { Policy } from '../core/policy.ts';
import { type CloseWindow, dayOf, monthOf } from '../core/weights/close-window.ts';
import { WEIGHTINGS } from '../core/weights/registry.ts';
import type { FundNeed } from '../ports.ts';

/** Trading days of the volatility that `volatility_adjusted` holds the recent one against. */
const LONG_RUN_DAYS = 252;

export interface FactNeeds {
  readonly fund: ReadonlySet<FundNeed>;
  /** What somebody reads of daily closes; none: nobody reads any. */
  readonly closes: readonly CloseWindow[];
}

export function factNeeds(policy: Policy, nowMs: number): FactNeeds {
  return {
    fund: new Set([...modeFundNeeds(policy), ...(policy.limits.maxPremiumPercent === null ? [] : NAV)]),
    closes: closeWindows(policy, nowMs),
  };
}

const NAV: readonly FundNeed[] = ['nav'];

/** What the mode itself reads of fund data: what the weights of an earlier instant are rebuilt from. */
export const modeFundNeeds = ({ mode }: Policy): FundNeed[] =>
  WEIGHTINGS[mode].needs.flatMap((need): FundNeed[] => (need === 'closes' ? [] : [need]));

function closeWindows({ mode, weighting, limits, rebalance }: Policy, nowMs: number): CloseWindow[] {
  const endMs = dayOf(nowMs);
  return [
    ...(mode === 'inverse_volatility' ? [{ endMs, days: weighting.volatilityDays }] : []),
    ...(mode === 'sharpe' ? [{ endMs: monthOf(nowMs), days: weighting.sharpeDays }] : []),
    ...(limits.movingAverageDays === null ? [] : [{ endMs, days: limits.movingAverageDays }]),
    ...(rebalance.volatilityAdjusted ? [{ endMs, days: LONG_RUN_DAYS }] : []),
  ];
}
