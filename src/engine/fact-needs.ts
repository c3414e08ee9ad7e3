// Which fund data and how many closes an account's mode and rules read. Pure: what nobody reads is not asked for.

import type { Policy } from '../core/policy.ts';
import { dayOf, monthOf, reachMs } from '../core/weights/close-window.ts';
import { WEIGHTINGS } from '../core/weights/registry.ts';
import type { FundNeed } from '../ports.ts';

/** Trading days of the volatility that `volatility_adjusted` holds the recent one against. */
const LONG_RUN_DAYS = 252;

export interface FactNeeds {
  readonly fund: ReadonlySet<FundNeed>;
  /** The first day (midnight UTC) whose close somebody reads; `null`: nobody reads any. */
  readonly closesFromMs: number | null;
}

export function factNeeds(policy: Policy, nowMs: number): FactNeeds {
  const starts = closeStarts(policy, nowMs);
  return {
    fund: new Set([...modeFundNeeds(policy), ...(policy.limits.maxPremiumPercent === null ? [] : NAV)]),
    closesFromMs: starts.length === 0 ? null : Math.min(...starts),
  };
}

const NAV: readonly FundNeed[] = ['nav'];

/** What the mode itself reads of fund data: what the weights of an earlier instant are rebuilt from. */
export const modeFundNeeds = ({ mode }: Policy): FundNeed[] =>
  WEIGHTINGS[mode].needs.flatMap((need): FundNeed[] => (need === 'closes' ? [] : [need]));

function closeStarts({ mode, weighting, limits, rebalance }: Policy, nowMs: number): number[] {
  const today = dayOf(nowMs);
  const back = (endMs: number, days: number) => endMs - reachMs(days + 1);
  return [
    ...(mode === 'inverse_volatility' ? [back(today, weighting.volatilityDays)] : []),
    ...(mode === 'sharpe' ? [back(monthOf(nowMs), weighting.sharpeDays)] : []),
    ...(limits.movingAverageDays === null ? [] : [back(today, limits.movingAverageDays)]),
    ...(rebalance.volatilityAdjusted ? [back(today, LONG_RUN_DAYS)] : []),
  ];
}
