// An iteration for people: a row per ticker, the orders, what was held back and why, the drift before and after; one in
// which nothing happened in a line. Fits the terminal's width, 80 columns where unknown; times are Moscow's.

import type { IterationRecord, IterationStatus } from '../core/iteration-record.ts';
import { folded, grouped, inMoscowTime, moscow, moscowTime, rub } from './amounts.ts';
import type { Paint } from './paint.ts';
import { orderLines } from './render-orders.ts';
import { positionLines } from './render-positions.ts';
import { weighingLines } from './render-weighing.ts';

export interface Page {
  readonly paint: Paint;
  readonly width: number;
  /** A headline above names the day: only the time is said. */
  readonly dayNamed: boolean;
}

export function renderIteration(record: IterationRecord, page: Page): string {
  const { paint, width } = page;
  const fold = (text: string) => folded(inMoscowTime(text), width);
  const lines = [
    fold(`${when(record, page)} ${header(record, paint)}`),
    ...positionLines(record.positions, paint, width),
    ...weighingLines(record, width).map(paint.dim),
    ...record.apart.map((item) => paint.dim(fold(apartLine(item)))),
    ...orderLines(record, paint, width),
    ...heldBackLines(record).map(fold),
    ...record.warnings.map((warning) => paint.warn(fold(`warning: ${warning}`))),
    ...(record.reason === null ? [] : [fold(`because: ${record.reason}`)]),
    ...footer(record).map(fold),
  ];
  return `${lines.join('\n')}\n`;
}

/** One line (and its warnings) for an iteration without orders. */
export function renderQuiet(record: IterationRecord, page: Page): string {
  const { paint, width } = page;
  const fold = (text: string) => folded(inMoscowTime(text), width, '      ');
  const facts = [
    `${when(record, page)} ${header(record, paint)}`,
    ...footer(record),
    ...(record.reason === null ? [] : [record.reason]),
  ];
  const warnings = record.warnings.map((warning) => paint.warn(fold(`      warning: ${warning}`)));
  return `${[fold(facts.join(', ')), ...warnings].join('\n')}\n`;
}

const when = (record: IterationRecord, page: Page): string =>
  page.dayNamed ? moscow(record.started_at, 'HH:mm') : moscowTime(record.started_at, 'yyyy-MM-dd HH:mm');

/** `manual` is what everybody starts with: only another mode is worth a word. */
function header(record: IterationRecord, paint: Paint): string {
  const notes = [...(record.mode === 'manual' ? [] : [record.mode]), ...(record.dry_run ? ['dry run'] : [])];
  const words = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return `${paint.bold(record.account)}: ${paintStatus(record.status, paint)}${words}`;
}

export function paintStatus(status: IterationStatus | string, paint: Paint): string {
  const words = status.replaceAll('_', ' ');
  if (status === 'balanced' || status === 'nothing_to_do' || status === 'planned') return paint.good(words);
  return status === 'failed' || status === 'unknown_outcome' ? paint.bad(words) : paint.warn(words);
}

function apartLine(item: IterationRecord['apart'][number]): string {
  const worth = item.value_rub === null ? '' : `, ${rub(item.value_rub)}`;
  return `apart ${item.ticker}: ${grouped(item.pieces, 0)} pieces${worth}`;
}

/** Tickers that one cause holds back share a line; of rounding the lots say enough. */
function heldBackLines(record: IterationRecord): string[] {
  const causes = Map.groupBy(record.held_back, ({ rule, detail, lots }) =>
    rule === 'rounding' && lots ? rule : `${rule}: ${detail}`,
  );
  return [...causes].map(
    ([cause, held]) => `held back ${held.map((each) => each.ticker + offBy(each.lots)).join(', ')}: ${cause}`,
  );
}

/** " (3 lots short)" */
function offBy(lots: number | undefined): string {
  if (!lots) return '';
  const size = Math.abs(lots);
  return ` (${grouped(String(size), 0)} ${size === 1 ? 'lot' : 'lots'} ${lots > 0 ? 'short' : 'over'})`;
}

function footer(record: IterationRecord): string[] {
  if (record.tracking_error_pp === null || record.equity_rub === null) return [];
  const { before, after } = record.tracking_error_pp;
  const drift = before === after ? after.toFixed(2) : `${before.toFixed(2)} -> ${after.toFixed(2)}`;
  return [`drift ${drift} pp, equity ${rub(record.equity_rub)}`, ...costsLine(record)];
}

/** What a plan would cost (what was traded says it itself), and the night of a debt. */
function costsLine({ costs, dry_run: dry }: IterationRecord): string[] {
  if (costs === undefined) return [];
  const parts = [
    ...(isNothing(costs.turnover_rub) || !dry
      ? []
      : [`fees about ${rub(costs.fees_rub)} on a turnover of ${rub(costs.turnover_rub)}`]),
    ...(isNothing(costs.debt_rub)
      ? []
      : [`debt ${rub(costs.debt_rub)}, overnight about ${rub(costs.overnight_rub)}`]),
  ];
  return parts.length === 0 ? [] : [`expected: ${parts.join('; ')}`];
}

const isNothing = (amount: string): boolean => /^-?[0.]*$/.test(amount);
