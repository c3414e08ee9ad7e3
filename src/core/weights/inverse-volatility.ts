// `inverse_volatility`: to be written.

import type { Weighting } from './weighting.ts';

export const inverseVolatility: Weighting = {
  needs: ['closes'],
  weigh: () => ({ kind: 'unknown', because: 'not written yet' }),
};
