// `marketcap_aum`: weights in proportion to market cap, or AUM where no market cap is known.
// Requires: either for every ticker with a positive percent. Guarantees: RUB keeps its own percent, sum 100.

import { unnamed, weighByMetric } from './by-metric.ts';
import type { Weighting } from './weighting.ts';

export const marketcapAum: Weighting = {
  needs: ['market_cap', 'aum'],
  weigh: (input) =>
    weighByMetric(input, 'market cap (or AUM)', ({ ticker, marketCap, aum }) => {
      if (marketCap.kind === 'known' || aum.kind === 'known')
        return marketCap.kind === 'known' ? marketCap : aum;
      const [cap, net] = [unnamed(ticker, marketCap.because), unnamed(ticker, aum.because)];
      return { kind: 'unknown', because: `market cap: ${cap}; AUM: ${net}` };
    }),
};
