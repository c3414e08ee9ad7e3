// `equal`: the same weight for every ticker with a positive percent.
// Requires: nothing beyond the wallet. Guarantees: RUB keeps its own percent, sum 100.

import { spread, spreadOver } from './spread.ts';
import type { Weighting } from './weighting.ts';

export const equal: Weighting = {
  needs: [],
  weigh: ({ wallet }) => ({
    kind: 'weights',
    weights: spread(wallet, new Map(spreadOver(wallet).map((ticker) => [ticker, 1]))),
    warnings: [],
  }),
};
