// `decorrelation`: the more a fund trades below what it holds, the more of it. d_i is the premium in percent,
// m_i = max(d) - d_i, weights in proportion to m. Requires: market cap and AUM of every ticker with a positive percent.
// Guarantees: RUB keeps its own percent, sum 100; a spread that is mere noise leaves the wallet's own weights, said aloud.

import { type FundFacts, premiumPercent } from '../fund-facts.ts';
import { raw } from '../units.ts';
import { missingDatum, NO_FUND_DATA, named, unnamed } from './by-metric.ts';
import { spread, spreadOver } from './spread.ts';
import type { TargetWeights, Weighed, Weighting, WeightingInput } from './weighting.ts';

export const decorrelation: Weighting = { needs: ['market_cap', 'aum'], weigh };

function weigh({ wallet, funds, policy }: WeightingInput): Weighed {
  const premiums = new Map<string, number>();
  const missing: string[] = [];
  for (const ticker of spreadOver(wallet)) {
    const facts = funds.get(ticker);
    const problem = facts ? unusable(facts) : NO_FUND_DATA;
    const premium = facts ? premiumPercent(facts) : null;
    if (premium === null || problem !== null) missing.push(named(ticker, problem ?? 'unknown'));
    else premiums.set(ticker, premium);
  }
  if (missing.length > 0)
    return { kind: 'unknown', because: missingDatum('premium (market cap over AUM)', missing) };
  return byPremium(wallet, premiums, policy.decorrelationMinSpread);
}

/**
 * @param premiums percent, one for every ticker with a positive percent
 * @param minSpread percentage points below which a difference is noise
 */
export function byPremium(
  wallet: TargetWeights,
  premiums: ReadonlyMap<string, number>,
  minSpread: number,
): Weighed {
  if (premiums.size < 2) return { kind: 'weights', weights: wallet, warnings: [] };
  const highest = Math.max(...premiums.values());
  const difference = highest - Math.min(...premiums.values());
  if (difference > 0 && difference >= minSpread) {
    const metrics = new Map([...premiums].map(([ticker, premium]) => [ticker, highest - premium]));
    return { kind: 'weights', weights: spread(wallet, metrics), warnings: [] };
  }
  const because = `decorrelation: the premiums differ by ${difference.toFixed(2)} pp only (decorrelation_min_spread_pp ${minSpread}): the wallet's own weights apply`;
  return { kind: 'weights', weights: wallet, warnings: [because] };
}

/** Why no premium can be reckoned with; `null` where one can. */
function unusable({ ticker, marketCap, marketCapThen, aum }: FundFacts): string | null {
  const unknown = [marketCapThen, marketCap, aum].flatMap((f) =>
    f.kind === 'unknown' ? [unnamed(ticker, f.because)] : [],
  );
  if (unknown.length > 0) return [...new Set(unknown)].join('; ');
  const empty = [
    ...(marketCapThen.kind === 'known' && raw(marketCapThen.value) <= 0n ? ['its market cap'] : []),
    ...(aum.kind === 'known' && raw(aum.value) <= 0n ? ['its AUM'] : []),
  ];
  return empty.length === 0 ? null : `${empty.join(' and ')} is not above zero`;
}
