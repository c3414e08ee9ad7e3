// A limit above the price that a purchase was sized at, or a book that asks for more than a step above it, takes more RUB
// than the plan reserved: such purchases are cut to what the leg leaves over. Requires: orders that the plan could pay for as they were sized.

import type { DebtLimit } from '../core/debt-limit.ts';
import type { OrderType } from '../core/order.ts';
import { reservePerLot } from '../core/order-choice.ts';
import type { PlannedOrder } from '../core/plan.ts';
import type { Snapshot } from '../core/portfolio.ts';
import {
  add,
  isLess,
  isMore,
  isPositive,
  kopecksUp,
  larger,
  lots,
  lotsAffordable,
  lotValue,
  type Money,
  money,
  NANO,
  NO_MONEY,
  type Price,
  portionUp,
  type Rate,
  raw,
  smaller,
  subtract,
  times,
  total,
} from '../core/units.ts';

export interface Budgeted {
  readonly orders: readonly PlannedOrder[];
  /** Fewer lots than planned, in words. */
  readonly cut: readonly string[];
  /** Not a single one. */
  readonly dropped: readonly string[];
  /** By ticker: what one more lot of these takes. */
  readonly short: ReadonlyMap<string, string>;
}

/** What may be owed, and by how much each ruble that trades cost shrinks that (core/debt-limit.ts). */
export type Loan = Pick<DebtLimit, 'most' | 'costWeight'>;

/**
 * @param asked price of the last level that a purchase reaches in its book, by uid, where that was read.
 * @param kept RUB that these purchases must leave: `cash_reserve_rub` and what a person wants raised.
 * @param loan where the plan may borrow for these orders; it does where own money does not pay them as they were sized.
 * @param sizedAs the type that each order was sized as, by uid: a step may be more than the best-price reach.
 */
export function affordable(
  orders: readonly PlannedOrder[],
  snapshot: Snapshot,
  commission: Rate,
  asked: ReadonlyMap<string, Price> = new Map(),
  loan: Loan | null = null,
  kept: Money = NO_MONEY,
  sizedAs: ReadonlyMap<string, OrderType> = new Map(),
): Budgeted {
  const stepOf = ({ uid }: PlannedOrder) => snapshot.holdings.find((holding) => holding.uid === uid)?.step;
  const isDearer = (order: PlannedOrder): boolean => {
    if (order.side !== 'buy') return false;
    if (order.type === 'limit') return order.limit !== null && isMore(order.limit, order.price);
    const [top, step] = [asked.get(order.uid), stepOf(order)];
    return top !== undefined && step !== undefined && isMore(subtract(top, order.price), step);
  };
  const topOf = (order: PlannedOrder): Price =>
    (order.type === 'limit' ? order.limit : asked.get(order.uid)) ?? order.price;
  const reserved = (order: PlannedOrder, type: OrderType): Money => {
    const step = stepOf(order);
    const value = lotValue(order.price, order.lot);
    const reserve = step ? reservePerLot(order.price, step, order.lot, type, commission) : NO_MONEY;
    return add(value, reserve);
  };
  const sized = (order: PlannedOrder): Money =>
    reserved(order, sizedAs.get(order.uid) ?? (isDearer(order) ? 'market' : order.type));
  const buys = orders.filter(({ side }) => side === 'buy');
  const spent = total(buys.map((order) => times(sized(order), order.lots)));
  const worth = total(buys.map((order) => times(lotValue(order.price, order.lot), order.lots)));
  let room = roomFor({ cash: snapshot.cash, kept, spent, worth, loan });
  const cut: string[] = [];
  const dropped: string[] = [];
  const short = new Map<string, string>();
  const paid = orders.flatMap((order): PlannedOrder[] => {
    if (!isDearer(order)) return [order];
    const own = times(sized(order), order.lots);
    const top = blocked(order, topOf(order), commission);
    const each = order.type === 'limit' ? top : larger(top, reserved(order, order.type));
    const count = smaller(order.lots, lotsAffordable(add(own, room), each));
    room = larger(NO_MONEY, subtract(add(own, room), times(each, count)));
    if (!isLess(count, order.lots)) return [order];
    const why = `one takes ${kopecksUp(each)} RUB at ${order.type === 'limit' ? 'the limit' : 'what its book asks'}`;
    short.set(order.ticker, why);
    (isPositive(count) ? cut : dropped).push(
      `${order.ticker}: ${raw(count)} of ${raw(order.lots)} lots are bought, ${why}`,
    );
    if (!isPositive(count)) return [];
    return [{ ...order, lots: lots(raw(count)), amount: partOf(order, count) }];
  });
  return { orders: paid, cut, dropped, short };
}

/** RUB that these purchases may still take: own money above what is kept, or where they borrow what may still be owed, costs counted as the plan does. */
function roomFor(leg: {
  readonly cash: Money;
  readonly kept: Money;
  readonly spent: Money;
  readonly worth: Money;
  readonly loan: Loan | null;
}): Money {
  const { cash, kept, spent, worth, loan } = leg;
  if (loan === null || !isMore(spent, cash)) return larger(NO_MONEY, subtract(subtract(cash, kept), spent));
  const weight = raw(loan.costWeight);
  const costs = (raw(subtract(spent, worth)) * weight) / NANO;
  const left = raw(subtract(add(cash, loan.most), worth)) - costs;
  return larger(NO_MONEY, money((left * NANO) / weight));
}

/** What the venue takes for one lot at this price. */
function blocked(order: PlannedOrder, top: Price, commission: Rate): Money {
  const value = lotValue(top, order.lot);
  return add(value, portionUp(value, commission));
}

const partOf = (order: PlannedOrder, count: PlannedOrder['lots']): Money =>
  money((raw(order.amount) * raw(count)) / raw(order.lots));
