// Bugs in targets, sizes and what a plan is worth.

import type { Mutant } from './mutant.ts';

export const WEIGHING: readonly Mutant[] = [];
