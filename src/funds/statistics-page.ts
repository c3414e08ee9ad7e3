// Reads T-Capital's statistics page: AUM and worth of a unit per fund. Requires HTML with a real table; a page that a script
// would fill has none. Guarantees: numbers come from the row that names the fund and the column whose header names the
// datum, and from nowhere else; closed funds are out; a fund that two rows tell differently of one day has no number;
// a number of a day or in a currency that cannot be read is none.

import { type NoData, noData, quoted } from './no-data.ts';
import { type Cell, pageTables, type Row, type Table } from './page-tables.ts';
import { type Amount, parseAmount } from './parse-amount.ts';
import { parseDate } from './parse-date.ts';
import { sameWords } from './plain-text.ts';
import { createRowOwner, type RowOwner } from './row-owner.ts';
import { columnUnit, currencyIn, isUnit } from './scale-word.ts';
import { type Column, type Columns, findColumns, isAumHeader } from './statistics-header.ts';

/** What can be read of the page without knowing which funds are asked for. */
export interface Statistics {
  readonly kind: 'statistics';
  readonly sections: readonly Section[];
}

/** Rows under one header. */
export interface Section {
  readonly columns: Columns;
  readonly rows: Row[];
  readonly captionDateMs: number | null;
}

export interface FundRow {
  readonly aum: Amount | NoData;
  readonly nav: Amount | NoData;
  /** Midnight UTC of the date that the table gives; `null` where it gives none. */
  readonly dateMs: number | null;
}

export function readStatistics(html: string): Statistics | NoData {
  const tables = pageTables(html);
  if ('because' in tables) return tables;
  const sections = tables.flatMap(sectionsOf).filter(({ columns }) => columns.aum !== null);
  const lastDay = sections.filter(({ columns }) => columns.lastDay);
  if (sections.length === 0) return noData(noColumn(tables));
  return { kind: 'statistics', sections: lastDay.length > 0 ? lastDay : sections };
}

/** @param pageNames the name on the page, or `null`, of every ticker that a row may be about */
export function fundRows(
  { sections }: Statistics,
  pageNames: ReadonlyMap<string, string | null>,
): ReadonlyMap<string, FundRow> {
  const owner = createRowOwner(pageNames);
  const funds = new Map<string, FundRow>();
  for (const section of sections) addRows(section, owner, funds);
  return funds;
}

function noColumn(tables: readonly Table[]): string {
  const headers = tables.flatMap(({ rows }) => rows[0]?.cells.map(({ text }) => text) ?? []);
  const found = tables.length === 0 ? 'no table at all' : `only ${quoted(headers.join(' | '), 120)}`;
  return `its page has no table with one column «СЧА за последний день» (or «СЧА»), ${found}; it may have changed, or be filled by a script`;
}

/** A table whose header comes again, or changes on the way, is several. */
function sectionsOf({ caption, before, rows }: Table): Section[] {
  const captionDateMs = parseDate(caption) ?? parseDate(before.match(OF_A_DAY)?.[0] ?? '');
  const sections: Section[] = [];
  let header: Row[] = [];
  let current: Section | null = null;
  let closed = false;
  for (const row of rows) {
    if (isHeading(row)) {
      closed = CLOSED.test(sameWords(row.cells[0]?.text ?? ''));
    } else if (isHeader(row, current === null ? header : [])) {
      if (current !== null) header = [];
      current = null;
      header.push(row);
    } else if (header.length > 0) {
      if (current === null) {
        current = { columns: inUnitOf(caption, findColumns(headerTexts(header))), rows: [], captionDateMs };
        sections.push(current);
      }
      if (!closed) current.rows.push(row);
    }
  }
  return sections;
}

/** "Данные на 20.11.2026" before a table. */
const OF_A_DAY =
  /(?:(?:данные|показатели|сведения|информация|статистика|сча|по состоянию|актуальн[а-я]*)[^\n]*?(?<![а-я])(?:на|за)|обновлено)(?![а-я])[^\n]*/i;

/** A caption may say for all columns what their numbers count; not where it gives a number itself. */
function inUnitOf(caption: string, columns: Columns): Columns {
  const { aum } = columns;
  const unit = columnUnit(caption);
  if (aum === null || unit.scale === 1n || aum.scale !== 1n || /\d\s*[тм]/i.test(caption)) return columns;
  return { ...columns, aum: { ...aum, scale: unit.scale, currency: aum.currency ?? unit.currency } };
}

/** One text over the whole width: the name of what follows. */
const isHeading = ({ cells }: Row): boolean => {
  const [first] = cells;
  return (
    first !== undefined &&
    first.text !== '' &&
    cells.every((cell) => cell.text === first.text) &&
    !isAumHeader(first.text)
  );
};

function isHeader(row: Row, above: readonly Row[]): boolean {
  if (row.cells.length === 0) return false;
  if (row.inHead || row.cells.every(({ heading }) => heading)) return true;
  if (row.cells.some(({ text }) => isAumHeader(text))) return true;
  // The lower half of a header of two rows: something of the upper half reaches down into it, or it says what counts.
  const isLower = row.cells.some(({ starts, text }) => !starts || isUnit(text));
  return above.length > 0 && isLower && !row.cells.some(isNumber);
}

const isNumber = ({ text }: Cell): boolean => parseAmount(text) !== null;

function headerTexts(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(({ cells }) => cells.length));
  return Array.from({ length: width }, (_, index) =>
    [...new Set(rows.map(({ cells }) => cells[index]?.text ?? ''))].join(' ').trim(),
  );
}

/** Closed, open-ended and interval funds, and those that ended: not traded as these are, whatever their names. */
const CLOSED = /(?<![а-я])(зпиф|опиф|ипиф)|закрыт|открыт[а-я]+ паев|интервальн|прекращ|расформир|ликвидир/;

function addRows(section: Section, owner: RowOwner, funds: Map<string, FundRow>): void {
  const { columns, captionDateMs } = section;
  for (const { cells } of section.rows) {
    if (cells.some(({ text }) => CLOSED.test(sameWords(text)))) continue;
    const names = columns.names.map(({ index }) => cells[index]?.text ?? '');
    const ticker = owner.ownerOf(
      cells.map(({ text }) => text),
      names,
    );
    if (ticker === null) continue;
    const row = rowOf(cells, columns, captionDateMs);
    const before = funds.get(ticker);
    funds.set(ticker, before === undefined ? row : both(before, row));
  }
}

function rowOf(cells: readonly Cell[], columns: Columns, captionDateMs: number | null): FundRow {
  const { aum, nav } = columns;
  const written = textUnder(columns.date, cells);
  const dateMs = written === null ? (aum?.dateMs ?? captionDateMs) : parseDate(written);
  // A number of nobody knows which day may be of any.
  if (written !== null && dateMs === null) {
    const undated = notA('date', columns.date, written);
    return { aum: undated, nav: undated, dateMs };
  }
  const said = textUnder(columns.currency, cells);
  const money = said === null ? 'RUB' : (currencyIn(said) ?? NO_CURRENCY);
  const readable = (amount: Amount | NoData): Amount | NoData =>
    'nano' in amount && amount.currency === NO_CURRENCY ? notA('currency', columns.currency, said) : amount;
  const worth = readable(amountIn(cells, aum, false, money));
  // A column of currencies is about both; a sign in the one cell about the other, too.
  const ofFund = 'nano' in worth && said === null ? worth.currency : money;
  return { aum: worth, nav: readable(amountIn(cells, nav, true, ofFund)), dateMs };
}

/** Stands where the row's currency is one that cannot be read, so that it is not taken for RUB. */
const NO_CURRENCY = '?';

const textUnder = (column: Column | null, cells: readonly Cell[]): string | null =>
  column === null ? null : (cells[column.index]?.text ?? '');

const notA = (what: string, column: Column | null, text: string | null): NoData =>
  noData(`${quoted(column?.header ?? '')} is ${quoted(text ?? '')}, which is no ${what} known here`);

function amountIn(
  cells: readonly Cell[],
  column: Column | null,
  perUnit: boolean,
  currency: string,
): Amount | NoData {
  if (column === null) return noData('the page has no such column');
  const cell = cells[column.index];
  if (cell === undefined) return noData(`the row has no cell under ${quoted(column.header)}`);
  if (cell.spans || !cell.starts)
    return noData(`the cell under ${quoted(column.header)} covers several places`);
  const amount = parseAmount(cell.text, {
    scale: column.scale,
    currency: column.currency ?? currency,
    perUnit,
  });
  return amount ?? noData(`${quoted(column.header)} is ${quoted(cell.text)}, which is no amount`);
}

/** The same fund twice: the newer day counts, and of one day both have to say the same. */
function both(a: FundRow, b: FundRow): FundRow {
  if (a.dateMs !== null && b.dateMs !== null && a.dateMs !== b.dateMs) return a.dateMs > b.dateMs ? a : b;
  return {
    aum: agreed(a.aum, b.aum),
    nav: agreed(a.nav, b.nav),
    dateMs: a.dateMs === b.dateMs ? a.dateMs : null,
  };
}

function agreed(a: Amount | NoData, b: Amount | NoData): Amount | NoData {
  if ('nano' in a && 'nano' in b && a.nano === b.nano && a.currency === b.currency) return a;
  if (!('nano' in a) && !('nano' in b)) return a;
  return noData('the page lists the fund twice, with different numbers');
}
