// Without a fresh price nothing is sized: the holding keeps its place at the last accepted price.
// The age counts only over time in which the instrument could trade, so a night or a weekend is no age.

import { type Holding, usablePrice } from '../portfolio.ts';
import { decimal } from '../units.ts';
import { type BoundRule, frozenAt } from './bound.ts';

export const noPrice: BoundRule = ({ balanced, policy }) =>
  balanced.flatMap((holding) => {
    const problem = priceTrouble(holding, policy.maxPriceAgeMs);
    return problem === null ? [] : [frozenAt(holding, 'no_price', problem)];
  });

/** Why this holding's price cannot size an order; `null` where it can. */
export function priceTrouble(holding: Holding, maxAgeMs: number): string | null {
  if (holding.priceProblem !== null) return holding.priceProblem;
  if (holding.price === null) return 'no price';
  if (usablePrice(holding) === null)
    return `its price is ${decimal(holding.price)} RUB, expected more than zero`;
  if (holding.priceAgeMs === null || Number.isNaN(holding.priceAgeMs))
    return 'the age of its price is unknown';
  if (holding.priceAgeMs > maxAgeMs) {
    return `its price is ${minutes(holding.priceAgeMs)} of trading old, the limit is ${minutes(maxAgeMs)} (max_price_age)`;
  }
  return null;
}

const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min`;
