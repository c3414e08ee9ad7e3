// Every bug that is planted to prove that the simulator sees. Each text must be found exactly once, so that a mutant
// cannot vanish when its file is edited.

import { DECIDING } from './deciding.ts';
import { EXECUTING } from './executing.ts';
import { FIXED } from './fixed.ts';
import { HEEDING } from './heeding.ts';
import { JOURNALING } from './journaling.ts';
import type { Mutant } from './mutant.ts';
import { NAMED } from './named.ts';
import { RULING } from './ruling.ts';
import { TELLING } from './telling.ts';
import { WEIGHING } from './weighing.ts';

export const MUTANTS: readonly Mutant[] = [
  ...NAMED,
  ...DECIDING,
  ...WEIGHING,
  ...RULING,
  ...EXECUTING,
  ...HEEDING,
  ...JOURNALING,
  ...TELLING,
  ...FIXED,
];
