// What an account once paid for what it holds: at today's price, or, where a rule of it asks for profit, in two parts,
// so that the first bought and the average differ from each other and from today's price.

import { diceOf } from '../world/streams.ts';
import { PAPERS, type SimAccount } from './generate-accounts.ts';

export interface Purchase {
  readonly ticker: string;
  readonly pieces: number;
  /** RUB a piece; absent = today's price. */
  readonly cost?: string;
}

export function purchasesOf(seed: number, { block, pieces, brokerAccount }: SimAccount): readonly Purchase[] {
  const asks = JSON.stringify(block);
  const asksForProfit =
    asks.includes('min_profit_percent_for_close_position') || asks.includes('only_positive_positions_sell');
  const held = Object.entries(pieces);
  if (!asksForProfit) return held.map(([ticker, count]) => ({ ticker, pieces: count }));
  const dice = diceOf(seed, `costs ${brokerAccount}`);
  return held.flatMap(([ticker, count]) => {
    const { price, lot } = PAPERS[ticker] ?? { price: 1, lot: 1 };
    const first = Math.floor((count * dice.random()) / lot) * lot;
    return [first, count - first]
      .map((part) => ({ ticker, pieces: part, cost: (price * (0.9 + 0.2 * dice.random())).toFixed(9) }))
      .filter((part) => part.pieces > 0);
  });
}
