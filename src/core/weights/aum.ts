// `aum`: weights in proportion to assets under management.
// Requires: an AUM for every ticker with a positive percent. Guarantees: RUB keeps its own percent, sum 100.

import { weighByMetric } from './by-metric.ts';
import type { Weighting } from './weighting.ts';

export const aum: Weighting = {
  needs: ['aum'],
  weigh: (input) => weighByMetric(input, 'AUM', (facts) => facts.aum),
};
