// What the modes by price history share: one number per ticker out of its daily returns, or which tickers lack what.
// Guarantees: one history that is missing and nothing is weighed; all that is missing is named at once, with the remedy.

import { type CloseWindow, returnsBefore } from './close-window.ts';
import { spreadOver } from './spread.ts';
import type { Weighed, WeightingInput } from './weighting.ts';

export interface History extends CloseWindow {
  /** Configuration key of its length, for the remedy. */
  readonly key: string;
  /** `null` where the returns do not move at all: nothing can be divided by no risk. */
  metricOf(returns: readonly number[]): number | null;
}

export type Metrics =
  | { readonly kind: 'metrics'; readonly metrics: ReadonlyMap<string, number> }
  | Extract<Weighed, { kind: 'unknown' }>;

export function metricsByHistory(input: WeightingInput, history: History): Metrics {
  const metrics = new Map<string, number>();
  const missing: string[] = [];
  for (const ticker of spreadOver(input.wallet)) {
    const problem = input.closeProblems?.get(ticker);
    const found = returnsBefore(input.closes.get(ticker), history.days, history.endMs);
    if (found.kind === 'unknown') missing.push(`${ticker}: ${problem ?? found.because}`);
    else {
      const metric = history.metricOf(found.returns);
      if (metric === null) missing.push(`${ticker}: its close has not moved for ${history.days} days`);
      else metrics.set(ticker, metric);
    }
  }
  if (missing.length === 0) return { kind: 'metrics', metrics };
  return {
    kind: 'unknown',
    because: `the price history is unknown, so nothing is balanced: ${missing.join('; ')}. A later iteration tries again; a shorter ${history.key}, another desired_mode or a wallet without the ticker also helps`,
  };
}
