// The orders of an iteration with their fills and fees, in columns; the reason of one that went wrong below it.

import type { IterationRecord, OrderRecord } from '../core/iteration-record.ts';
import { parseNano } from '../core/units.ts';
import { aligned, firstFitting } from './aligned.ts';
import { folded, grouped, inMoscowTime, kopecks } from './amounts.ts';
import type { Paint } from './paint.ts';

export function orderLines(record: IterationRecord, paint: Paint, width: number): string[] {
  const lotSizes = new Map(record.positions.map((row) => [row.ticker, row.lot_size]));
  const cells = (unit: string) =>
    record.orders.map((order) => [
      order.direction,
      order.ticker,
      lotsText(order),
      order.lots === 1 ? 'lot  at' : 'lots at',
      grouped(priceText(order, lotSizes.get(order.ticker))),
      `${kopecks(order.amount_rub)}${unit}`,
      order.status === 'planned' ? '' : `fee ${kopecks(order.commission_rub)}`,
      statusText(order, paint),
    ]);
  const table = (gap: string, unit: string) => () =>
    aligned(cells(unit), ['left', 'left', 'right', 'left', 'right', 'right', 'left', 'left'], gap);
  const sentences = () =>
    cells(' RUB').map((row) => folded(row.filter((cell) => cell !== '').join(' '), width));
  const lines = firstFitting([table('  ', ' RUB'), table(' ', ' RUB'), table(' ', ''), sentences], width);
  return record.orders.flatMap((order, at) => [
    lines[at] ?? '',
    ...(order.error === null ? [] : [folded(`     ${inMoscowTime(order.error)}`, width, '     ')]),
  ]);
}

const lotsText = (order: OrderRecord): string => {
  const asked = grouped(String(order.lots), 0);
  return order.status === 'planned' || order.filled_lots === order.lots
    ? asked
    : `${grouped(String(order.filled_lots), 0)} of ${asked}`;
};

/** What was paid for one piece on average, to the digits of the price it was sized at; that price where nothing filled. */
function priceText(order: OrderRecord, lotSize: number | undefined): string {
  if (order.status === 'planned' || order.filled_lots === 0 || lotSize === undefined) return order.price_rub;
  const pieces = BigInt(order.filled_lots) * BigInt(lotSize);
  const decimals = Math.max(2, order.price_rub.split('.')[1]?.length ?? 0);
  const digit = 10n ** BigInt(9 - decimals);
  const average = (2n * parseNano(order.amount_rub) + pieces * digit) / (2n * pieces * digit);
  const text = String(average).padStart(decimals + 1, '0');
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

function statusText(order: OrderRecord, paint: Paint): string {
  const words = order.status.replaceAll('_', ' ');
  if (order.status === 'filled' || order.status === 'planned') return paint.good(words);
  return order.status === 'unknown' || order.status === 'rejected' ? paint.bad(words) : paint.warn(words);
}
