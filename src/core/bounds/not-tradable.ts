// What the venue lets nobody trade now stays as it is; what it lets us trade one way only moves only that way.

import { chooseOrderType } from '../order-choice.ts';
import { lotsHeld } from '../portfolio.ts';
import { type Bound, type BoundRule, frozenAt } from './bound.ts';

export const notTradable: BoundRule = ({ balanced, policy }) =>
  balanced.flatMap((holding): Bound[] => {
    if (holding.hold) return [frozenAt(holding, holding.hold.rule, holding.hold.detail)];
    if (chooseOrderType(policy.orderType, holding.orderTypes) === null) {
      const detail = `the trading status accepts no ${policy.orderType} order now`;
      return [frozenAt(holding, 'not_tradable', detail)];
    }
    if (!holding.buyable && !holding.sellable)
      return [frozenAt(holding, 'not_tradable', 'can be neither bought nor sold now')];
    const { ticker } = holding;
    const held = lotsHeld(holding);
    const bounds: Bound[] = [];
    if (!holding.buyable)
      bounds.push({ ticker, max: held, rule: 'not_tradable', detail: 'cannot be bought now' });
    if (!holding.sellable)
      bounds.push({ ticker, min: held, rule: 'not_tradable', detail: 'cannot be sold now' });
    return bounds;
  });
