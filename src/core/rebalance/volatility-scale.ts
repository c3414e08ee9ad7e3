// How much `volatility_adjusted` widens or narrows a band: recent over long-run volatility of daily closes.
// Guarantees: within 0.5 to 2; without enough closes 1, and the reason in words.

import type { Facts } from '../facts.ts';
import { dayOf, deviation, returnsBefore } from '../weights/close-window.ts';

const RECENT_DAYS = 30;
const LONG_RUN_DAYS = 252;
const LEAST = 0.5;
const MOST = 2;

export interface Scale {
  readonly factor: number;
  /** Why it is 1 for want of data; `null` where it was reckoned. */
  readonly problem: string | null;
}

export function volatilityScale(ticker: string, facts: Facts, nowMs: number): Scale {
  const closes = facts.closes.get(ticker);
  const endMs = dayOf(nowMs);
  const recent = returnsBefore(closes, RECENT_DAYS, endMs);
  const longRun = returnsBefore(closes, LONG_RUN_DAYS, endMs);
  const unknown = recent.kind === 'unknown' ? recent : longRun;
  if (recent.kind === 'unknown' || longRun.kind === 'unknown') {
    const why = facts.closeProblems?.get(ticker) ?? (unknown.kind === 'unknown' ? unknown.because : '');
    return { factor: 1, problem: why };
  }
  const usual = deviation(longRun.returns);
  if (usual === 0) return { factor: 1, problem: `its close has not moved for ${LONG_RUN_DAYS} days` };
  return { factor: Math.min(MOST, Math.max(LEAST, deviation(recent.returns) / usual)), problem: null };
}
