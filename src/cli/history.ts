// `history`: iterations, orders, fees, turnover and profit of the last days, per account, from the journal.

import type { IterationRecord } from '../core/iteration-record.ts';
import { absolute, add, decimal, isPositive, type Money, raw, total } from '../core/units.ts';
import type { IterationRow } from '../ports.ts';
import { aligned } from './aligned.ts';
import { folded, inMoscowTime, moscow, plural, rub } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { type LateFills, lateFills } from './late-fills.ts';
import type { Outside } from './outside.ts';
import { createPaint, type Paint } from './paint.ts';
import { type Earnings, earnings } from './profit.ts';
import { paintStatus } from './render-iteration.ts';

export interface HistoryOptions extends CommonOptions {
  readonly account: readonly string[];
  readonly days: number;
  /** Only the sums. */
  readonly summary: boolean;
}

const DAY_MS = 86_400_000;

export function historyCommand(options: HistoryOptions, outside: Outside): number {
  const { terminal } = outside;
  const journal = outside.readJournal(options.stateDir);
  if (journal === null) {
    terminal.err(`${options.stateDir}: no journal yet; it is made by the first \`start\`\n`);
    return EXIT.ok;
  }
  try {
    const sinceMs = outside.clock.now() - options.days * DAY_MS;
    const rows = journal
      .iterations({ sinceMs, countedOnly: true })
      .filter((row) => options.account.length === 0 || options.account.includes(row.account))
      .toReversed();
    if (rows.length === 0) {
      const of = options.account.length === 0 ? '' : ` of ${options.account.join(', ')}`;
      terminal.err(`no iterations${of} in the last ${plural(options.days, 'day')}\n`);
    }
    if (options.json && !options.summary) {
      for (const row of rows) terminal.out(`${row.record}\n`);
      return EXIT.ok;
    }
    const paint = createPaint(terminal.colors);
    for (const [account, own] of Map.groupBy(rows, (row) => row.account)) {
      const iterations = own.map((row) => ({ row, record: JSON.parse(row.record) as IterationRecord }));
      const sums = sumsOf(account, iterations, lateFills(journal, account, sinceMs));
      terminal.out(
        options.json
          ? `${JSON.stringify(summaryJson(sums, options.days))}\n`
          : section(sums, options.summary ? [] : iterations, paint, terminal.width),
      );
    }
    return EXIT.ok;
  } finally {
    journal.close();
  }
}

interface Iteration {
  readonly row: IterationRow;
  readonly record: IterationRecord;
}

interface Sums {
  readonly account: string;
  readonly iterations: number;
  readonly traded: number;
  readonly orders: number;
  readonly turnover: Money;
  readonly fees: Money;
  readonly earned: Earnings | null;
}

function sumsOf(account: string, iterations: readonly Iteration[], late: LateFills): Sums {
  const rows = iterations.map(({ row }) => row);
  const real = iterations.filter(({ record }) => !record.dry_run);
  return {
    account,
    iterations: rows.length,
    traded: rows.filter((row) => raw(row.turnover) > 0n).length,
    orders: real.reduce((count, { record }) => count + record.orders.length, late.orders),
    turnover: add(total(rows.map((row) => row.turnover)), late.turnover),
    fees: add(total(rows.map((row) => row.commission)), late.fees),
    earned: earnings(
      iterations.map(({ record }) => record),
      late.fills,
    ),
  };
}

const summaryJson = (sums: Sums, days: number) => ({
  account: sums.account,
  days,
  iterations: sums.iterations,
  traded: sums.traded,
  orders: sums.orders,
  turnover_rub: decimal(sums.turnover),
  fees_rub: decimal(sums.fees),
  equity_first_rub: sums.earned && decimal(sums.earned.first),
  equity_last_rub: sums.earned && decimal(sums.earned.last),
  profit_rub: sums.earned && decimal(sums.earned.profit),
  paid_in_rub: sums.earned && decimal(sums.earned.flows),
});

function section(sums: Sums, iterations: readonly Iteration[], paint: Paint, width: number): string {
  const starts = aligned(
    iterations.map(({ row, record }) => startOf(row, record, paint)),
    ['left', 'left', 'right', 'right', 'right'],
    '  ',
  );
  const lines = iterations.flatMap(({ row }, at) => [
    folded(starts[at] ?? '', width, '    '),
    ...(row.reason === null ? [] : [folded(`    ${inMoscowTime(row.reason)}`, width, '    ')]),
  ]);
  const counts = [
    plural(sums.iterations, 'iteration'),
    `${sums.traded} traded`,
    plural(sums.orders, 'order'),
    `turnover ${rub(decimal(sums.turnover))}`,
    `fees ${rub(decimal(sums.fees))}`,
  ].join(', ');
  const text = [
    paint.bold(sums.account),
    ...lines,
    folded(counts, width),
    ...earnedLines(sums.earned, width),
  ];
  return `${text.join('\n')}\n\n`;
}

function startOf(row: IterationRow, record: IterationRecord, paint: Paint): string[] {
  const drift = record.tracking_error_pp;
  const orders = record.orders.length;
  return [
    moscow(row.startedAtMs, 'yyyy-MM-dd HH:mm'),
    `${paintStatus(row.status, paint)}${record.dry_run && row.status !== 'planned' ? ' (dry run)' : ''}`,
    orders === 0 ? '' : plural(orders, 'order'),
    row.dryRun || orders === 0 ? '' : rub(decimal(row.turnover)),
    drift === null ? '' : `drift ${drift.before.toFixed(2)} -> ${drift.after.toFixed(2)}`,
  ];
}

function earnedLines(earned: Earnings | null, width: number): string[] {
  if (earned === null) return [];
  const flows = isLessThanKopeck(earned.flows) ? '' : `, paid in or out ${signed(earned.flows)}`;
  return [
    folded(`equity ${rub(decimal(earned.first))} -> ${rub(decimal(earned.last))}`, width),
    folded(`profit ${signed(earned.profit)} after fees${flows}`, width),
  ];
}

const KOPECK = 10_000_000n;

/** Prices are recorded whole, values are not always: what is below a kopeck is rounding. */
const isLessThanKopeck = (amount: Money): boolean => raw(absolute(amount)) < KOPECK;

const signed = (amount: Money): string => `${isPositive(amount) ? '+' : ''}${rub(decimal(amount))}`;
