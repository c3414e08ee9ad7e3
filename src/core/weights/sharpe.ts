// `sharpe`: the more return over the risk-free rate per risk, the more of it; a ratio of zero or less gets nothing.
// Requires: one close more than `sharpe_window_days` before the current Moscow month, of every ticker with a positive
// percent. Guarantees: RUB keeps its own percent, sum 100, the same all month long; no ticker above `max_weight_percent`
// (40 where it is not set) unless the others are too few; where no ratio is positive all weigh the same, said aloud.

import { metricsByHistory } from './by-history.ts';
import { deviation, mean, monthOf } from './close-window.ts';
import { equal } from './equal.ts';
import { clipped, limitFor } from './limits.ts';
import { spread, spreadOver } from './spread.ts';
import type { TargetWeights, Weighed, Weighting, WeightingInput } from './weighting.ts';

/** A winner of the past takes no more than this, percent. */
const CAP_PERCENT = 40;
const TRADING_DAYS_A_YEAR = 252;

export const sharpe: Weighting = { needs: ['closes'], weigh };

function weigh(input: WeightingInput): Weighed {
  const { wallet, policy } = input;
  const riskFree = policy.riskFreePercent / 100 / TRADING_DAYS_A_YEAR;
  const found = metricsByHistory(input, {
    days: policy.sharpeDays,
    endMs: monthOf(input.atMs),
    key: 'sharpe_window_days',
    metricOf: (returns) => {
      const risk = deviation(returns);
      return risk === 0 ? null : Math.max(0, (mean(returns) - riskFree) / risk);
    },
  });
  if (found.kind === 'unknown') return found;
  const positive = [...found.metrics].filter(([, ratio]) => ratio > 0);
  if (positive.length > 0) return capped(spread(wallet, found.metrics), input);
  if (found.metrics.size === 0) return { kind: 'weights', weights: wallet, warnings: [] };
  const alike = equal.weigh(input);
  if (alike.kind === 'unknown') return alike;
  const because = `sharpe: no ticker earned more than risk_free_percent ${policy.riskFreePercent} over ${policy.sharpeDays} days: all weigh the same`;
  return { ...alike, warnings: [...alike.warnings, because] };
}

/** Among those with a positive ratio; an owner's own caps are kept by `withinLimits` afterwards. */
function capped(weights: TargetWeights, { wallet, policy }: WeightingInput): Weighed {
  const winners = spreadOver(wallet).filter((ticker) => (weights.get(ticker) ?? 0) > 0);
  const own = new Map(winners.map((ticker) => [ticker, limitFor(policy.caps, ticker)]));
  const share = winners.reduce((sum, ticker) => sum + (weights.get(ticker) ?? 0), 0);
  const owned = [...own.values()].reduce<number>((sum, cap) => sum + (cap ?? 0), 0);
  const others = winners.filter((ticker) => own.get(ticker) === null);
  if (others.length === 0) return { kind: 'weights', weights, warnings: [] };
  const cap = Math.max(CAP_PERCENT, (share - owned) / others.length);
  const shares = clipped(
    winners.map((ticker) => ({
      metric: weights.get(ticker) ?? 0,
      floor: 0,
      cap: own.get(ticker) ?? cap,
    })),
    share,
  );
  const kept = new Map(winners.map((ticker, index) => [ticker, shares[index] ?? 0]));
  const warnings =
    cap > CAP_PERCENT + 1e-9
      ? [
          `sharpe: only ${winners.join(', ')} earned more than risk_free_percent ${policy.riskFreePercent}: up to ${cap.toFixed(2)} % in one ticker`,
        ]
      : [];
  return {
    kind: 'weights',
    weights: new Map([...weights].map(([ticker, weight]) => [ticker, kept.get(ticker) ?? weight])),
    warnings,
  };
}
