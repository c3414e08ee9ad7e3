// `limits.max_spread_percent`: outside the main session, and for large orders, the book is read before anything is sent;
// where its spread or the price of the whole size is worse than the bound, `market` becomes a limit at that bound.
// Guarantees: no other call is made than those books, all together; a book that cannot be read means the limit, too; a limit
// never costs more RUB than the leg had for its orders anyway; what it does not fill is cancelled after `order_wait_seconds`.

import type { PlannedOrder } from '../core/plan.ts';
import { commissionOf } from '../core/policy.ts';
import type { Holding, Snapshot } from '../core/portfolio.ts';
import { isMore, money, NANO } from '../core/units.ts';
import { type OrderBook, type Session, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { type Bounded, boundedBy } from './book-bound.ts';
import { affordable } from './limit-budget.ts';
import { moscowDay, sessionAt } from './schedule.ts';

/** Above this the size itself may move the price. */
const LARGE = money(300_000n * NANO);
/** Levels on each side: the deepest that the venue gives. */
const DEPTH = 50;

export interface Checked {
  readonly orders: readonly PlannedOrder[];
  /** What became a limit, or is not sent, in words. */
  readonly warnings: readonly string[];
}

export async function checkBooks(
  context: AccountContext,
  orders: readonly PlannedOrder[],
  snapshot: Snapshot,
  sessions: readonly Session[],
): Promise<Checked> {
  const { market, settings, clock, log } = context;
  const thin = !isMainSession(sessions, clock.now());
  const asked = orders.filter((order) => order.type !== 'limit' && (thin || isMore(order.amount, LARGE)));
  if (asked.length === 0) return { orders, warnings: [] };
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
  const checked = orders.flatMap((order): PlannedOrder[] => {
    const found = bounded.get(order) ?? null;
    if (found === null) return [order];
    warnings.push(found.because);
    return found.order === null ? [] : [found.order];
  });
  const paid = affordable(checked, snapshot, commissionOf(snapshot, settings.policy));
  return { orders: paid.orders, warnings: [...warnings, ...paid.warnings] };
}

function boundOf(
  order: PlannedOrder,
  { holdings }: Snapshot,
  book: OrderBook | null,
  percent: number,
): Bounded | null {
  const holding: Holding | undefined = holdings.find(({ uid }) => uid === order.uid);
  return holding ? boundedBy(order, holding, book, percent) : null;
}

/** The session in progress is the longest of its Moscow day, on a weekday: by the schedule, never by a clock constant. */
export function isMainSession(sessions: readonly Session[], nowMs: number): boolean {
  const now = sessionAt(sessions, nowMs);
  if (now === null) return false;
  const day = moscowDay(nowMs);
  const weekday = (day + 4) % 7;
  if (weekday === 0 || weekday === 6) return false;
  const longest = sessions
    .filter(({ startMs }) => moscowDay(startMs) === day)
    .reduce((most, { startMs, endMs }) => Math.max(most, endMs - startMs), 0);
  return now.endMs - now.startMs >= longest;
}
