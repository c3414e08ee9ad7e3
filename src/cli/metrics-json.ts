// `metrics --json`: every number exact, with source, as-of and fetch times, so that weights can be recomputed by hand.

import { type Finding, type FundFacts, premiumPercent } from '../core/fund-facts.ts';
import { decimal, type Money, type Price, raw, type Shares } from '../core/units.ts';
import type { Metrics } from './metrics-reading.ts';

export const metricsJson = ({ atMs, facts, unresolved, wallets }: Metrics) => ({
  schema: 1,
  at: new Date(atMs).toISOString(),
  tickers: [...facts.values()].map(tickerJson),
  unresolved: Object.fromEntries(unresolved),
  weights: wallets.map(({ account, modes }) => ({
    account,
    modes: Object.fromEntries(
      modes.map(({ mode, weighed }) => [
        mode,
        weighed.kind === 'weights'
          ? { weights: Object.fromEntries(weighed.weights), warnings: weighed.warnings }
          : { unknown: weighed.because },
      ]),
    ),
  })),
});

const tickerJson = (facts: FundFacts) => ({
  ticker: facts.ticker,
  units: findingJson(facts.units, (count: Shares) => raw(count).toString()),
  price_rub: findingJson(facts.price, (price: Price) => decimal(price)),
  market_cap_rub: findingJson(facts.marketCap, (amount: Money) => decimal(amount)),
  aum_rub: findingJson(facts.aum, (amount: Money) => decimal(amount)),
  nav_rub: findingJson(facts.nav, (price: Price) => decimal(price)),
  market_cap_at_aum_date_rub: findingJson(facts.marketCapThen, (amount: Money) => decimal(amount)),
  premium_percent: premiumPercent(facts),
});

const findingJson = <Value>(finding: Finding<Value>, text: (value: Value) => string) =>
  finding.kind === 'unknown'
    ? { value: null, because: finding.because }
    : {
        value: text(finding.value),
        as_of: new Date(finding.asOfMs).toISOString(),
        fetched_at: new Date(finding.fetchedAtMs).toISOString(),
        source: finding.source,
      };
