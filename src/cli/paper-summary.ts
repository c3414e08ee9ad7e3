// What a paper run came to, per account: equity, turnover, fees, drift. Keeps sums, never the records.

import type { IterationRecord } from '../core/iteration-record.ts';
import { add, decimal, type Money, money, NO_MONEY, parseNano, percentOf, subtract } from '../core/units.ts';
import { folded, plural, rub } from './amounts.ts';
import type { Paint } from './paint.ts';

interface Sums {
  iterations: number;
  traded: number;
  orders: number;
  unfilled: number;
  first: Money | null;
  last: Money | null;
  turnover: Money;
  fees: Money;
  driftAfter: number;
  driftMax: number;
}

export function paperSummary(): {
  add(record: IterationRecord): void;
  text(paint: Paint, width: number): string;
} {
  const accounts = new Map<string, Sums>();
  return {
    add(record) {
      const sums = accounts.get(record.account) ?? empty();
      accounts.set(record.account, sums);
      addRecord(sums, record);
    },
    text(paint, width) {
      const sections = [...accounts].map(([account, sums]) => section(account, sums, paint));
      return folded(`\n${paint.bold('Summary')}\n${sections.join('')}`, width, '    ');
    },
  };
}

const empty = (): Sums => ({
  iterations: 0,
  traded: 0,
  orders: 0,
  unfilled: 0,
  first: null,
  last: null,
  turnover: NO_MONEY,
  fees: NO_MONEY,
  driftAfter: 0,
  driftMax: 0,
});

function addRecord(sums: Sums, record: IterationRecord): void {
  sums.iterations += 1;
  if (record.orders.length > 0) sums.traded += 1;
  sums.orders += record.orders.length;
  sums.unfilled += record.orders.filter((order) => order.status !== 'filled').length;
  for (const order of record.orders) {
    if (order.filled_lots === 0) continue;
    sums.turnover = add(sums.turnover, money(parseNano(order.amount_rub)));
    sums.fees = add(sums.fees, money(parseNano(order.commission_rub)));
  }
  if (record.equity_rub !== null) {
    const equity = money(parseNano(record.equity_rub));
    sums.first ??= equity;
    sums.last = equity;
  }
  if (record.tracking_error_pp !== null) {
    sums.driftAfter = record.tracking_error_pp.after;
    sums.driftMax = Math.max(sums.driftMax, record.tracking_error_pp.before);
  }
}

function section(account: string, sums: Sums, paint: Paint): string {
  const { first, last } = sums;
  const change = first && last ? percentOf(subtract(last, first), first) : 0;
  const equity =
    first && last
      ? `${rub(decimal(first))} -> ${rub(decimal(last))} (${change >= 0 ? '+' : ''}${change.toFixed(2)}%)`
      : 'unknown';
  const unfilled = sums.unfilled > 0 ? `, ${sums.unfilled} not filled` : '';
  return (
    `${paint.bold(account)}: equity ${equity}\n` +
    `  ${plural(sums.iterations, 'iteration')}, ${sums.traded} traded, ${plural(sums.orders, 'order')}${unfilled}\n` +
    `  turnover ${rub(decimal(sums.turnover))}, fees ${rub(decimal(sums.fees))}\n` +
    `  drift at the end ${sums.driftAfter.toFixed(2)} pp, at most ${sums.driftMax.toFixed(2)} pp\n`
  );
}
