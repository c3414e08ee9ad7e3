// Reads a board's list of MOEX ISS: blocks of `{columns, data}`. Guarantees: rows are read by the names of their columns;
// a block that is missing, or whose rows do not fit its columns, is no data.

import { type Json, listOf, member, parseJson, textOf } from './exact-json.ts';
import { type NoData, noData } from './no-data.ts';

export interface IssBoard {
  readonly kind: 'board';
  readonly securities: ReadonlyMap<string, IssRow>;
  readonly marketdata: ReadonlyMap<string, IssRow>;
}

export type IssRow = ReadonlyMap<string, Json>;

export function readIssBoard(text: string): IssBoard | NoData {
  const reply = parseJson(text);
  const securities = rowsBySecurity(member(reply, 'securities'));
  const marketdata = rowsBySecurity(member(reply, 'marketdata'));
  if (securities === null || marketdata === null)
    return noData('its answer has no blocks securities and marketdata of {columns, data}');
  return { kind: 'board', securities, marketdata };
}

export const issText = (row: IssRow | undefined, column: string): string | null => textOf(row?.get(column));

function rowsBySecurity(block: Json): ReadonlyMap<string, IssRow> | null {
  const columns = listOf(member(block, 'columns'))?.map((column) => textOf(column));
  const data = listOf(member(block, 'data'));
  if (columns === undefined || data === null || !columns.includes('SECID')) return null;
  const rows = new Map<string, IssRow>();
  for (const line of data) {
    const cells = listOf(line);
    if (cells === null || cells.length !== columns.length) return null;
    const row = new Map(columns.map((column, index) => [column ?? '', cells[index] ?? null]));
    const code = issText(row, 'SECID');
    // Two rows for one security tell nothing about it.
    if (code !== null) rows.set(code, rows.has(code) ? new Map() : row);
  }
  return rows;
}
