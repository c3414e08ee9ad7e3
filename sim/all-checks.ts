// Every invariant of a run.

import { type Check, together } from './check.ts';
import { iterationChecks } from './invariants/iterations.ts';
import { limitChecks } from './invariants/limits.ts';
import { livenessChecks } from './invariants/liveness.ts';
import { outcomeChecks } from './invariants/outcomes.ts';
import { planningChecks } from './invariants/planning.ts';
import { postingChecks } from './invariants/posting.ts';
import { turnoverChecks } from './invariants/turnover.ts';
import type { World } from './world.ts';

export const allChecks = (world: World): Required<Check> =>
  together([
    postingChecks(world),
    outcomeChecks(world),
    planningChecks(world),
    turnoverChecks(world),
    limitChecks(world),
    iterationChecks(world),
    livenessChecks(world),
  ]);
