// `marketcap_aum`: weights in proportion to market cap, or AUM where no market cap is known.
// Requires: either for every ticker with a positive percent. Guarantees: RUB keeps its own percent, sum 100.

import { weighByMetric } from './by-metric.ts';
import type { Weighting } from './weighting.ts';

export const marketcapAum: Weighting = {
  needs: ['market_cap', 'aum'],
  weigh: (input) =>
    weighByMetric(input, 'market cap (or AUM)', ({ marketCap, aum }) => {
      if (marketCap.kind === 'known' || aum.kind === 'known')
        return marketCap.kind === 'known' ? marketCap : aum;
      return { kind: 'unknown', because: `market cap: ${marketCap.because}; AUM: ${aum.because}` };
    }),
};
