// For how much RUB the rules let each instrument be bought: what may not be bought takes no share of the purchases.
// Requires: nothing of what is aimed at, for that is shared out by it. Guarantees: the same before the sells and after them.

import type { Bound, BoundContext } from '../bounds/bound.ts';
import { PURCHASE_RULES } from '../bounds/registry.ts';
import { lotCost, lotsHeld } from '../portfolio.ts';
import { isLess, type Lots, larger, type Money, NO_LOTS, subtract, times } from '../units.ts';

/** Per ticker, 0 or more; what no rule bounds is absent. */
export function purchaseRooms(input: Omit<BoundContext, 'aimed'>): ReadonlyMap<string, Money> {
  const context = { ...input, aimed: input.targets };
  const bounds = Map.groupBy(
    PURCHASE_RULES.flatMap((rule) => rule(context)),
    ({ ticker }) => ticker,
  );
  return new Map(
    input.balanced.flatMap((holding) => {
      const most = leastMaximum(bounds.get(holding.ticker) ?? []);
      if (most === null) return [];
      const count = larger(NO_LOTS, subtract(most, lotsHeld(holding)));
      return [[holding.ticker, times(lotCost(holding), count)] as const];
    }),
  );
}

const leastMaximum = (bounds: readonly Bound[]): Lots | null =>
  bounds.reduce<Lots | null>(
    (least, { max }) => (max === undefined || (least !== null && isLess(least, max)) ? least : max),
    null,
  );
