// Every invariant of a run.

import { type Check, together } from './check.ts';
import type { World } from './world.ts';

export const allChecks = (_world: World): Required<Check> => together([]);
