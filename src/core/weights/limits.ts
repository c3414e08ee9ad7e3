// `max_weight_percent` and `min_weight_percent`: clip, hand the rest out again in proportion, until all hold.
// Requires: weights adding up to 100; limits that can be met (the configuration refuses others). Guarantees: RUB and
// tickers that the wallet sets to 0 untouched, sum 100, every cap and floor kept; where they cannot be, as near as can be.

import { spreadOver } from './spread.ts';
import type { TargetWeights } from './weighting.ts';
import type { WeightingPolicy, WeightLimit } from './weighting-policy.ts';

export interface Limited {
  readonly weights: TargetWeights;
  readonly warnings: readonly string[];
}

/** One ticker's part: its proportion, and between what it must end, in percent. */
interface Part {
  readonly metric: number;
  readonly floor: number;
  readonly cap: number;
}

const ROUNDING = 1e-9;

/** @param wallet says which tickers may have a weight at all. */
export function withinLimits(
  weights: TargetWeights,
  wallet: TargetWeights,
  policy: Pick<WeightingPolicy, 'caps' | 'floors'>,
): Limited {
  if (policy.caps === null && policy.floors === null) return { weights, warnings: [] };
  const tickers = spreadOver(wallet);
  const parts = tickers.map((ticker) => ({
    metric: weights.get(ticker) ?? 0,
    floor: limitFor(policy.floors, ticker) ?? 0,
    cap: limitFor(policy.caps, ticker) ?? 100,
  }));
  const share = sum(parts.map(({ metric }) => metric));
  if (share <= 0 || parts.every(({ metric, floor, cap }) => metric >= floor && metric <= cap))
    return { weights, warnings: [] };
  const { possible, warnings } = feasible(parts, share);
  const shares = shared(possible, share);
  const kept = new Map(tickers.map((ticker, index) => [ticker, shares[index] ?? 0]));
  const forced = tickers.filter((_, index) => {
    const part = possible[index];
    return part?.metric === 0 && (shares[index] ?? 0) > part.floor + ROUNDING;
  });
  return {
    weights: new Map([...weights].map(([ticker, weight]) => [ticker, kept.get(ticker) ?? weight])),
    warnings: [
      ...warnings,
      ...(forced.length > 0
        ? [`max_weight_percent leaves a part to ${forced.join(', ')}, which would have got nothing otherwise`]
        : []),
    ],
  };
}

/** The limit of one ticker, `null` where it has none. */
export const limitFor = (limit: WeightLimit, ticker: string): number | null =>
  typeof limit === 'number' ? limit : (limit?.get(ticker) ?? null);

/** Limits that no weights can meet give way in proportion. */
function feasible(
  parts: readonly Part[],
  share: number,
): { readonly possible: readonly Part[]; readonly warnings: readonly string[] } {
  const most = sum(parts.map(({ cap }) => cap));
  const least = sum(parts.map(({ floor }) => floor));
  const raised = most < share - ROUNDING ? share / most : 1;
  const lowered = least > share + ROUNDING ? share / least : 1;
  const possible = parts.map(({ metric, floor, cap }) => ({
    metric,
    floor: floor * lowered,
    cap: Math.max(cap * raised, floor * lowered),
  }));
  const said = (key: string, word: string, total: number) =>
    `${key} adds up to ${total.toFixed(2)} % ${word} ${share.toFixed(2)} %: it is kept as nearly as can be`;
  return {
    possible,
    warnings: [
      ...(raised > 1 ? [said('max_weight_percent', 'for', most)] : []),
      ...(lowered < 1 ? [said('min_weight_percent', 'of', least)] : []),
    ],
  };
}

/** Those that weigh nothing get their floor, and what the caps of the others leave over, in equal parts. */
function shared(parts: readonly Part[], share: number): readonly number[] {
  const weighing = parts.filter(({ metric }) => metric > 0);
  const idle = parts.filter(({ metric }) => metric <= 0);
  const room = sum(weighing.map(({ cap }) => cap));
  const idleShare = Math.max(sum(idle.map(({ floor }) => floor)), share - room);
  const first = clipped(weighing, share - idleShare);
  const second = clipped(
    idle.map((part) => ({ ...part, metric: 1 })),
    idleShare,
  );
  const [one, two] = [first[Symbol.iterator](), second[Symbol.iterator]()];
  return parts.map(({ metric }) => (metric > 0 ? one : two).next().value ?? 0);
}

/**
 * Splits `share` in proportion to the metrics with every part between its floor and its cap.
 * Requires: positive metrics; floors that add up to no more than `share`, caps to no less.
 */
export function clipped(parts: readonly Part[], share: number): readonly number[] {
  const fixed = new Map<number, number>();
  for (;;) {
    const open = parts.flatMap((part, index) => (fixed.has(index) ? [] : [{ ...part, index }]));
    if (open.length === 0) break;
    const left = share - sum([...fixed.values()]);
    const whole = sum(open.map(({ metric }) => metric));
    const tried = open.map(({ metric, floor, cap, index }) => {
      const wanted = (metric / whole) * left;
      return { index, wanted, kept: Math.min(cap, Math.max(floor, wanted)) };
    });
    const tooMuch = sum(tried.map(({ wanted, kept }) => kept - wanted));
    // What was lifted in sum is paid by the others, so only the floors are certain yet; and the other way round.
    const certain = tried.filter(({ wanted, kept }) => (tooMuch > 0 ? kept > wanted : kept < wanted));
    const done = Math.abs(tooMuch) <= ROUNDING / 1000 || certain.length === 0;
    for (const { index, kept } of done ? tried : certain) fixed.set(index, kept);
  }
  return parts.map((_, index) => fixed.get(index) ?? 0);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
