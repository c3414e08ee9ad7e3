// `min_profit_percent_for_close_position`: a position that earns less is not sold, nor is one whose cost is not known.

import { lotsHeld, usablePrice } from '../portfolio.ts';
import { earnsAtLeast, profitPercent } from '../profit.ts';
import { isPositive } from '../units.ts';
import type { BoundRule } from './bound.ts';

const RULE = 'min_profit_percent_for_close_position';

export const minProfit: BoundRule = ({ balanced, policy }) => {
  const { minProfitPercent: least } = policy;
  if (least === null) return [];
  return balanced
    .filter((holding) => isPositive(lotsHeld(holding)) && usablePrice(holding) !== null)
    .filter((holding) => !earnsAtLeast(holding, least))
    .map((holding) => {
      const profit = profitPercent(holding);
      const detail =
        profit === null
          ? `what it cost is not known, so its profit may be below the ${least} % at which it is sold`
          : `its profit is ${profit.toFixed(2)} %, it is sold from ${least} %`;
      return { ticker: holding.ticker, min: lotsHeld(holding), rule: RULE, detail };
    });
};
