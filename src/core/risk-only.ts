// With the total or the weights unknown nothing is balanced, but a debt that is not allowed is still covered, and brought
// down before the day's trading ends: sells in proportion to value, of what has a price and may be sold.
// Guarantees: never a buy, never more than reaches the floor by a lot of each, and no sale of what safety holds.

import type { BoundContext, BoundRule } from './bounds/bound.ts';
import { type Entry, makeEntries } from './entry.ts';
import { limitPrice } from './order-choice.ts';
import type { PlannedOrder } from './plan.ts';
import { commissionOf } from './policy.ts';
import {
  add,
  allocate,
  isLess,
  isPositive,
  type Lots,
  lots,
  type Money,
  NO_LOTS,
  NO_MONEY,
  percentOf,
  raw,
  smaller,
  subtract,
  times,
  total,
} from './units.ts';

/** Sells that lift spendable RUB to its floor; none where it is not below it or nothing may be sold. */
export function coverDebt(context: BoundContext, rules: readonly BoundRule[]): PlannedOrder[] {
  const short = subtract(context.exposure.leastFloor, context.snapshot.cash);
  if (!isPositive(short)) return [];
  const entries = makeEntries(context, rules, commissionOf(context.snapshot, context.policy)).filter(
    (entry) => isPositive(freeLots(entry)),
  );
  const counts = trimmed(entries, proportional(entries, short), short);
  return entries.flatMap((entry, index) => sellOf(entry, counts[index] ?? NO_LOTS));
}

const freeLots = ({ line }: Entry): Lots => subtract(line.held, line.min);
/** What one lot brings at worst. */
const proceeds = ({ line }: Entry): Money => subtract(line.lotValue, line.sellReserve);

/** Each holding's share of the debt in lots, rounded up; what one cannot give the others do. */
function proportional(entries: readonly Entry[], debt: Money): Lots[] {
  const counts = entries.map(() => NO_LOTS);
  for (let left = debt; isPositive(left); ) {
    const open = entries.map((entry, index) => {
      const rest = subtract(freeLots(entry), counts[index] ?? NO_LOTS);
      return isPositive(rest) && isPositive(proceeds(entry)) ? times(entry.line.lotValue, rest) : NO_MONEY;
    });
    if (!open.some(isPositive)) return counts;
    const scale = total(open);
    const shares = allocate(
      left,
      open.map((value) => percentOf(value, scale)),
    );
    for (const [index, entry] of entries.entries()) {
      const share = shares[index] ?? NO_MONEY;
      if (!isPositive(open[index] ?? NO_MONEY) || !isPositive(share)) continue;
      const each = raw(proceeds(entry));
      const wanted = lots((raw(share) + each - 1n) / each);
      counts[index] = smaller(freeLots(entry), add(counts[index] ?? NO_LOTS, wanted));
    }
    left = subtract(debt, raised(entries, counts));
  }
  return counts;
}

/** Without the lots that rounding up sold for nothing. */
function trimmed(entries: readonly Entry[], counts: readonly Lots[], debt: Money): Lots[] {
  const kept = [...counts];
  for (const [index, entry] of entries.entries()) {
    const spare = subtract(raised(entries, kept), debt);
    if (isPositive(kept[index] ?? NO_LOTS) && !isLess(spare, proceeds(entry))) {
      kept[index] = subtract(kept[index] ?? NO_LOTS, lots(1n));
    }
  }
  return kept;
}

const raised = (entries: readonly Entry[], counts: readonly Lots[]): Money =>
  total(entries.map((entry, index) => times(proceeds(entry), counts[index] ?? NO_LOTS)));

function sellOf(entry: Entry, count: Lots): PlannedOrder[] {
  if (!isPositive(count)) return [];
  const { holding, price, orderType: type } = entry;
  const limit = type === 'limit' ? limitPrice(price, holding.step, 'sell') : null;
  const amount = times(entry.line.lotValue, count);
  return [
    {
      ticker: holding.ticker,
      uid: holding.uid,
      side: 'sell',
      lots: count,
      lot: holding.lot,
      type,
      price,
      limit,
      amount,
    },
  ];
}
