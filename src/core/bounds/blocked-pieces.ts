// Pieces that an order or the depositary holds cannot be sold.

import { lotsHeld } from '../portfolio.ts';
import { isPositive, larger, NO_SHARES, raw, subtract, wholeLots } from '../units.ts';
import type { BoundRule } from './bound.ts';

export const blockedPieces: BoundRule = ({ balanced }) =>
  balanced
    .filter((holding) => isPositive(holding.blockedPieces))
    .map((holding) => {
      const free = wholeLots(larger(NO_SHARES, subtract(holding.pieces, holding.blockedPieces)), holding.lot);
      return {
        ticker: holding.ticker,
        min: subtract(lotsHeld(holding), free),
        rule: 'not_tradable',
        detail: `${raw(holding.blockedPieces)} of ${raw(holding.pieces)} pieces are blocked`,
      };
    });
