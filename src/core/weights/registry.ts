// Every weighting mode there is. A new mode is one file in this folder and one line here.

import { aum } from './aum.ts';
import { decorrelation } from './decorrelation.ts';
import { equal } from './equal.ts';
import { inverseVolatility } from './inverse-volatility.ts';
import { manual } from './manual.ts';
import { marketcap } from './marketcap.ts';
import { marketcapAum } from './marketcap-aum.ts';
import { sharpe } from './sharpe.ts';
import type { Weighting } from './weighting.ts';

export const WEIGHTINGS = {
  manual,
  marketcap,
  aum,
  marketcap_aum: marketcapAum,
  decorrelation,
  equal,
  inverse_volatility: inverseVolatility,
  sharpe,
} as const satisfies Record<string, Weighting>;

export type WeightingMode = keyof typeof WEIGHTINGS;
