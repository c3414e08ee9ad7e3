// Bugs in what the owner is told: records, alerts, exit codes, secrets.

import type { Mutant } from './mutant.ts';

export const TELLING: readonly Mutant[] = [];
