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
  /** Which money a row is in, and of which day it is; `null` without such a column, or with several. */
  readonly currency: Column | null;
  readonly date: Column | null;
  /** Where the funds' names are; none: the header does not say. */
  readonly names: readonly Column[];
}

const NET_ASSETS = /(?<![а-я])сча(?![а-я])|стоимость чистых активов|чистые активы/;
const OF_ONE_UNIT = /(?<![а-я])(пая|пай)(?![а-я])/;
const WORTH = /стоимость|цена|сча/;
const LAST_DAY = /последн[а-я]* (?:[а-я]+ )?(?:день|дня|дню|дату|дате)(?![а-я])/;
const OTHER =
  /предыдущ|прошл|изменени|изм(?![а-я])|прирост|динамик|дельта|δ|вчера|средн|максим|миним|начал|(?<![а-я])конец|(?<![а-я])план|прогноз|приток|отток|доходност|(?<![а-я])дол[яию](?![а-я])|комисси|вознагражд|за [а-я ]*(?:недел|месяц|квартал|полугод|год)|%/;
const CURRENCY = /^валюта(?![а-я])/;
const NAME =
  /^(?:фонд|б?пиф|(?:полное |краткое )?(?:название|наименование|имя)(?: (?:фонда|б?пиф|паевого|биржевого)[а-я ]*)?)$/;
const DATE = /^(?:(?:отчетная |последняя )?дата|(?:данные )?на дату|данные на|по состоянию)(?![а-я])/;
/** Dates in the life of a fund say nothing of its numbers. */
const OF_A_LIFE =
  /созда|формир|начал|старт|запуск|регистр|основан|заверш|оконч|погаш|выпла|открыт|закрыт|правил/;

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
  const saying = (pattern: RegExp) => columns.filter(({ header }) => pattern.test(sameWords(header)));
  return {
    aum,
    lastDay: last.length > 0,
    nav: newest(columns.filter(({ header }) => isNavHeader(header))),
    currency: only(saying(CURRENCY)),
    date: only(saying(DATE).filter(({ header }) => !OF_A_LIFE.test(sameWords(header)))),
    names: saying(NAME),
  };
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
