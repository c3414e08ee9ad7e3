// `sharpe`: to be written.

import type { Weighting } from './weighting.ts';

export const sharpe: Weighting = {
  needs: ['closes'],
  weigh: () => ({ kind: 'unknown', because: 'not written yet' }),
};
