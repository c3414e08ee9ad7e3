// RUB keeps its percent, the rest is handed out in proportion to a metric: what all computed modes end with.

import { RUB } from '../portfolio.ts';
import type { TargetWeights } from './weighting.ts';

/**
 * Weights in the wallet's order. Tickers without a metric get 0; RUB keeps its own percent.
 * Where no metric is positive the wallet's own proportions stand.
 */
export function spread(wallet: TargetWeights, metrics: ReadonlyMap<string, number>): TargetWeights {
  const rub = wallet.get(RUB) ?? 0;
  const whole = [...metrics.values()].reduce((sum, metric) => sum + metric, 0);
  if (!(whole > 0)) return wallet;
  return new Map(
    [...wallet].map(([ticker, percent]) => [
      ticker,
      ticker === RUB ? percent : ((metrics.get(ticker) ?? 0) / whole) * (100 - rub),
    ]),
  );
}

/** The tickers that a computed mode spreads over: those with a positive percent, RUB apart. */
export const spreadOver = (wallet: TargetWeights): string[] =>
  [...wallet].filter(([ticker, percent]) => ticker !== RUB && percent > 0).map(([ticker]) => ticker);
