// One order against its book: as it is, or a limit at the bound. Pure.
// Requires: the book's levels best first. Guarantees: the bound is reckoned from the middle of the book, or from the last price
// where the book is empty on a side or stands further from it than the bound itself; always on the price grid, above zero.

import type { PlannedOrder } from '../core/plan.ts';
import type { Holding } from '../core/portfolio.ts';
import {
  decimal,
  isLess,
  isMore,
  isPositive,
  type Lots,
  money,
  NO_LOTS,
  type Price,
  percentOf,
  price,
  raw,
  smaller,
  subtract,
} from '../core/units.ts';
import type { BookLevel, OrderBook } from '../ports.ts';

export interface Bounded {
  /** `null`: not sent. */
  readonly order: PlannedOrder | null;
  readonly because: string;
}

/** `null` where the order may go as it is. @param percent of the reference price */
export function boundedBy(
  order: PlannedOrder,
  holding: Pick<Holding, 'step' | 'orderTypes'>,
  book: OrderBook | null,
  percent: number,
): Bounded | null {
  const bid = book?.bids[0]?.price ?? null;
  const ask = book?.asks[0]?.price ?? null;
  const last = order.price;
  const middle = bid !== null && ask !== null ? price((raw(bid) + raw(ask)) / 2n) : null;
  const reference = middle !== null && distance(middle, last) <= percent ? middle : last;
  const limit = limitAt(reference, holding.step, order.side, percent);
  const problem = book === null ? 'its book could not be read' : problemOf(order, book, limit, percent);
  if (problem === null) return null;
  const said = `${order.ticker}: ${problem}, the bound is ${percent} % (limits.max_spread_percent)`;
  if (!holding.orderTypes.limit)
    return {
      order: null,
      because: `${said}; no limit order is accepted now, so the ${order.side} is not sent`,
    };
  return {
    order: { ...order, type: 'limit', limit },
    because: `${said}: the ${order.side} is a limit at ${decimal(limit)} RUB, what it does not fill is cancelled`,
  };
}

function problemOf(order: PlannedOrder, book: OrderBook, limit: Price, percent: number): string | null {
  const [bid, ask] = [book.bids[0], book.asks[0]];
  if (bid === undefined || ask === undefined) return 'one side of its book is empty';
  const middle = price((raw(bid.price) + raw(ask.price)) / 2n);
  const spread = percentOf(money(raw(ask.price) - raw(bid.price)), money(raw(middle)));
  if (spread > percent) return `its book is ${spread.toFixed(2)} % wide`;
  const levels = order.side === 'buy' ? book.asks : book.bids;
  const worst = worstOf(levels, order.lots);
  if (worst === null) return `its book holds less than ${raw(order.lots)} lots`;
  const beyond = order.side === 'buy' ? isMore(worst, limit) : isLess(worst, limit);
  return beyond ? `${raw(order.lots)} lots reach ${decimal(worst)} RUB` : null;
}

/** Price of the last level that the whole size reaches; `null` where the book ends before. */
export function worstOf(levels: readonly BookLevel[], count: Lots): Price | null {
  let left = count;
  for (const level of levels) {
    left = subtract(left, smaller(left, level.lots));
    if (!isMore(left, NO_LOTS)) return level.price;
  }
  return null;
}

const distance = (a: Price, b: Price): number => Math.abs(percentOf(money(raw(a) - raw(b)), money(raw(b))));

/** That much worse than the reference, rounded towards it on the grid; never zero. */
function limitAt(reference: Price, step: Price, side: 'buy' | 'sell', percent: number): Price {
  const grid = raw(step);
  const part = (raw(reference) * BigInt(Math.floor(percent * 1e7))) / 1_000_000_000n;
  if (side === 'buy') {
    const down = ((raw(reference) + part) / grid) * grid;
    return price(down > 0n ? down : grid);
  }
  const least = raw(reference) - part;
  const up = ((least + grid - 1n) / grid) * grid;
  return isPositive(price(up)) ? price(up) : step;
}
