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
  type Lots,
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
  /** The plan's; `line.target` is as far as this iteration goes towards it. */
  readonly target: Money;
  readonly range: Range;
  readonly orderType: OrderType;
  readonly line: Line;
}

/** Everything that these rules ask for, in their order of precedence. */
export const boundsOf = (context: BoundContext, rules: readonly BoundRule[]): Bound[] =>
  rules.flatMap((rule) => rule(context));

export const makeEntries = (context: BoundContext, rules: readonly BoundRule[], commission: Rate): Entry[] =>
  entriesWithin(context, boundsOf(context, rules), commission);

/** Entries of all priced holdings, in their order. What has no price is no line: it cannot be sized. */
export function entriesWithin(context: BoundContext, asked: readonly Bound[], commission: Rate): Entry[] {
  const bounds = Map.groupBy(asked, (bound) => bound.ticker);
  const entries = context.balanced.flatMap((holding) => {
    const price = usablePrice(holding);
    if (price === null) return [];
    const target = context.targets.get(holding.ticker) ?? NO_MONEY;
    const range = combine(widest(holding, larger(context.equity, target)), bounds.get(holding.ticker) ?? []);
    const orderType = chooseOrderType(context.policy.orderType, holding.orderTypes) ?? 'market';
    const aimed = context.aimed.get(holding.ticker) ?? target;
    const weight = context.exposure.costWeight;
    const line = makeLine({ holding, price, target: aimed, range, orderType, commission, weight });
    return [{ holding, price, target, range, orderType, line }];
  });
  // What does not go all the way to the targets has RUB as its counterpart: it buys no more than it aims at.
  const capped = context.aim.kind !== 'balance' || isWaited(context, entries);
  return capped ? entries.map(upToTarget) : entries;
}

/** Whether a rule keeps something from being bought up to its target: its part of the total stays in cash. */
const isWaited = ({ balanced, targets }: BoundContext, entries: readonly Entry[]): boolean =>
  balanced.some((each) => usablePrice(each) === null && isPositive(targets.get(each.ticker) ?? NO_MONEY)) ||
  entries.some(({ line, range, target }) => {
    const most = add(line.odd, times(line.lotValue, range.max));
    return range.maxBy !== null && !isLess(subtract(target, most), line.lotValue);
  });

function upToTarget(entry: Entry): Entry {
  const line = boughtUpToTarget(entry.line);
  return { ...entry, range: { ...entry.range, max: line.max }, line };
}

/** Buys at most the lot in which its own target lies, so that nothing is bought in another's place and sold back later. */
export function boughtUpToTarget(line: Line): Line {
  const enough = lotsUpTo(line.target, line.odd, line.lotValue);
  return { ...line, max: smaller(line.max, larger(enough, larger(line.held, line.min))) };
}

/** Whole lots whose worth, odd pieces included, is nearest to the target; half a lot counts as one. */
export function nearestLots({ target, odd, lotValue }: Pick<Line, 'target' | 'odd' | 'lotValue'>): Lots {
  const wanted = raw(subtract(target, odd));
  return wanted <= 0n ? NO_LOTS : lots((wanted + raw(lotValue) / 2n) / raw(lotValue));
}

/** From nothing to all that the whole total (or a target that is borrowed for) could buy: what no rule has narrowed yet. */
function widest(holding: Holding, most: Money): Range {
  const affordable = lots(raw(most) / raw(lotCost(holding)) + 1n);
  return { min: NO_LOTS, max: larger(lotsHeld(holding), affordable), minBy: null, maxBy: null };
}

interface Priced extends Pick<Entry, 'holding' | 'price' | 'target' | 'range' | 'orderType'> {
  readonly commission: Rate;
  /** How often its cost is reserved. */
  readonly weight: Rate;
}

function makeLine({ holding, price, target, range, orderType, commission, weight }: Priced): Line {
  const lotValue = lotCost(holding);
  const cost = reservePerLot(price, holding.step, holding.lot, orderType, commission);
  const reserve = portionUp(cost, weight);
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
