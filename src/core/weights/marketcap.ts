// `marketcap`: weights in proportion to units × price.
// Requires: a market cap for every ticker with a positive percent. Guarantees: RUB keeps its own percent, sum 100.

import { weighByMetric } from './by-metric.ts';
import type { Weighting } from './weighting.ts';

export const marketcap: Weighting = {
  needs: ['market_cap'],
  weigh: (input) => weighByMetric(input, 'market cap', (facts) => facts.marketCap),
};
