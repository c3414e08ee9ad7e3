// The exchange's public statistics (MOEX ISS): blocks of columns and rows for a board's papers, the board of indicative
// NAVs and the description of one paper. Fund rows have sizes of issue that are missing, zero or wrong, as the real ones do.

import { decimal, price } from '../core/units.ts';
import type { Exchange } from './exchange.ts';
import type { FundRow } from './fund-rows.ts';
import type { Instrument } from './instrument.ts';
import { isoDay, moscowDay } from './moscow.ts';
import { mix, seedOf } from './walk.ts';

type Cell = string | number | null;
interface Block {
  readonly columns: readonly string[];
  readonly data: readonly (readonly Cell[])[];
}
export type IssReply = Readonly<Record<string, Block>>;

/** Rows by column name; what a row does not name is null. */
const block = (columns: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): Block => ({
  columns,
  data: rows.map((row) => columns.map((column) => row[column] ?? null)),
});

const number = (nano: bigint): number => Number(decimal(price(nano), 0));

const SECURITIES =
  'SECID BOARDID SHORTNAME PREVPRICE LOTSIZE FACEVALUE STATUS BOARDNAME DECIMALS SECNAME REMARKS MARKETCODE INSTRID SECTORID MINSTEP PREVWAPRICE FACEUNIT PREVDATE ISSUESIZE ISIN LATNAME REGNUMBER PREVLEGALCLOSEPRICE CURRENCYID SECTYPE LISTLEVEL SETTLEDATE'.split(
    ' ',
  );
const MARKET_DATA =
  'SECID BOARDID BID OFFER OPEN LOW HIGH LAST WAPRICE MARKETPRICE NUMTRADES VOLTODAY VALTODAY TRADINGSTATUS UPDATETIME LCURRENTPRICE SEQNUM SYSTIME ISSUECAPITALIZATION ISSUECAPITALIZATION_UPDATETIME TRADINGSESSION'.split(
    ' ',
  );

/** Never to be trusted for a fund. */
function issueSize({ kind, issued, assetUid }: Instrument): Cell {
  if (kind === 'share') return issued === null ? null : Number(issued);
  return [null, 0, 10_000_000_000][mix(seedOf(1, assetUid), 2, 0) % 3] ?? null;
}

/** Papers of one board, all or those named. */
export function boardBlocks(
  exchange: Exchange,
  nowMs: number,
  board: string,
  wanted: ReadonlySet<string> | null,
): IssReply {
  const papers = exchange.market
    .all()
    .filter((each) => each.classCode === board && each.quoted && each.currency === 'rub')
    .filter((each) => wanted === null || wanted.has(each.ticker));
  return {
    securities: block(
      SECURITIES,
      papers.map((paper) => described(exchange, paper, nowMs)),
    ),
    marketdata: block(
      MARKET_DATA,
      papers.map((paper) => traded(exchange, paper, nowMs)),
    ),
    dataversion: block(['data_version', 'seqnum'], [{ data_version: 1, seqnum: Math.floor(nowMs / 1000) }]),
    marketdata_yields: block(['boardid', 'secid'], []),
  };
}

function described(exchange: Exchange, paper: Instrument, nowMs: number): Record<string, Cell> {
  const close = exchange.market.previousClose(paper, nowMs);
  const before = close === null ? null : number(close.price);
  return {
    SECID: paper.ticker,
    BOARDID: paper.classCode,
    SHORTNAME: paper.kind === 'etf' ? `${paper.ticker} ETF` : paper.name,
    PREVPRICE: before,
    LOTSIZE: Number(paper.lot),
    STATUS: 'A',
    BOARDNAME: 'Т+: Акции и ДР - безадрес.',
    DECIMALS: 2,
    SECNAME: paper.name,
    MARKETCODE: 'FNDT',
    INSTRID: paper.kind === 'etf' ? 'IFTF' : 'EQIN',
    MINSTEP: number(paper.step),
    PREVWAPRICE: before,
    FACEUNIT: 'SUR',
    PREVDATE: close === null ? null : isoDay(moscowDay(close.timeMs)),
    ISSUESIZE: issueSize(paper),
    ISIN: paper.isin,
    LATNAME: paper.ticker,
    PREVLEGALCLOSEPRICE: before,
    CURRENCYID: 'SUR',
    SECTYPE: paper.kind === 'etf' ? 'J' : '1',
    LISTLEVEL: 1,
    SETTLEDATE: isoDay(moscowDay(nowMs) + 1),
  };
}

function traded(exchange: Exchange, paper: Instrument, nowMs: number): Record<string, Cell> {
  const last = exchange.market.last(paper, nowMs);
  const at = (side: 'buy' | 'sell') =>
    last === null ? null : number(exchange.market.opposite(paper, side, last.step));
  return {
    SECID: paper.ticker,
    BOARDID: paper.classCode,
    BID: at('sell'),
    OFFER: at('buy'),
    LAST: last === null ? null : number(last.price),
    MARKETPRICE: last === null ? null : number(last.price),
    TRADINGSTATUS: exchange.market.isMatching(paper, nowMs) ? 'T' : 'N',
    UPDATETIME: last === null ? null : moscowTime(last.timeMs),
    LCURRENTPRICE: last === null ? null : number(last.price),
    SYSTIME: `${isoDay(moscowDay(nowMs))} ${moscowTime(nowMs)}`,
    ISSUECAPITALIZATION:
      paper.kind === 'share' && last !== null && paper.issued !== null
        ? Math.round(number(last.price * paper.issued))
        : null,
    TRADINGSESSION: '1',
  };
}

/** Indicative NAVs, by their codes on the index board. */
export function navBlocks(
  rows: readonly FundRow[],
  nowMs: number,
  wanted: ReadonlySet<string> | null,
): IssReply {
  const known = rows.filter((row) => wanted === null || wanted.has(`${row.ticker}A`));
  return {
    securities: block(
      ['SECID', 'BOARDID', 'SHORTNAME'],
      known.map(({ ticker }) => ({ SECID: `${ticker}A`, BOARDID: 'INAV', SHORTNAME: `iNAV ${ticker}` })),
    ),
    marketdata: block(
      'SECID BOARDID LASTVALUE CURRENTVALUE LASTCHANGEPRC CAPITALIZATION UPDATETIME TRADEDATE'.split(' '),
      known.map((row) => ({
        SECID: `${row.ticker}A`,
        BOARDID: 'INAV',
        LASTVALUE: fourDigits(row.nav),
        CURRENTVALUE: fourDigits(row.navNow),
        LASTCHANGEPRC: row.nav === 0n ? null : Number(((row.navNow - row.nav) * 10_000n) / row.nav) / 100,
        UPDATETIME: moscowTime(nowMs),
        TRADEDATE: isoDay(moscowDay(nowMs)),
      })),
    ),
  };
}

const fourDigits = (nano: bigint): number => number((nano / 100_000n) * 100_000n);

const BOARDS =
  'secid boardid title board_group_id market_id market engine_id engine is_traded decimals history_from history_till listed_from listed_till is_primary currencyid'.split(
    ' ',
  );

/** One paper by its code; both blocks are empty where nobody knows it. */
export function paperBlocks(exchange: Exchange, code: string): IssReply {
  const listings = exchange.market.all().filter((each) => each.ticker === code && each.classCode !== 'SPBRU');
  const [first] = listings;
  const facts: (readonly [name: string, title: string, value: string, type: string])[] =
    first === undefined
      ? []
      : [
          ['SECID', 'Код ценной бумаги', first.ticker, 'string'],
          ['NAME', 'Полное наименование', first.name, 'string'],
          ['ISIN', 'ISIN код', first.isin, 'string'],
          ...(first.kind === 'share' && first.issued !== null
            ? ([['ISSUESIZE', 'Объем выпуска', String(first.issued), 'number']] as const)
            : []),
          ['TYPE', 'Тип бумаги', first.kind === 'etf' ? 'exchange_ppif' : 'common_share', 'string'],
        ];
  return {
    description: block(
      ['name', 'title', 'value', 'type', 'sort_order', 'is_hidden', 'precision'],
      facts.map(([name, title, value, type], i) => ({
        name,
        title,
        value,
        type,
        sort_order: i + 1,
        is_hidden: 0,
      })),
    ),
    boards: block(
      BOARDS,
      listings.map(({ ticker, classCode }) => ({
        secid: ticker,
        boardid: classCode,
        market: 'shares',
        engine: 'stock',
        is_traded: classCode === 'TQBR' ? 1 : 0,
        is_primary: classCode === 'TQBR' ? 1 : 0,
        currencyid: 'RUB',
      })),
    ),
  };
}

const moscowTime = (atMs: number): string => new Date(atMs + 3 * 3_600_000).toISOString().slice(11, 19);
