// `buy_only`, `do_not_sell`, `do_not_buy`: the owner lets something go one way only.

import { lotsHeld } from '../portfolio.ts';
import type { Bound, BoundRule } from './bound.ts';

export const oneWay: BoundRule = ({ balanced, policy: { limits } }) => {
  if (!limits.buyOnly && limits.doNotSell.size + limits.doNotBuy.size === 0) return [];
  return balanced.flatMap((holding): Bound[] => {
    const { ticker } = holding;
    const held = lotsHeld(holding);
    const bounds: Bound[] = [];
    if (limits.doNotSell.has(ticker))
      bounds.push({ ticker, min: held, rule: 'do_not_sell', detail: 'its owner wants none of it sold' });
    else if (limits.buyOnly)
      bounds.push({ ticker, min: held, rule: 'buy_only', detail: 'this account only buys' });
    if (limits.doNotBuy.has(ticker))
      bounds.push({ ticker, max: held, rule: 'do_not_buy', detail: 'its owner wants no more of it bought' });
    return bounds;
  });
};
