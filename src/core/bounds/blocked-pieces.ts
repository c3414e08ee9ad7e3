// Pieces that an order or the depositary holds cannot be sold.

import { lotsHeld } from '../portfolio.ts';
import { isPositive, lots, raw, subtract, wholeLots } from '../units.ts';
import type { BoundRule } from './bound.ts';

export const blockedPieces: BoundRule = ({ balanced }) =>
  balanced
    .filter((holding) => isPositive(holding.blockedPieces))
    .map((holding) => {
      const free = wholeLots(subtract(holding.pieces, holding.blockedPieces), holding.lot);
      return {
        ticker: holding.ticker,
        min: lots(raw(lotsHeld(holding)) - raw(free)),
        rule: 'not_tradable',
        detail: `${raw(holding.blockedPieces)} of ${raw(holding.pieces)} pieces are blocked`,
      };
    });
