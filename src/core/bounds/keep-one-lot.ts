// `min_one_lot`: what has a positive target and at least one lot keeps one, as long as a lot is in proportion.
// (Buying the first lot is `core/first-lots.ts`: it spends money, so it needs a plan to spend from.)

import { commissionOf } from '../policy.ts';
import { lotCost, lotsHeld } from '../portfolio.ts';
import {
  add,
  isMore,
  isPositive,
  larger,
  lots,
  type Money,
  money,
  NO_MONEY,
  portionUp,
  raw,
  times,
} from '../units.ts';
import type { BoundRule } from './bound.ts';

export const keepOneLot: BoundRule = ({ snapshot, balanced, policy, targets, equity }) => {
  if (!policy.minOneLot) return [];
  // The fees of the plan that bought a lot make the total smaller, and must not make that lot too large to keep.
  const commission = commissionOf(snapshot, policy);
  const beforeFees = (amount: Money) => add(amount, times(portionUp(amount, commission), lots(2n)));
  return balanced
    .filter((holding) => isPositive(lotsHeld(holding)))
    .filter((holding) => {
      const target = targets.get(holding.ticker) ?? NO_MONEY;
      return inProportion(lotCost(holding), beforeFees(target), beforeFees(equity));
    })
    .map((holding) => ({
      ticker: holding.ticker,
      min: lots(1n),
      rule: 'min_one_lot',
      detail: 'a positive target keeps one lot',
    }));
};

/** A lot is in proportion where it is at most twice the (positive) target or 2 % of the total. */
export function inProportion(lot: Money, target: Money, equity: Money): boolean {
  if (!isPositive(target)) return false;
  const limit = larger(times(target, lots(2n)), money(raw(equity) / 50n));
  return !isMore(lot, limit);
}
