// `buy_requires_total_marginal_sell`: which positions are sold to pay for the listed instruments, and how many lots.
// Requires: a need above zero. Guarantees: no listed instrument, nothing below its bounds, and no more than raises the
// need by a lot of each; nothing at all where less than half of it can be raised.

import type { Entry } from '../entry.ts';
import type { Line } from '../lots.ts';
import type { FundingPolicy } from '../policy.ts';
import { earnsAtLeast } from '../profit.ts';
import { worthOf } from '../solver/frame.ts';
import {
  add,
  allocate,
  compare,
  isLess,
  isMore,
  isPositive,
  type Lots,
  lots,
  lotsAffordable,
  type Money,
  money,
  NO_LOTS,
  NO_MONEY,
  percentOf,
  raw,
  smaller,
  subtract,
  times,
  total,
  worth,
} from '../units.ts';

interface Source {
  readonly index: number;
  readonly entry: Entry;
  readonly line: Line;
  /** Lots that its bounds let go. */
  readonly free: Lots;
  /** What one of them brings at worst. */
  readonly each: Money;
}

/** Lots sold per line. */
export type Sales = ReadonlyMap<number, Lots>;
const NO_SALES: Sales = new Map();

export function salesFor(
  need: Money,
  entries: readonly Entry[],
  { mode, instruments }: FundingPolicy,
  minProfitPercent: number | null,
): Sales {
  const sources = sourcesOf(entries, instruments).filter(
    ({ entry }) => mode !== 'only_positive_positions_sell' || isProfitable(entry, minProfitPercent),
  );
  const most = total(sources.map(({ free, each }) => times(each, free)));
  if (mode === 'none' || isLess(add(most, most), need)) return NO_SALES;
  const goal = smaller(need, most);
  return mode === 'only_positive_positions_sell'
    ? largestProfitFirst(sources, goal)
    : overweightFirst(sources, goal);
}

/** Whether what this position brings may pay for the listed instruments. */
export const isProfitable = ({ holding, price }: Entry, minProfitPercent: number | null): boolean =>
  holding.averagePrice !== null &&
  isMore(price, holding.averagePrice) &&
  earnsAtLeast(holding, minProfitPercent ?? 0);

function sourcesOf(entries: readonly Entry[], listed: ReadonlySet<string>): Source[] {
  return entries.flatMap((entry, index) => {
    const { line, range, holding } = entry;
    const free = subtract(line.held, range.min);
    const each = subtract(line.lotValue, line.sellReserve);
    return listed.has(holding.ticker) || !isPositive(free) || !isPositive(each)
      ? []
      : [{ index, entry, line, free, each }];
  });
}

/** In RUB, as the original counts it. */
function largestProfitFirst(sources: readonly Source[], need: Money): Sales {
  const order = sources
    .map((source) => ({ source, profit: profitOf(source.entry) }))
    .sort((a, b) => compare(b.profit, a.profit) || (a.source.line.name < b.source.line.name ? -1 : 1));
  const sales = new Map<number, Lots>();
  let left = need;
  for (const { source } of order) {
    if (!isPositive(left)) break;
    const count = smaller(source.free, lotsFor(left, source.each));
    sales.set(source.index, count);
    left = subtract(left, times(source.each, count));
  }
  return sales;
}

const profitOf = ({ holding, price }: Entry): Money =>
  subtract(worth(price, holding.pieces), worth(holding.averagePrice ?? price, holding.pieces));

/** What is above its target, in proportion to that; then the others by what they are worth; then whatever is left. */
function overweightFirst(sources: readonly Source[], need: Money): Sales {
  const sales = new Map<number, Lots>();
  const surplus = sources.map((source) => ({ source, most: smaller(source.free, lotsAbove(source)) }));
  raise(need, surplus, sales);
  const others = surplus.filter(({ most }) => !isPositive(most)).map(({ source }) => source);
  for (const group of [others, sources]) {
    const most = group.map((source) => ({ source, most: source.free }));
    raise(subtract(need, raised(sources, sales)), most, sales);
  }
  return sales;
}

const lotsAbove = ({ line, entry }: Source): Lots =>
  lotsAffordable(subtract(worthOf(line, line.held), entry.target), line.lotValue);

const raised = (sources: readonly Source[], sales: Sales): Money =>
  total(sources.map(({ index, each }) => times(each, sales.get(index) ?? NO_LOTS)));

/** Adds to `sales` what raises `need`, in proportion to the worth of what each may still give. */
function raise(
  need: Money,
  sources: readonly { readonly source: Source; readonly most: Lots }[],
  sales: Map<number, Lots>,
): void {
  let left = need;
  while (isPositive(left)) {
    const open = sources.flatMap(({ source, most }) => {
      const rest = subtract(most, sales.get(source.index) ?? NO_LOTS);
      return isPositive(rest) ? [{ source, rest, value: times(source.line.lotValue, rest) }] : [];
    });
    if (open.length === 0) return;
    const whole = total(open.map(({ value }) => value));
    const shares = allocate(
      left,
      open.map(({ value }) => percentOf(value, whole)),
    );
    for (const [place, { source, rest }] of open.entries()) {
      if (!isPositive(left)) break;
      const share = smaller(shares[place] ?? NO_MONEY, left);
      if (!isPositive(share)) continue;
      const count = smaller(rest, lotsFor(share, source.each));
      sales.set(source.index, add(sales.get(source.index) ?? NO_LOTS, count));
      left = subtract(left, times(source.each, count));
    }
  }
}

/** Fewest lots that bring this much. */
const lotsFor = (amount: Money, each: Money): Lots =>
  add(lotsAffordable(subtract(amount, money(1n)), each), lots(1n));

export const soldFor = (entries: readonly Entry[], sales: Sales): Money =>
  money(
    entries.reduce((sum, { line }, index) => {
      const count = sales.get(index) ?? NO_LOTS;
      return sum + raw(times(subtract(line.lotValue, line.sellReserve), count));
    }, 0n),
  );
