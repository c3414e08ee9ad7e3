// `decorrelation`: the more a fund trades below what it holds, the more of it. d_i is the premium in percent,
// m_i = max(d) - d_i, weights in proportion to m. Requires: market cap and AUM of every ticker with a positive percent.
// Guarantees: RUB keeps its own percent, sum 100; a spread that is mere noise leaves the wallet's own weights, said aloud.

import { premiumPercent } from '../fund-facts.ts';
import { missingDatum } from './by-metric.ts';
import { spread, spreadOver } from './spread.ts';
import type { Weighed, Weighting, WeightingInput } from './weighting.ts';

export const decorrelation: Weighting = { needs: ['market_cap', 'aum'], weigh };

function weigh({ wallet, funds, policy }: WeightingInput): Weighed {
  const premiums = new Map<string, number>();
  const missing: string[] = [];
  for (const ticker of spreadOver(wallet)) {
    const facts = funds.get(ticker);
    const premium = facts ? premiumPercent(facts) : null;
    if (premium !== null) premiums.set(ticker, premium);
    else {
      const unknown = facts
        ? [facts.marketCap, facts.aum].flatMap((f) => (f.kind === 'unknown' ? [f.because] : []))
        : [];
      missing.push(`${ticker}: ${unknown.length > 0 ? unknown.join('; ') : 'no fund data were asked for'}`);
    }
  }
  if (missing.length > 0)
    return { kind: 'unknown', because: missingDatum('premium (market cap over AUM)', missing) };
  if (premiums.size === 0) return { kind: 'weights', weights: wallet, warnings: [] };
  const highest = Math.max(...premiums.values());
  const lowest = Math.min(...premiums.values());
  const metrics = new Map([...premiums].map(([ticker, premium]) => [ticker, highest - premium]));
  if (highest === lowest || highest - lowest < policy.decorrelationMinSpread) {
    const spreadText = (highest - lowest).toFixed(2);
    const because = `decorrelation: the premiums differ by ${spreadText} pp only (decorrelation_min_spread_pp ${policy.decorrelationMinSpread}): the wallet's own weights apply`;
    return { kind: 'weights', weights: wallet, warnings: [because] };
  }
  return { kind: 'weights', weights: spread(wallet, metrics), warnings: [] };
}
