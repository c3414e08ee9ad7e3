// `history`: iterations, orders, fees, turnover and profit of the last days, per account, from the journal.

import { type Earnings, earnings } from '../core/earnings.ts';
import type { IterationRecord } from '../core/iteration-record.ts';
import { DAY_MS } from '../core/moscow-day.ts';
import { absolute, add, decimal, isPositive, type Money, NO_MONEY, raw, total } from '../core/units.ts';
import type { FoldedDay, IterationRow, Journal } from '../ports.ts';
import { aligned } from './aligned.ts';
import { folded, inMoscowTime, moscow, plural, rub } from './amounts.ts';
import type { CommonOptions } from './common-options.ts';
import { EXIT } from './exit-code.ts';
import { dayJson, dayWords } from './folded-day.ts';
import { type LateFills, lateFills } from './late-fills.ts';
import type { Outside } from './outside.ts';
import { createPaint, type Paint } from './paint.ts';
import { paintStatus } from './render-iteration.ts';
import { storedRecord } from './stored-record.ts';

export interface HistoryOptions extends CommonOptions {
  readonly account: readonly string[];
  readonly days: number;
  /** Only the sums. */
  readonly summary: boolean;
}

export function historyCommand(options: HistoryOptions, outside: Outside): number {
  const { terminal } = outside;
  const journal = outside.readJournal(options.stateDir);
  if (journal === null) {
    terminal.err(`${options.stateDir}: no journal yet; it is made by the first \`start\`\n`);
    return EXIT.ok;
  }
  try {
    const accounts = journal.consistently(() => pastOf(journal, options, outside.clock.now()));
    if (accounts.length === 0) {
      const of = options.account.length === 0 ? '' : ` of ${options.account.join(', ')}`;
      terminal.err(`no iterations${of} in the last ${plural(options.days, 'day')}\n`);
    }
    if (options.json && !options.summary) {
      for (const line of linesOf(accounts)) terminal.out(`${line}\n`);
      return EXIT.ok;
    }
    const paint = createPaint(terminal.colors);
    for (const past of accounts) {
      const sums = sumsOf(past);
      terminal.out(
        options.json
          ? `${JSON.stringify(summaryJson(sums, options.days))}\n`
          : section(sums, options.summary ? null : past, paint, terminal.width),
      );
    }
    return EXIT.ok;
  } finally {
    journal.close();
  }
}

/** What the journal has of one account: sums of old days, oldest first, then row by row. */
interface Past {
  readonly account: string;
  readonly days: readonly FoldedDay[];
  readonly iterations: readonly Iteration[];
  readonly late: LateFills;
}

function pastOf(journal: Journal, { account, days }: HistoryOptions, nowMs: number): Past[] {
  const asked = (one: { account: string }) => account.length === 0 || account.includes(one.account);
  const folded = journal
    .foldedDays({ sinceMs: nowMs - days * DAY_MS })
    .filter(asked)
    .flatMap(countedDay);
  // A day that is only kept as sums counts whole.
  const sinceMs = folded.reduce((ms, { dayMs }) => Math.min(ms, dayMs), nowMs - days * DAY_MS);
  const rows = journal.iterations({ sinceMs, countedOnly: true }).filter(asked).toReversed();
  const daysOf = Map.groupBy(folded, (one) => one.account);
  const rowsOf = Map.groupBy(rows, (one) => one.account);
  return [...new Set([...daysOf.keys(), ...rowsOf.keys()])].map((id) => ({
    account: id,
    days: daysOf.get(id) ?? [],
    iterations: (rowsOf.get(id) ?? []).map((row) => ({
      row,
      record: storedRecord(row),
    })),
    late: lateFills(journal, id, sinceMs),
  }));
}

/** The day without what does not count in history; none where nothing is left. */
function countedDay(day: FoldedDay): FoldedDay[] {
  const groups = day.groups.filter(({ counted }) => counted);
  const tickers = day.tickers.filter(({ counted }) => counted);
  return groups.length + tickers.length === 0 && day.earned === null ? [] : [{ ...day, groups, tickers }];
}

interface Iteration {
  readonly row: IterationRow;
  readonly record: IterationRecord;
}

/** The records as they were printed, oldest first; of days that are kept as sums one line each, before the rest of the day. */
function linesOf(accounts: readonly Past[]): string[] {
  const lines = accounts.flatMap(({ days, iterations }) => [
    ...days.map((day) => ({ atMs: day.dayMs, text: JSON.stringify(dayJson(day)) })),
    ...iterations.map(({ row }) => ({ atMs: row.startedAtMs, text: row.record })),
  ]);
  return lines.sort((a, b) => a.atMs - b.atMs).map(({ text }) => text);
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

function sumsOf({ account, days, iterations, late }: Past): Sums {
  const rows = iterations.map(({ row }) => row);
  const real = iterations.filter(({ record }) => !record.dry_run);
  const groups = days.flatMap((day) => day.groups);
  const tickers = days.flatMap((day) => day.tickers);
  return {
    account,
    iterations: rows.length + count(groups, (group) => group.iterations),
    traded: rows.filter((row) => raw(row.turnover) > 0n).length + count(groups, (group) => group.traded),
    orders:
      count(real, ({ record }) => record.orders.length) +
      count(groups, (group) => group.orders) +
      late.orders,
    turnover: total([
      ...rows.map((row) => row.turnover),
      ...groups.map((group) => group.turnover),
      ...tickers.map(({ bought, sold }) => add(bought, sold)),
      late.turnover,
    ]),
    fees: total([...[...rows, ...groups, ...tickers].map(({ commission }) => commission), late.fees]),
    earned: earnedIn(days, iterations, late),
  };
}

const count = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((sum, one) => sum + of(one), 0);

/** Each day's sums reach to the valuation that follows it, so they and what follows add up. */
function earnedIn(
  days: readonly FoldedDay[],
  iterations: readonly Iteration[],
  late: LateFills,
): Earnings | null {
  const folded = days.map((day) => day.earned).filter((earned) => earned !== null);
  const whole = iterations.filter(({ row }) => !row.folded).map(({ record }) => record);
  const recent = earnings(whole, late.fills);
  const parts = recent === null ? folded : [...folded, recent];
  const [first, last] = [parts[0], parts.at(-1)];
  if (!first || !last) return null;
  return {
    profit: parts.reduce((sum, { profit }) => add(sum, profit), NO_MONEY),
    flows: parts.reduce((sum, { flows }) => add(sum, flows), NO_MONEY),
    first: first.first,
    last: last.last,
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

function section(sums: Sums, past: Past | null, paint: Paint, width: number): string {
  const lines = past === null ? [] : timeline(past, paint, width);
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

/** One line per iteration, or per outcome of a day that is kept as sums, in the order of time. */
function timeline({ days, iterations }: Past, paint: Paint, width: number): string[] {
  const starts = aligned(
    iterations.map(({ row, record }) => startOf(row, record, paint)),
    ['left', 'left', 'right', 'right', 'right'],
    '  ',
  );
  const single = iterations.map(({ row }, at) => ({
    atMs: row.startedAtMs,
    lines: [
      folded(starts[at] ?? '', width, '    '),
      ...(row.reason === null ? [] : [folded(`    ${inMoscowTime(row.reason)}`, width, '    ')]),
    ],
  }));
  const summed = days.map((day) => ({
    atMs: day.dayMs,
    lines: dayWords(day, paint).map((line) => folded(line, width, '    ')),
  }));
  return [...summed, ...single].sort((a, b) => a.atMs - b.atMs).flatMap(({ lines }) => lines);
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
