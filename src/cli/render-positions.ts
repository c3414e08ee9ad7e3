// A row per ticker: `TMOS: -7.00%: 32.00% -> 25.00% (25.00%)` as the original prints it (here in columns), then lots,
// their change and rubles. What does not fit the terminal loses its kopecks first, then takes a second line.

import type { PositionRecord } from '../core/iteration-record.ts';
import { RUB } from '../core/portfolio.ts';
import { aligned, firstFitting } from './aligned.ts';
import { folded, grouped, kopecks } from './amounts.ts';
import type { Paint } from './paint.ts';

export function positionLines(rows: readonly PositionRecord[], paint: Paint, width: number): string[] {
  const starts = aligned(
    rows.map((row) => [
      `${row.ticker}:`,
      `${changeText(row)}:`,
      percent(row.before_percent),
      '->',
      percent(row.after_percent),
      `(${percent(row.target_percent)})`,
    ]),
    ['left', 'right', 'right', 'left', 'right', 'right'],
    ' ',
  );
  const table = (worth: (row: PositionRecord) => string) => () =>
    aligned(
      rows.map((row, at) => [starts[at] ?? '', lotsText(row), lotsChange(row), worth(row)]),
      ['left', 'right', 'right', 'right'],
      '  ',
    );
  const twoLines = () =>
    rows.map((row, at) => {
      const cells = [lotsText(row), lotsChange(row), `${kopecks(row.value_after_rub)} RUB`];
      return folded(`${starts[at]}\n    ${cells.filter((text) => text !== '').join(' ')}`, width, '    ');
    });
  const lines = firstFitting(
    [
      table((row) => `${kopecks(row.value_after_rub)} RUB`),
      table((row) => `${kopecks(row.value_after_rub).split('.')[0]} RUB`),
      twoLines,
    ],
    width,
  );
  return lines.map((line, at) => {
    const row = rows[at];
    return row && changeText(row) === UNCHANGED ? paint.dim(line) : line;
  });
}

const UNCHANGED = '0%';

function changeText(row: PositionRecord): string {
  const change = row.after_percent - row.before_percent;
  return Math.abs(change) < 0.005 ? UNCHANGED : `${change > 0 ? '+' : ''}${percent(change)}`;
}

const percent = (value: number): string => `${value.toFixed(2)}%`;

/** Of RUB only the amount matters. */
const lotsText = (row: PositionRecord): string =>
  row.ticker === RUB ? '' : grouped(String(row.lots_after), 0);

function lotsChange(row: PositionRecord): string {
  const change = row.lots_after - row.lots_before;
  if (row.ticker === RUB || change === 0) return '';
  return `${change > 0 ? '+' : ''}${grouped(String(change), 0)}`;
}
