// Below its starting margin an account may do nothing that adds risk: it only sells.

import { lotsHeld } from '../portfolio.ts';
import { isLess, kopecks } from '../units.ts';
import type { BoundRule } from './bound.ts';

export const noNewRisk: BoundRule = ({ balanced, policy, snapshot }) => {
  const { margin } = snapshot.facts;
  if (policy.margin === null || margin?.kind !== 'enabled' || !isLess(margin.liquid, margin.starting))
    return [];
  const [name, least] = isLess(margin.liquid, margin.minimal)
    ? ['minimal', margin.minimal]
    : ['starting', margin.starting];
  const detail = `the collateral is ${kopecks(margin.liquid)} RUB, below the ${name} margin of ${kopecks(least)} RUB: nothing is bought`;
  return balanced.map((holding) => ({
    ticker: holding.ticker,
    max: lotsHeld(holding),
    rule: 'margin_trading',
    detail,
  }));
};
