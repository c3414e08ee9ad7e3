// One balanced instrument on its way through `decide`: holding, target, allowed lots, and the order it would send.
// Requires: a positive equity and a priced holding. Guarantees: a range that contains what safety leaves possible.

import { type Bound, type BoundContext, type BoundRule, combine, type Range } from './bounds/bound.ts';
import type { Line } from './lots.ts';
import type { OrderType } from './order.ts';
import { chooseOrderType, reservePerLot } from './order-choice.ts';
import { type Holding, lotCost, lotsHeld, oddValue, usablePrice } from './portfolio.ts';
import {
  add,
  isLess,
  isPositive,
  larger,
  lots,
  lotsUpTo,
  type Money,
  NO_LOTS,
  NO_MONEY,
  type Price,
  portionUp,
  type Rate,
  raw,
  smaller,
  subtract,
  times,
} from './units.ts';

export interface Entry {
  readonly holding: Holding;
  readonly price: Price;
  readonly target: Money;
  readonly range: Range;
  readonly orderType: OrderType;
  readonly line: Line;
}

/** Entries of all priced holdings, in their order. What has no price is no line: it cannot be sized. */
export function makeEntries(context: BoundContext, rules: readonly BoundRule[], commission: Rate): Entry[] {
  const bounds = Map.groupBy(
    rules.flatMap((rule) => rule(context)),
    (bound: Bound) => bound.ticker,
  );
  const entries = context.balanced.flatMap((holding) => {
    const price = usablePrice(holding);
    if (price === null) return [];
    const target = context.targets.get(holding.ticker) ?? NO_MONEY;
    const range = combine(widest(holding, context.equity), bounds.get(holding.ticker) ?? []);
    const orderType = chooseOrderType(context.policy.orderType, holding.orderTypes) ?? 'market';
    const line = makeLine(holding, price, target, range, orderType, commission);
    return [{ holding, price, target, range, orderType, line }];
  });
  return isWaited(context, entries) ? entries.map(upToTarget) : entries;
}

/** Whether a rule keeps something from being bought up to its target: its part of the total stays in cash. */
const isWaited = ({ balanced, targets }: BoundContext, entries: readonly Entry[]): boolean =>
  balanced.some((each) => usablePrice(each) === null && isPositive(targets.get(each.ticker) ?? NO_MONEY)) ||
  entries.some(({ line, range, target }) => {
    const most = add(line.odd, times(line.lotValue, range.max));
    return range.maxBy !== null && !isLess(subtract(target, most), line.lotValue);
  });

/** Buys at most the lot in which its own target lies, so that nothing is bought in another's place and sold back later. */
function upToTarget(entry: Entry): Entry {
  const { line, range, target } = entry;
  const enough = lotsUpTo(target, line.odd, line.lotValue);
  const max = smaller(range.max, larger(enough, larger(line.held, range.min)));
  return { ...entry, range: { ...range, max }, line: { ...line, max } };
}

/** From nothing to all that the whole equity could buy: what no rule has narrowed yet. */
function widest(holding: Holding, equity: Money): Range {
  const affordable = lots(raw(equity) / raw(lotCost(holding)) + 1n);
  return { min: NO_LOTS, max: larger(lotsHeld(holding), affordable), minBy: null, maxBy: null };
}

function makeLine(
  holding: Holding,
  price: Price,
  target: Money,
  range: Range,
  orderType: OrderType,
  commission: Rate,
): Line {
  const lotValue = lotCost(holding);
  const reserve = reservePerLot(price, holding.step, holding.lot, orderType, commission);
  return {
    name: holding.uid,
    lotValue,
    fee: portionUp(lotValue, commission),
    buyReserve: reserve,
    sellReserve: reserve,
    held: lotsHeld(holding),
    odd: oddValue(holding),
    target,
    min: range.min,
    max: range.max,
  };
}
