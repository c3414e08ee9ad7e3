// `limits.max_trade_percent`: the most of the total that one instrument moves in an iteration, either way.

import { lotCost, lotsHeld, usablePrice } from '../portfolio.ts';
import {
  add,
  isPositive,
  kopecks,
  larger,
  lotsAffordable,
  type Money,
  money,
  NANO,
  NO_LOTS,
  NO_MONEY,
  raw,
  subtract,
} from '../units.ts';
import type { BoundRule } from './bound.ts';

export const maxTrade: BoundRule = ({ balanced, policy, equity, stage }) => {
  const percent = policy.limits.maxTradePercent;
  if (percent === null) return [];
  const limit = percentPart(equity, percent);
  return balanced.flatMap((holding) => {
    if (usablePrice(holding) === null) return [];
    const { ticker } = holding;
    const moved = stage.kind === 'buys' ? (stage.moved?.get(ticker) ?? NO_MONEY) : NO_MONEY;
    const count = lotsAffordable(larger(NO_MONEY, subtract(limit, moved)), lotCost(holding));
    const held = lotsHeld(holding);
    const left = subtract(held, count);
    const detail = `moves by at most ${percent} % of the total (${kopecks(limit)} RUB) in an iteration`;
    return [
      {
        ticker,
        min: isPositive(left) ? left : NO_LOTS,
        max: add(held, count),
        rule: 'limits.max_trade_percent',
        detail,
      },
    ];
  });
};

/** Percent of an amount that is not negative, never more than that. */
export const percentPart = (whole: Money, percent: number): Money =>
  money((raw(whole) * BigInt(Math.floor(percent * 1e7))) / NANO);
