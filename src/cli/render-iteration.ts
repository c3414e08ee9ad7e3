// An iteration for people: the original's line per ticker, then lots and rubles, orders with their fills and fees, what
// was held back and why, and the drift before and after. Fits 80 columns.

import type {
  IterationRecord,
  IterationStatus,
  OrderRecord,
  PositionRecord,
} from '../core/iteration-record.ts';
import { folded, grouped, moscowTime, rub } from './amounts.ts';
import type { Paint } from './paint.ts';

export function renderIteration(record: IterationRecord, paint: Paint, width: number): string {
  const fold = (text: string) => folded(text, width);
  const lines = [
    header(record, paint),
    ...record.positions.map((row) => positionLine(row, record.positions, paint)),
    ...record.apart.map((item) => paint.dim(fold(apartLine(item)))),
    ...record.orders.map((order) => fold(orderLine(order, paint))),
    ...record.held_back.map((held) => fold(`held back ${held.ticker}: ${held.rule}: ${held.detail}`)),
    ...record.warnings.map((warning) => paint.warn(fold(`warning: ${warning}`))),
    ...(record.reason === null ? [] : [fold(`because: ${record.reason}`)]),
    ...footer(record),
  ];
  return `${lines.join('\n')}\n`;
}

function header(record: IterationRecord, paint: Paint): string {
  const time = moscowTime(record.started_at, 'yyyy-MM-dd HH:mm');
  const dry = record.dry_run && record.status !== 'planned' ? ' (dry run)' : '';
  const status = paintStatus(record.status, paint);
  return `${paint.bold(record.account)} ${time} ${record.mode}: ${status}${dry}`;
}

export function paintStatus(status: IterationStatus | string, paint: Paint): string {
  const words = status.replaceAll('_', ' ');
  if (status === 'balanced' || status === 'nothing_to_do' || status === 'planned') return paint.good(words);
  return status === 'failed' || status === 'unknown_outcome' ? paint.bad(words) : paint.warn(words);
}

/** `TMOS: -7.00%: 32.00% -> 25.00% (25.00%)`, as the original prints it; then lots and rubles. */
function positionLine(row: PositionRecord, all: readonly PositionRecord[], paint: Paint): string {
  const change = row.after_percent - row.before_percent;
  const diff = Math.abs(change) < 0.005 ? '0%' : `${change > 0 ? '+' : ''}${change.toFixed(2)}%`;
  const wide = Math.max(...all.map((other) => other.ticker.length));
  const shares = `${percent(row.before_percent)} -> ${percent(row.after_percent)} (${percent(row.target_percent)})`;
  const start = `${`${row.ticker}:`.padEnd(wide + 1)} ${`${diff}:`.padStart(9)} ${shares.padEnd(29)}`;
  const lots = row.ticker === 'RUB' ? '' : lotsText(row);
  const line = `${start} ${lots.padStart(17)} ${rub(row.value_after_rub).padStart(19)}`;
  return diff === '0%' ? paint.dim(line) : line;
}

const percent = (value: number): string => `${value.toFixed(2)}%`;

function lotsText(row: PositionRecord): string {
  const after = grouped(String(row.lots_after), 0);
  const change = row.lots_after - row.lots_before;
  const sign = change > 0 ? '+' : '';
  return change === 0 ? after : `${after} (${sign}${grouped(String(change), 0)})`;
}

function apartLine(item: IterationRecord['apart'][number]): string {
  const worth = item.value_rub === null ? '' : `, ${rub(item.value_rub)}`;
  return `apart ${item.ticker}: ${grouped(item.pieces, 0)} pieces${worth}`;
}

function orderLine(order: OrderRecord, paint: Paint): string {
  const fee = order.status === 'planned' ? '' : `, fee ${rub(order.commission_rub)}`;
  const lots =
    order.status === 'planned' || order.filled_lots === order.lots
      ? grouped(String(order.lots), 0)
      : `${grouped(String(order.filled_lots), 0)} of ${grouped(String(order.lots), 0)}`;
  const status = orderStatus(order, paint);
  const error = order.error === null ? '' : `: ${order.error}`;
  return `${order.direction.padEnd(4)} ${order.ticker} ${lots} lots at ${grouped(order.price_rub)}, ${rub(order.amount_rub)}${fee}: ${status}${error}`;
}

function orderStatus(order: OrderRecord, paint: Paint): string {
  const words = order.status.replaceAll('_', ' ');
  if (order.status === 'filled' || order.status === 'planned') return paint.good(words);
  return order.status === 'unknown' || order.status === 'rejected' ? paint.bad(words) : paint.warn(words);
}

function footer(record: IterationRecord): string[] {
  if (record.tracking_error_pp === null || record.equity_rub === null) return [];
  const { before, after } = record.tracking_error_pp;
  const drift = before === after ? after.toFixed(2) : `${before.toFixed(2)} -> ${after.toFixed(2)}`;
  return [`drift ${drift} pp, equity ${rub(record.equity_rub)}`];
}

/** One line (and its warnings) for an iteration without orders. */
export function renderQuiet(record: IterationRecord, paint: Paint, width: number): string {
  const facts = [
    header(record, paint),
    ...footer(record),
    ...(record.reason === null ? [] : [record.reason]),
  ];
  const warnings = record.warnings.map((warning) => paint.warn(folded(`  warning: ${warning}`, width)));
  return `${[folded(facts.join(', '), width), ...warnings].join('\n')}\n`;
}
