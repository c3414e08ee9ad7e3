// How often each row of the coverage table must at least be met, and which rows were not.

import { FAULT_KINDS } from '../faults/fault-kinds.ts';
import { ITERATION_ARROWS } from '../invariants/iterations.ts';
import { ORDER_ARROWS } from '../invariants/outcomes.ts';
import type { Coverage, Table } from './coverage.ts';
import { CRASH_POINTS } from './crash-points.ts';

export interface Bar {
  readonly table: Table;
  readonly rows: readonly string[];
  /** In so many seeds as `BARS_ARE_FOR`. */
  readonly least: number;
}

export const BARS_ARE_FOR = 10_000;

export const BARS: readonly Bar[] = [
  { table: 'faults', rows: FAULT_KINDS, least: 100 },
  { table: 'order arrows', rows: ORDER_ARROWS, least: 10 },
  { table: 'iteration arrows', rows: ITERATION_ARROWS, least: 10 },
  // The rarest come about twice as often: chance does not bring them below this.
  { table: 'crash points', rows: CRASH_POINTS, least: 30 },
];

/** Rows that stayed under their bars, in words; of fewer seeds a share of the bar is asked. */
export function underBars({ tables }: Pick<Coverage, 'tables'>, seeds: number): readonly string[] {
  const share = Math.min(1, seeds / BARS_ARE_FOR);
  return BARS.flatMap(({ table, rows, least }) => {
    const most = Math.floor(least * share);
    return rows.flatMap((row) => {
      const count = tables[table][row] ?? 0;
      return count >= most ? [] : [`${table}: ${row} ${count} times, expected at least ${most}`];
    });
  });
}
