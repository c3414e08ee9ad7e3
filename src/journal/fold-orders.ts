// Orders that are more than a year old: sums per day and ticker stay of them, with their attempts, transitions and
// holdings gone. Guarantees: an order that is open, or changed within that time, keeps its whole iteration; one call
// is small; a key is known far longer than any venue remembers it.

import { fillWorth } from '../core/fill-worth.ts';
import { DAY_MS, moscowMidnight } from '../core/moscow-day.ts';
import { isPositive, NO_MONEY } from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';
import type { DaySums } from './day-sums.ts';
import { groupPart, recordOf } from './fold-iterations.ts';
import { OPEN_STATES } from './order-book.ts';
import { type OrderRow, SELECT_ORDER, toOrder } from './order-rows.ts';
import type { Store } from './store.ts';

/** How long an order is kept whole. */
export const ORDERS_KEPT_DAYS = 400;
/** Iterations folded by one call. */
const AT_ONCE = 4;

type FoldedRow = Parameters<typeof groupPart>[0];

const ALL_DONE = (iteration: string): string =>
  `NOT EXISTS (SELECT 1 FROM orders WHERE orders.iteration = ${iteration}
     AND (updated_at >= $before OR state IN ${OPEN_STATES}))`;

/** Folds the next few iterations with orders; false where there are none. Requires: to be called inside a write. */
export function orderFolder(store: Store, sums: DaySums): (nowMs: number) => boolean {
  const recorded = store.prepare<FoldedRow>(
    `SELECT iteration, account, started_at, status, reason, dry_run, counted, equity_nano, turnover_nano,
       commission_nano, record FROM iterations
     WHERE folded = 1 AND started_at < $before AND ${ALL_DONE('iterations.iteration')}
     ORDER BY started_at LIMIT ${AT_ONCE}`,
  );
  /** Of iterations that were killed before their record. */
  const unrecorded = store.prepare<{ iteration: string; account: string; at: bigint }>(
    `SELECT iteration, account, min(at) AS at FROM legs WHERE at < $before AND ${ALL_DONE('legs.iteration')}
     AND NOT EXISTS (SELECT 1 FROM iterations WHERE iterations.iteration = legs.iteration)
     GROUP BY iteration ORDER BY at LIMIT ${AT_ONCE}`,
  );
  const ofIteration = store.prepare<OrderRow>(`${SELECT_ORDER} WHERE iteration = $iteration ORDER BY seq`);
  const removeIteration = store.prepare('DELETE FROM iterations WHERE iteration = $iteration');
  const removeOrders = orderRemover(store);
  const ordersOf = (iteration: string) => ofIteration.all({ iteration }).map(toOrder);
  return (nowMs) => {
    const before = BigInt(moscowMidnight(nowMs) - ORDERS_KEPT_DAYS * DAY_MS);
    const rows = recorded.all({ before });
    for (const row of rows) {
      const orders = ordersOf(row.iteration);
      foldRecorded(sums, row, orders);
      removeOrders(row.iteration);
      removeIteration.run({ iteration: row.iteration });
    }
    if (rows.length > 0) return true;
    const killed = unrecorded.all({ before });
    for (const { iteration, account, at } of killed) {
      foldUnrecorded(sums, account, Number(at), ordersOf(iteration));
      removeOrders(iteration);
    }
    return killed.length > 0;
  };
}

/** Where something was executed the orders' own amounts count, as history counts them; they include what came late. */
function foldRecorded(sums: DaySums, row: FoldedRow, orders: readonly JournaledOrder[]): void {
  const part = groupPart(row, recordOf(row));
  const filled = orders.some(({ executed }) => isPositive(executed));
  sums.addGroup(filled ? { ...part, turnover: NO_MONEY, commission: NO_MONEY } : part);
  addTickers(sums, part, orders, filled);
}

function foldUnrecorded(
  sums: DaySums,
  account: string,
  atMs: number,
  orders: readonly JournaledOrder[],
): void {
  const part = {
    account,
    dayMs: moscowMidnight(atMs),
    status: 'unrecorded',
    dryRun: false,
    counted: true,
    iterations: 0,
    traded: 0,
    turnover: NO_MONEY,
    commission: NO_MONEY,
    atMs,
    equity: null,
    reason: null,
  };
  const filled = orders.some(({ executed }) => isPositive(executed));
  const sent = orders.filter(({ attempts }) => attempts > 0).length;
  // History knows of such an iteration by its fills alone.
  sums.addGroup({ ...part, orders: filled ? sent : 0 });
  addTickers(sums, part, orders, filled);
}

function addTickers(
  sums: DaySums,
  part: { readonly account: string; readonly dayMs: number; readonly counted: boolean },
  orders: readonly JournaledOrder[],
  filled: boolean,
): void {
  for (const order of orders.filter(({ attempts }) => attempts > 0)) {
    const worth = fillWorth(order);
    const bought = order.request.side === 'buy';
    sums.addTicker({
      account: part.account,
      dayMs: part.dayMs,
      counted: part.counted,
      ticker: order.ticker,
      filled: isPositive(order.executed),
      bought: bought ? worth : NO_MONEY,
      sold: bought ? NO_MONEY : worth,
      commission: filled ? (order.commission ?? NO_MONEY) : NO_MONEY,
    });
  }
}

/** An iteration's orders with all that hangs on them, children first. */
function orderRemover(store: Store): (iteration: string) => void {
  const keys = 'key IN (SELECT key FROM orders WHERE iteration = $iteration)';
  const steps = [
    `DELETE FROM transitions WHERE ${keys}`,
    `DELETE FROM attempts WHERE ${keys}`,
    'DELETE FROM orders WHERE iteration = $iteration',
    'DELETE FROM holdings_before WHERE iteration = $iteration',
    'DELETE FROM legs WHERE iteration = $iteration',
  ].map((sql) => store.prepare(sql));
  return (iteration) => {
    for (const step of steps) step.run({ iteration });
  };
}
