// Every weighting mode there is. A new mode is one file in this folder and one line here.

import { manual } from './manual.ts';
import type { Weighting } from './weighting.ts';

export const WEIGHTINGS = { manual } as const satisfies Record<string, Weighting>;

export type WeightingMode = keyof typeof WEIGHTINGS;
