// After the sells of an iteration are final, what follows may only buy, and only what the approved plan was buying.

import { lotsHeld } from '../portfolio.ts';
import type { Bound, BoundRule } from './bound.ts';

export const buysOnly: BoundRule = ({ balanced, stage }) =>
  stage.kind === 'all'
    ? []
    : balanced.map((holding): Bound => {
        const held = lotsHeld(holding);
        const bound = { ticker: holding.ticker, min: held, rule: 'stage', detail: 'this leg only buys' };
        return stage.tickers.has(holding.ticker) ? bound : { ...bound, max: held };
      });
