// What the modes by market cap and AUM share: one amount per ticker, weights in proportion, RUB keeps its own percent.
// Guarantees: one datum that is missing, zero or negative and nothing is weighed; all that is missing is named at once.

import type { Finding, FundFacts } from '../fund-facts.ts';
import { type Money, raw } from '../units.ts';
import { spread, spreadOver } from './spread.ts';
import type { Weighed, WeightingInput } from './weighting.ts';

/** @param datum what the metric is called in messages, such as "market cap". */
export function weighByMetric(
  { wallet, funds }: WeightingInput,
  datum: string,
  metricOf: (facts: FundFacts) => Finding<Money>,
): Weighed {
  const metrics = new Map<string, number>();
  const missing: string[] = [];
  for (const ticker of spreadOver(wallet)) {
    const facts = funds.get(ticker);
    const metric: Finding<Money> = facts ? metricOf(facts) : { kind: 'unknown', because: NO_FUND_DATA };
    if (metric.kind === 'unknown') missing.push(named(ticker, metric.because));
    else if (raw(metric.value) <= 0n) missing.push(`${ticker}: its ${datum} is not above zero`);
    else metrics.set(ticker, Number(raw(metric.value)));
  }
  if (missing.length > 0) return { kind: 'unknown', because: missingDatum(datum, missing) };
  return { kind: 'weights', weights: spread(wallet, metrics), warnings: [] };
}

/** Live every ticker has its facts, known or not: only a saved snapshot can be without. */
export const NO_FUND_DATA = 'no fund data are there (a snapshot carries them as instruments[].fund)';

/** The reason with the ticker before it, once: sources name it themselves. */
export const named = (ticker: string, because: string): string =>
  because.startsWith(`${ticker} `) ? because : `${ticker}: ${unnamed(ticker, because)}`;

export const unnamed = (ticker: string, because: string): string =>
  because.startsWith(`${ticker}: `) ? because.slice(ticker.length + 2) : because;

/** One sentence for a person: which datum, of which tickers, what each source said. */
export const missingDatum = (datum: string, missing: readonly string[]): string =>
  `the ${datum} is unknown, so nothing is balanced: ${missing.join('; ')}`;
