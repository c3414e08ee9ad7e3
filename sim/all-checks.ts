// Every invariant of a run.

import { type Check, together } from './check.ts';
import { alertChecks } from './invariants/alerts.ts';
import { balanceChecks } from './invariants/balance.ts';
import { breakerChecks } from './invariants/breakers.ts';
import { callChecks } from './invariants/calls.ts';
import { calmChecks } from './invariants/calm.ts';
import { decisionChecks } from './invariants/decisions.ts';
import { exitChecks } from './invariants/exits.ts';
import { iterationChecks } from './invariants/iterations.ts';
import { limitChecks } from './invariants/limits.ts';
import { livenessChecks } from './invariants/liveness.ts';
import { outcomeChecks } from './invariants/outcomes.ts';
import { paceChecks } from './invariants/pace.ts';
import { planningChecks } from './invariants/planning.ts';
import { postingChecks } from './invariants/posting.ts';
import { reasonChecks } from './invariants/reasons.ts';
import { recordChecks } from './invariants/records.ts';
import { recoveryChecks } from './invariants/recovery.ts';
import { refusalChecks } from './invariants/refusals.ts';
import { restingChecks } from './invariants/resting.ts';
import { directionChecks } from './invariants/rules-direction.ts';
import { ruledLimitChecks } from './invariants/rules-limits.ts';
import { orderChecks } from './invariants/rules-orders.ts';
import { rebalanceChecks } from './invariants/rules-rebalance.ts';
import { timingChecks } from './invariants/rules-timing.ts';
import { secretChecks } from './invariants/secrets.ts';
import { shiftChecks } from './invariants/shifts.ts';
import { toldChecks } from './invariants/told.ts';
import { tradableChecks } from './invariants/tradable.ts';
import { turnoverChecks } from './invariants/turnover.ts';
import { valuationChecks } from './invariants/valuation.ts';
import { worthTradingChecks } from './invariants/worth-trading.ts';
import type { World } from './world/world.ts';

export function allChecks(world: World): Required<Check> {
  const told = toldChecks(world);
  const traded = turnoverChecks(world, told);
  return together([
    told,
    postingChecks(world),
    outcomeChecks(world),
    recoveryChecks(world),
    restingChecks(world),
    refusalChecks(world),
    planningChecks(world, told),
    traded,
    limitChecks(world),
    iterationChecks(world),
    paceChecks(world),
    livenessChecks(world),
    decisionChecks(world, told, traded),
    calmChecks(world, told),
    balanceChecks(world, told),
    worthTradingChecks(world, told, traded),
    breakerChecks(world, told),
    directionChecks(world),
    ruledLimitChecks(world),
    orderChecks(world),
    timingChecks(world),
    tradableChecks(world),
    rebalanceChecks(world),
    recordChecks(world),
    reasonChecks(world),
    callChecks(world),
    alertChecks(world),
    exitChecks(world),
    secretChecks(world),
    valuationChecks(world),
    shiftChecks(world),
  ]);
}
