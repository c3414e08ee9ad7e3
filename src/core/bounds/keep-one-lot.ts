// `min_one_lot`: what has a positive target and at least one lot keeps one, as long as a lot is in proportion.
// (Buying the first lot is `core/first-lots.ts`: it spends money, so it needs a plan to spend from.)

import { lotCost, lotsHeld } from '../portfolio.ts';
import { isPositive, lots, type Money, money, NO_MONEY, raw } from '../units.ts';
import type { BoundRule } from './bound.ts';

export const keepOneLot: BoundRule = ({ balanced, policy, targets, equity }) =>
  policy.minOneLot
    ? balanced
        .filter((holding) => isPositive(lotsHeld(holding)))
        .filter((holding) => inProportion(lotCost(holding), targets.get(holding.ticker) ?? NO_MONEY, equity))
        .map((holding) => ({
          ticker: holding.ticker,
          min: lots(1n),
          rule: 'min_one_lot',
          detail: 'a positive target keeps one lot',
        }))
    : [];

/** A lot is in proportion where it is at most twice the (positive) target or 2 % of the total. */
export function inProportion(lot: Money, target: Money, equity: Money): boolean {
  if (!isPositive(target)) return false;
  const limit = raw(target) * 2n > raw(equity) / 50n ? money(raw(target) * 2n) : money(raw(equity) / 50n);
  return raw(lot) <= raw(limit);
}
