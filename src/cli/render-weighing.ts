// Why a computed mode wants what it wants, under the table of positions: what it knows of each fund, and what `diff` adds.

import type { IterationRecord, PositionRecord } from '../core/iteration-record.ts';
import { type Align, aligned, firstFitting } from './aligned.ts';
import { folded } from './amounts.ts';
import { age, scaled } from './magnitude.ts';

/** Empty where neither a metric nor `diff` had a part in the weights. */
export function weighingLines(record: IterationRecord, width: number): string[] {
  const atMs = Date.parse(record.started_at);
  const metrics = record.positions.flatMap((row) => metricCells(row, atMs));
  const diffs = record.positions.flatMap(diffCells);
  return [...table(metrics, width), ...table(diffs, width)];
}

function table(rows: readonly (readonly string[])[], width: number): string[] {
  const [first = []] = rows;
  const aligns = first.map((_, at): Align => (at === 0 ? 'left' : 'right'));
  const sentences = () => rows.map((row) => folded(row.filter((cell) => cell !== '').join(' '), width));
  return firstFitting(
    [() => aligned(rows, aligns, '  '), () => aligned(rows, aligns, ' '), sentences],
    width,
  );
}

function metricCells(row: PositionRecord, atMs: number): string[][] {
  const { market_cap_rub: cap, aum_rub: aum, premium_percent: premium, metrics_as_of: asOf } = row;
  if (asOf === undefined) return [];
  return [
    [
      row.ticker,
      cap === undefined ? '' : `cap ${scaled(cap)}`,
      aum === undefined ? '' : `AUM ${scaled(aum)}`,
      premium === undefined ? '' : `premium ${signed(premium)} %`,
      `${age(atMs - Date.parse(asOf))} ago`,
    ],
  ];
}

function diffCells(row: PositionRecord): string[][] {
  const { base_percent: base, reference_percent: reference, diff_percent: diff } = row;
  if (base === undefined || reference === undefined || diff === undefined) return [];
  return [
    [
      row.ticker,
      `base ${base.toFixed(2)} %`,
      `reference ${reference.toFixed(2)} %`,
      `diff ${signed(diff)} %`,
      `target ${row.target_percent.toFixed(2)} %`,
    ],
  ];
}

/** Nothing is neither more nor less. */
function signed(value: number): string {
  const text = value.toFixed(2);
  if (text === '-0.00') return '0.00';
  return Number(text) > 0 ? `+${text}` : text;
}
