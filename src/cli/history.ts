// `history`: iterations, orders, fees, turnover and profit of the last days, from the journal.

import type { IterationRecord } from '../core/iteration-record.ts';
import { decimal, NO_MONEY, raw, subtract, total } from '../core/units.ts';
import type { IterationRow } from '../ports.ts';
import { folded, moscowTime, rub } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import type { Outside } from './outside.ts';
import { createPaint, type Paint } from './paint.ts';
import { paintStatus } from './render-iteration.ts';

export interface HistoryOptions extends CommonOptions {
  readonly account: readonly string[];
  readonly days: number;
}

const DAY_MS = 86_400_000;

export function historyCommand(options: HistoryOptions, outside: Outside): number {
  const journal = outside.openJournal(options.stateDir, { readOnly: true });
  try {
    const sinceMs = outside.clock.now() - options.days * DAY_MS;
    const rows = journal
      .iterations({ sinceMs, countedOnly: true })
      .filter((row) => options.account.length === 0 || options.account.includes(row.account))
      .toReversed();
    if (options.json) {
      for (const row of rows) outside.terminal.out(`${row.record}\n`);
      return EXIT.ok;
    }
    const paint = createPaint(outside.terminal.colors);
    const accounts = Map.groupBy(rows, (row) => row.account);
    for (const [account, iterations] of accounts)
      outside.terminal.out(section(account, iterations, paint, outside.terminal.width));
    if (rows.length === 0) outside.terminal.out(`no iterations in the last ${options.days} days\n`);
    return EXIT.ok;
  } finally {
    journal.close();
  }
}

function section(account: string, rows: readonly IterationRow[], paint: Paint, width: number): string {
  const traded = rows.filter((row) => raw(row.turnover) > 0n);
  const lines = rows.map((row) => line(row, paint, width));
  const sums = [
    `${rows.length} iterations, ${traded.length} traded`,
    `turnover ${rub(decimal(total(rows.map((row) => row.turnover))))}`,
    `fees ${rub(decimal(total(rows.map((row) => row.commission))))}`,
    ...equityChange(rows),
  ];
  return `${paint.bold(account)}\n${lines.join('\n')}\n${folded(sums.join(', '), width)}\n\n`;
}

function line(row: IterationRow, paint: Paint, width: number): string {
  const record = JSON.parse(row.record) as IterationRecord;
  const drift = record.tracking_error_pp;
  const facts = [
    `${moscowTime(row.startedAtMs, 'yyyy-MM-dd HH:mm')} ${paintStatus(row.status, paint)}${row.dryRun ? ' (dry run)' : ''}`,
    ...(record.orders.length > 0 ? [`${record.orders.length} orders, ${rub(decimal(row.turnover))}`] : []),
    ...(drift ? [`drift ${drift.before.toFixed(2)} -> ${drift.after.toFixed(2)} pp`] : []),
    ...(row.reason === null ? [] : [row.reason]),
  ];
  return folded(facts.join(', '), width, '    ');
}

/** Equity then and now; deposits and withdrawals are part of the difference, which is why it is not called profit. */
function equityChange(rows: readonly IterationRow[]): string[] {
  const known = rows.flatMap((row) => row.equity ?? []);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return [];
  const change = subtract(last, first);
  const sign = raw(change) > raw(NO_MONEY) ? '+' : '';
  return [
    `equity ${rub(decimal(first))} -> ${rub(decimal(last))} (${sign}${rub(decimal(change))}, deposits included)`,
  ];
}
