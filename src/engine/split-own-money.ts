// Where a leg of purchases goes below zero RUB, what may not be bought on margin goes first and alone: the venue wants own
// money to be there when such an order comes in, whatever order the wire delivers them in.

import { borrowable } from '../core/debt-limit.ts';
import { buysOnMargin } from '../core/own-money.ts';
import type { PlannedOrder } from '../core/plan.ts';
import { commissionOf, type Policy } from '../core/policy.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { isNegative, isPositive, subtract } from '../core/units.ts';
import { holdingOf, worstCost } from './purchase-cost.ts';

export interface Split {
  /** To go first and alone; empty where the leg needs no borrowed money. */
  readonly own: readonly PlannedOrder[];
  readonly rest: readonly PlannedOrder[];
}

export function splitOwnMoney(policy: Policy, snapshot: Snapshot, buys: readonly PlannedOrder[]): Split {
  const all = { own: [], rest: buys };
  if (!isPositive(borrowable(policy.margin, snapshot.facts))) return all;
  const cost = worstCost(snapshot, commissionOf(snapshot, policy), buys);
  if (!isNegative(subtract(snapshot.cash, cost))) return all;
  const exposure = { ownMoneyOnly: false };
  const [own = [], rest = []] = [false, true].map((borrows) =>
    buys.filter(
      (order) => buysOnMargin({ snapshot, policy, exposure }, holdingOf(snapshot, order)) === borrows,
    ),
  );
  return { own, rest };
}
