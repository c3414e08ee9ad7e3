// What is wrong with one value by itself, and against the last good one of its kind: decided before it is kept.
// Guarantees: a value that is refused here is never used and never becomes the one that later values are compared with.

import type { FundSettings } from '../core/fund-settings.ts';
import { DAY_MS, MOSCOW_OFFSET_MS, moscowDay } from '../core/moscow-day.ts';
import type { FundValue } from '../ports.ts';
import { exceedsPercent } from './exact-percent.ts';

/** A date begins in Moscow before it does in UTC. */
const AHEAD_MS = MOSCOW_OFFSET_MS;
/** The central bank sets rates for the next day, over holidays for a few. */
const RATES_AHEAD_MS = 3 * DAY_MS;

export type ValueLimits = Pick<FundSettings, 'maxAgeDays' | 'maxDayJumpPercent'>;

/**
 * @param lastGood last one that passed, `null` where there is none
 * @returns why it is refused; `null` where it is not
 */
export function whyRefused(
  value: FundValue,
  lastGood: FundValue | null,
  limits: ValueLimits,
  nowMs: number,
): string | null {
  if (value.value <= 0n) return 'which is not above zero';
  const aheadMs = value.kind === 'price' ? RATES_AHEAD_MS : AHEAD_MS;
  if (value.asOfMs > nowMs + aheadMs) return 'which is in the future';
  return whyTooOld(value, limits, nowMs) ?? whyJump(value, lastGood, limits);
}

export const whyTooOld = (
  { asOfMs }: Pick<FundValue, 'asOfMs'>,
  { maxAgeDays }: Pick<ValueLimits, 'maxAgeDays'>,
  nowMs: number,
): string | null =>
  nowMs - asOfMs > maxAgeDays * DAY_MS
    ? `which is older than ${maxAgeDays} days (fund_data.max_age_days)`
    : null;

/** Within a day: of the same day or of neighbouring ones. */
function whyJump(value: FundValue, last: FundValue | null, limits: ValueLimits): string | null {
  if (last === null || last.currency !== value.currency) return null;
  if (daysApart(value, last) > 1) return null;
  const change = value.value > last.value ? value.value - last.value : last.value - value.value;
  if (!exceedsPercent(change, last.value, limits.maxDayJumpPercent)) return null;
  const day = new Date(last.asOfMs).toISOString().slice(0, 10);
  return `which is a jump of more than ${limits.maxDayJumpPercent} % from the last good one of ${day} (fund_data.max_day_jump_percent)`;
}

/** A source that goes back to an older date has not had more time to change for it. */
function daysApart(value: FundValue, last: FundValue): number {
  const ahead = moscowDay(value.asOfMs) - moscowDay(last.asOfMs);
  return ahead >= 0 ? ahead : Math.min(-ahead, moscowDay(value.fetchedAtMs) - moscowDay(last.fetchedAtMs));
}
