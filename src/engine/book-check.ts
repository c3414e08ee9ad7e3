// `limits.max_spread_percent`: outside the main session, and for large orders, the book is read before anything is sent;
// where its spread or the price of the whole size is worse than the bound, `market` becomes a limit at that bound.
// Guarantees: no other call is made than those books, all together; a book that cannot be read means the limit, too; no order
// costs more RUB at what its book asks than the leg had for it; what it does not fill is cancelled after `order_wait_seconds`.

import { debtLimitOf } from '../core/debt-limit.ts';
import { moscowDay } from '../core/moscow-day.ts';
import type { PlannedOrder } from '../core/plan.ts';
import { commissionOf } from '../core/policy.ts';
import type { Holding, Snapshot } from '../core/portfolio.ts';
import { add, isMore, larger, type Money, money, NANO, NO_MONEY, type Price } from '../core/units.ts';
import { type JournaledOrder, type OrderBook, type Session, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { type Bounded, boundedBy, worstOf } from './book-bound.ts';
import { affordable, type Loan } from './limit-budget.ts';
import type { ObserveOptions } from './observe.ts';
import { sessionAt } from './schedule.ts';

/** Above this the size itself may move the price. */
const LARGE = money(300_000n * NANO);
/** Levels on each side: the deepest that the venue gives. */
const DEPTH = 50;
const MAIN_EXCHANGE = 'MOEX';

export interface Checked {
  readonly orders: readonly PlannedOrder[];
  /** What became a limit, in words. */
  readonly warnings: readonly string[];
  /** What is not sent, in words. */
  readonly dropped: readonly string[];
  /** What became a limit, by uid. */
  readonly bounded: ReadonlySet<string>;
  /** What money does not pay for whole at what the book asks, by ticker. */
  readonly short: ReadonlyMap<string, string>;
}

const asTheyAre = (orders: readonly PlannedOrder[]): Checked => ({
  orders,
  warnings: [],
  dropped: [],
  bounded: new Set(),
  short: new Map(),
});

/** Asking a bad book again in the same iteration makes it no better: instruments to leave out of the rest of it. */
export const unfilled = ({ bounded }: Checked, orders: readonly JournaledOrder[]): string[] =>
  orders
    .filter(({ request, state }) => bounded.has(request.uid) && state !== 'filled')
    .map(({ request }) => request.uid);

export const UNFILLED = 'its limit at the bound of limits.max_spread_percent was not filled whole';

export async function checkBooks(
  context: AccountContext,
  orders: readonly PlannedOrder[],
  snapshot: Snapshot,
  options: Pick<ObserveOptions, 'ownSessions' | 'sessions'> & { readonly isUrgent: boolean },
): Promise<Checked> {
  const { market, settings, clock, log } = context;
  if (options.isUrgent || orders.every(({ type }) => type === 'limit')) return asTheyAre(orders);
  // Under `auto` the funds' own hours run from morning to night: the exchange's tell when the others are there.
  const auto = settings.exchange === 'auto';
  const sessions = auto ? ((await options.sessions(MAIN_EXCHANGE)) ?? []) : options.ownSessions;
  const thin = !isMainSession(sessions, clock.now());
  const asked = orders.filter((order) => order.type !== 'limit' && (thin || isMore(order.amount, LARGE)));
  if (asked.length === 0) return asTheyAre(orders);
  const books = await Promise.all(
    asked.map((order) =>
      market.orderBook(order.uid, DEPTH).catch((error: unknown): null => {
        if (!(error instanceof WorldError)) throw error;
        log.warn({ ticker: order.ticker, problem: error.message }, 'an order book could not be read');
        return null;
      }),
    ),
  );
  const bounded = new Map(
    asked.map((order, index) => [
      order,
      boundOf(order, snapshot, books[index] ?? null, settings.maxSpreadPercent),
    ]),
  );
  const warnings: string[] = [];
  const dropped: string[] = [];
  const limited = new Set<string>();
  const checked = orders.flatMap((order): PlannedOrder[] => {
    const found = bounded.get(order) ?? null;
    if (found === null) return [order];
    if (found.order === null) dropped.push(found.because);
    else {
      warnings.push(found.because);
      limited.add(order.uid);
    }
    return found.order === null ? [] : [found.order];
  });
  const tops = topsOf(asked, books);
  const paid = affordable(
    checked,
    snapshot,
    commissionOf(snapshot, settings.policy),
    tops,
    loanOf(context, snapshot),
    keptBy(context, snapshot),
    new Map(orders.map(({ uid, type }) => [uid, type])),
  );
  return {
    orders: paid.orders,
    // What own money does not pay for was not to be bought, be it some of the lots or all of them.
    warnings: [...warnings, ...paid.cut, ...paid.dropped],
    dropped,
    bounded: limited,
    short: paid.short,
  };
}

/** What the plan may have borrowed for its purchases; `null`: they are paid with own money. */
function loanOf({ settings }: AccountContext, snapshot: Snapshot): Loan | null {
  const { policy } = settings;
  const limit = debtLimitOf(snapshot, policy);
  return limit.ownMoneyOnly ? null : limit;
}

/** RUB that no price makes free: a plan that leaves just that much has nothing over for a dearer book. */
const keptBy = ({ settings }: AccountContext, { facts }: Snapshot): Money =>
  larger(NO_MONEY, add(settings.policy.limits.cashReserve, facts.setAside));

/** What the books ask for the whole of each purchase. */
const topsOf = (
  orders: readonly PlannedOrder[],
  books: readonly (OrderBook | null)[],
): ReadonlyMap<string, Price> =>
  new Map(
    orders.flatMap((order, index) => {
      const top = order.side === 'buy' ? worstOf(books[index]?.asks ?? [], order.lots) : null;
      return top === null ? [] : [[order.uid, top] as const];
    }),
  );

function boundOf(
  order: PlannedOrder,
  { holdings }: Snapshot,
  book: OrderBook | null,
  percent: number,
): Bounded | null {
  const holding: Holding | undefined = holdings.find(({ uid }) => uid === order.uid);
  return holding ? boundedBy(order, holding, book, percent) : null;
}

/**
 * A session on a weekday that is about as long as the longest of the days ahead: by the schedule, never by a clock constant
 * (the schedule no longer shows what has ended, so the day itself cannot tell).
 */
export function isMainSession(sessions: readonly Session[], nowMs: number): boolean {
  const now = sessionAt(sessions, nowMs);
  if (now === null || isWeekend(nowMs)) return false;
  const longest = sessions
    .filter(({ startMs }) => !isWeekend(startMs))
    .reduce((most, { startMs, endMs }) => Math.max(most, endMs - startMs), 0);
  return (now.endMs - now.startMs) * 4 >= longest * 3;
}

function isWeekend(atMs: number): boolean {
  const weekday = (moscowDay(atMs) + 4) % 7;
  return weekday === 0 || weekday === 6;
}
