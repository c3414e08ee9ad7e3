// Which of several sources speaks for a datum: the preferred one, unless another says something else.
// Guarantees: a disagreement is never settled here; what was read much earlier than the newest answer takes no part in it.

import { DAY_MS } from '../core/moscow-day.ts';
import { exceedsPercent } from './exact-percent.ts';

/** A value in RUB (or nano-units) that passed the checks of its own. */
export interface Candidate {
  readonly value: bigint;
  readonly asOfMs: number;
  readonly fetchedAtMs: number;
  readonly source: string;
}

export type Choice =
  | { readonly kind: 'none' }
  | { readonly kind: 'agreed'; readonly value: Candidate }
  | { readonly kind: 'disputed'; readonly value: Candidate; readonly against: readonly Candidate[] };

export interface ChoiceLimits {
  readonly ttlMs: number;
  readonly maxDisagreementPercent: number;
}

/** @param candidates at most one per source, the preferred one first */
export function chooseSource(candidates: readonly Candidate[], limits: ChoiceLimits): Choice {
  const newestMs = Math.max(...candidates.map(({ fetchedAtMs }) => fetchedAtMs));
  const recent = candidates.filter(({ fetchedAtMs }) => fetchedAtMs >= newestMs - limits.ttlMs);
  const [value, ...others] = recent;
  if (value === undefined) return { kind: 'none' };
  const against = others.filter((other) => contradicts(other, value, limits.maxDisagreementPercent));
  return against.length === 0 ? { kind: 'agreed', value } : { kind: 'disputed', value, against };
}

function contradicts(other: Candidate, preferred: Candidate, percent: number): boolean {
  // A file that somebody wrote days ago is outdated, not of another opinion.
  if (other.source === 'files' && other.asOfMs < preferred.asOfMs - DAY_MS) return false;
  const apart = other.value > preferred.value ? other.value - preferred.value : preferred.value - other.value;
  return exceedsPercent(apart, preferred.value, percent);
}
