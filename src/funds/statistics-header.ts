// Finds the columns of a statistics table by what their headers say, never by what their numbers look like.
// Guarantees: where two columns could be meant, none is; a column about another day, a change or a single unit is not the AUM.

import { datesIn } from './parse-date.ts';
import { sameWords } from './plain-text.ts';
import { columnUnit } from './scale-word.ts';

export interface Column {
  readonly index: number;
  readonly header: string;
  readonly scale: bigint;
  /** `null`: the header does not say. */
  readonly currency: string | null;
  /** Midnight UTC of the date in the header; `null` without one. */
  readonly dateMs: number | null;
}

export interface Columns {
  readonly aum: Column | null;
  /** Its header says that it is the last day's. */
  readonly lastDay: boolean;
  /** Worth of one unit. */
  readonly nav: Column | null;
}

const NET_ASSETS = /(?<![а-я])сча(?![а-я])|стоимость чистых активов|чистые активы/;
const OF_ONE_UNIT = /(?<![а-я])(пая|пай)(?![а-я])/;
const WORTH = /стоимость|цена|сча/;
const LAST_DAY = /последн/;
const OTHER = /предыдущ|прошл|позапрошл|изменени|прирост|динамик|вчера|средн|начал|приток|отток|доходност|%/;

export const isAumHeader = (header: string): boolean => {
  const words = sameWords(header);
  return NET_ASSETS.test(words) && !OF_ONE_UNIT.test(words) && !OTHER.test(words);
};

const isNavHeader = (header: string): boolean => {
  const words = sameWords(header);
  return OF_ONE_UNIT.test(words) && WORTH.test(words) && !OTHER.test(words);
};

/** @param headers per column, all its header rows in one text */
export function findColumns(headers: readonly string[]): Columns {
  const columns = headers.map(describe);
  const aums = columns.filter(({ header }) => isAumHeader(header));
  const last = aums.filter(({ header }) => LAST_DAY.test(sameWords(header)));
  const aum = newest(last.length > 0 ? last : aums);
  return { aum, lastDay: last.length > 0, nav: newest(columns.filter(({ header }) => isNavHeader(header))) };
}

function describe(header: string, index: number): Column {
  const dates = datesIn(header);
  return { index, header, ...columnUnit(header), dateMs: dates.length === 1 ? (dates[0] ?? null) : null };
}

const only = (columns: readonly Column[]): Column | null =>
  columns.length === 1 ? (columns[0] ?? null) : null;

/** The only one, or of several dated ones the newest. */
function newest(columns: readonly Column[]): Column | null {
  if (columns.length < 2) return only(columns);
  if (columns.some(({ dateMs }) => dateMs === null)) return null;
  const latest = Math.max(...columns.map(({ dateMs }) => dateMs ?? 0));
  return only(columns.filter(({ dateMs }) => dateMs === latest));
}
