// Bugs in the owner's rules: what may be bought and sold, how much, when.

import type { Mutant } from './mutant.ts';

export const RULING: readonly Mutant[] = [];
