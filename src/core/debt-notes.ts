// What a plan's debt costs, in words: the night, and before the day's trading ends what repaying costs beside it.

import type { BoundContext } from './bounds/bound.ts';
import { overnightFee } from './overnight-fee.ts';
import type { Plan } from './plan.ts';
import { commissionOf, type MarginPolicy } from './policy.ts';
import { ownCash } from './portfolio.ts';
import {
  add,
  isLess,
  isPositive,
  kopecks,
  larger,
  type Money,
  NO_MONEY,
  negate,
  portionUp,
  subtract,
  total,
} from './units.ts';

export function debtNotes({ snapshot, policy }: BoundContext, plan: Plan): string[] {
  const { debt, overnight } = plan.costs;
  const owed = larger(NO_MONEY, negate(ownCash(snapshot)));
  const notes: string[] = [];
  if (policy.margin !== null && snapshot.facts.deleverage && isLess(debt, owed)) {
    const saved = subtract(overnightFee(owed, policy.overnightFees, snapshot.takenAtMs), overnight);
    notes.push(
      `trading ends soon: debt goes from ${kopecks(owed)} to ${kopecks(debt)} RUB; selling now and buying back costs about ` +
        `${kopecks(roundTrip(snapshot, policy, plan))} RUB in commission, the night saves ${kopecks(saved)} RUB`,
    );
  }
  if (isPositive(debt) && staysOvernight(policy.margin, snapshot.facts.deleverage))
    notes.push(`debt after this plan: ${kopecks(debt)} RUB; the night costs about ${kopecks(overnight)} RUB`);
  return notes;
}

/** Debt that goes before the close is no news; the plan's costs name it all the same. */
const staysOvernight = (margin: MarginPolicy | null, isClosing: boolean): boolean =>
  margin === null || margin.strategy === 'keep' || isClosing;

/** Commission of the sells, and of buying the same back. */
function roundTrip(snapshot: BoundContext['snapshot'], policy: BoundContext['policy'], plan: Plan): Money {
  const sold = plan.orders.filter((order) => order.side === 'sell').map((order) => order.amount);
  const once = portionUp(total(sold), commissionOf(snapshot, policy));
  return add(once, once);
}
