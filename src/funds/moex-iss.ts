// MOEX ISS: how many shares a company has, and a fund's indicative worth per unit. One request per board, whatever is asked.
// Its number of units of a fund is never used: it is empty, 0 or the registered 10^10 as often as it is right.

import type { FundName, FundSettings } from '../core/fund-settings.ts';
import type { Clock, FundQuestion, FundValue } from '../ports.ts';
import { nanoOf } from './exact-json.ts';
import type { FundAssets } from './fund-assets.ts';
import type { HttpClient } from './http-client.ts';
import { type IssBoard, type IssRow, issText, readIssBoard } from './iss-reply.ts';
import { type KeptDocument, keepDocument } from './kept-document.ts';
import { type NoData, noData, quoted } from './no-data.ts';
import { parseMoscow } from './parse-date.ts';
import { currencyOf } from './scale-word.ts';
import { allMissing, type FundSource, type NoValue } from './source.ts';
import { addressUnder } from './source-address.ts';

const NAME = 'moex_iss';
const HOST = 'https://iss.moex.com';
const STOCK = '/iss/engines/stock/markets';

interface FetchedBoard {
  readonly kind: 'fetched';
  readonly board: IssBoard;
  readonly fetchedAtMs: number;
}

/** Boards as read, shared by all tokens of the process. */
export interface MoexBoards {
  shares(board: string): Promise<FetchedBoard | NoData>;
  nav(): Promise<FetchedBoard | NoData>;
}

export interface MoexBoardsOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly settings: FundSettings;
  /** How long one list serves all that ask. */
  readonly keepMs: number;
}

export function createMoexBoards({ http, clock, settings, keepMs }: MoexBoardsOptions): MoexBoards {
  const keep = (path: string): KeptDocument<FetchedBoard> => {
    const url = addressUnder(settings.urls.moexIss ?? HOST, `${STOCK}/${path}/securities.json`);
    url.searchParams.set('iss.meta', 'off');
    return keepDocument(clock, keepMs, () => fetchBoard(http, url));
  };
  const boards = new Map<string, KeptDocument<FetchedBoard>>();
  const nav = keep('index/boards/INAV');
  return {
    nav,
    shares(board) {
      const kept = boards.get(board) ?? keep(`shares/boards/${board}`);
      boards.set(board, kept);
      return kept();
    },
  };
}

async function fetchBoard(http: HttpClient, url: URL): Promise<FetchedBoard | NoData> {
  const page = await http.get({ source: NAME, url, wants: 'json' });
  if (page.kind === 'no_data') return page;
  const board = readIssBoard(page.text);
  if (board.kind === 'board') return { kind: 'fetched', board, fetchedAtMs: page.fetchedAtMs };
  http.distrust(NAME, board.because);
  return board;
}

export interface MoexIssOptions {
  readonly boards: MoexBoards;
  readonly assets: FundAssets;
  readonly names: ReadonlyMap<string, FundName>;
}

export function createMoexIss(options: MoexIssOptions): FundSource {
  return {
    name: NAME,
    local: false,
    async values(questions, kinds) {
      const values: FundValue[] = [];
      const missing: NoValue[] = [];
      const shares = questions.filter(({ listing }) => listing.kind === 'share');
      const funds = questions.filter(({ listing }) => listing.kind !== 'share');
      if (kinds.has('units')) {
        missing.push(...allMissing(funds, ['units'], 'its ISSUESIZE of a fund is not to be trusted'));
        for (const question of shares) keepEither(await issued(options.boards, question), values, missing);
      }
      if ((kinds.has('nav') || kinds.has('aum')) && funds.length > 0) {
        const board = await options.boards.nav();
        for (const question of funds) keepEither(await indicative(options, board, question), values, missing);
      }
      return { values, missing };
    },
  };
}

function keepEither(found: FundValue | NoValue, values: FundValue[], missing: NoValue[]): void {
  if ('because' in found) missing.push(found);
  else values.push(found);
}

async function issued(boards: MoexBoards, { ticker, listing }: FundQuestion): Promise<FundValue | NoValue> {
  const missing = (because: string): NoValue => ({ ticker, kind: 'units', because });
  if (!/^TQ[A-Z0-9]{2}$/.test(listing.classCode))
    return missing(`${listing.classCode} is none of its boards`);
  const fetched = await boards.shares(listing.classCode);
  if (fetched.kind === 'no_data') return missing(fetched.because);
  const row = fetched.board.securities.get(ticker);
  if (row === undefined) return missing(`${ticker} is not on its board ${listing.classCode}`);
  const isin = issText(row, 'ISIN');
  if (isin !== null && listing.isin !== '' && isin !== listing.isin)
    return missing(`its ${ticker} is another security, ${quoted(isin)}`);
  const value = nanoOf(row.get('ISSUESIZE'));
  if (value === null || value <= 0n)
    return missing(`its ISSUESIZE is ${quoted(issText(row, 'ISSUESIZE') ?? 'empty')}`);
  const { fetchedAtMs } = fetched;
  return { ticker, kind: 'units', value, currency: '', asOfMs: fetchedAtMs, fetchedAtMs, source: NAME };
}

async function indicative(
  { names, assets }: MoexIssOptions,
  fetched: FetchedBoard | NoData,
  { ticker, listing }: FundQuestion,
): Promise<FundValue | NoValue> {
  const missing = (because: string): NoValue => ({ ticker, kind: 'nav', because });
  if (fetched.kind === 'no_data') return missing(fetched.because);
  const { board, fetchedAtMs } = fetched;
  const usual = `${ticker}A`;
  let code = names.get(ticker)?.navCode ?? assets.known(listing.assetUid)?.navCode ?? usual;
  if (!board.marketdata.has(code) && code === usual) {
    const reply = await assets.read(listing.assetUid);
    code = (reply.kind === 'asset' ? reply.asset.navCode : null) ?? usual;
  }
  const row = board.marketdata.get(code);
  if (row === undefined)
    return missing(
      `${code} is not on its index board; its code can be given as fund_data.names.${ticker}.nav_code`,
    );
  const worth = worthOf(row, board.securities.get(code));
  if ('because' in worth) return missing(`its ${code} ${worth.because}`);
  return { ticker, kind: 'nav', ...worth, fetchedAtMs, source: NAME };
}

type Worth = Pick<FundValue, 'value' | 'currency' | 'asOfMs'>;

function worthOf(row: IssRow, security: IssRow | undefined): Worth | NoData {
  const value = nanoOf(row.get('CURRENTVALUE'));
  if (value === null || value <= 0n)
    return noData(`has ${quoted(issText(row, 'CURRENTVALUE') ?? 'nothing')} as its CURRENTVALUE`);
  const asOfMs = parseMoscow(issText(row, 'TRADEDATE') ?? '', issText(row, 'UPDATETIME') ?? '');
  if (asOfMs === null) return noData('has no TRADEDATE and UPDATETIME');
  const written = issText(security, 'CURRENCYID') ?? issText(row, 'CURRENCYID') ?? 'RUB';
  const currency = written === 'SUR' ? 'RUB' : currencyOf(written.toLowerCase());
  if (currency === null) return noData(`is in ${quoted(written)}`);
  return { value, currency, asOfMs };
}
