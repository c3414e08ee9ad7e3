// `manual` (TIEBB's `default`): the wallet's own percentages are the targets.
// Requires: nothing beyond the wallet. Guarantees: weights in the wallet's order, adding up to 100.

import type { Weighting } from './weighting.ts';

export const manual: Weighting = {
  needs: [],
  weigh: ({ wallet }) => ({ kind: 'weights', weights: wallet, warnings: [] }),
};
