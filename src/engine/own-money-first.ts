// Where a leg of purchases goes below zero RUB, what may not be bought on margin goes first and alone: the venue wants own
// money to be there when such an order comes in, whatever order the wire delivers them in.

import { borrowable } from '../core/debt-limit.ts';
import { buysOnMargin } from '../core/own-money.ts';
import type { PlannedOrder } from '../core/plan.ts';
import { commissionOf, type Policy } from '../core/policy.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { isNegative, isPositive, subtract } from '../core/units.ts';
import { holdingOf, worstCost } from './purchase-cost.ts';

/** The purchases to send now; what is left out is sized again once these are done. */
export function ownMoneyFirst(
  policy: Policy,
  snapshot: Snapshot,
  buys: readonly PlannedOrder[],
): readonly PlannedOrder[] {
  if (!isPositive(borrowable(policy.margin, snapshot.facts))) return buys;
  const cost = worstCost(snapshot, commissionOf(snapshot, policy), buys);
  if (!isNegative(subtract(snapshot.cash, cost))) return buys;
  const exposure = { ownMoneyOnly: false };
  const own = buys.filter(
    (order) => !buysOnMargin({ snapshot, policy, exposure }, holdingOf(snapshot, order)),
  );
  return own.length > 0 ? own : buys;
}
