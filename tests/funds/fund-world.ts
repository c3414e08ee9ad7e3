// Fund data over real HTTP: a loopback server with every source's pages, a token's market, and a clock moved by hand.

import { readFileSync } from 'node:fs';
import type { Close } from '../../src/core/close.ts';
import type { FundFacts } from '../../src/core/fund-facts.ts';
import type { FundSettings } from '../../src/core/fund-settings.ts';
import { lotSize, parseNano, price, rate, shares } from '../../src/core/units.ts';
import type { FundValueStore } from '../../src/funds/fund-cache.ts';
import { createFundData } from '../../src/funds/fund-data.ts';
import { createFundSources } from '../../src/funds/fund-sources.ts';
import type { FundAsset, FundData, FundNeed, FundQuestion, Listing, Market } from '../../src/ports.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

export const NOW = Date.parse('2026-11-20T13:20:00Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const fixture = (name: string): Buffer => readFileSync(`tests/fixtures/${name}`);

export type Source = 'page' | 'feed' | 'nav' | 'board' | 'rates';
type Answer = (request: Request) => Response | Promise<Response>;

const json = (body: unknown): Response =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
export const html = (body: string): Response =>
  new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8' } });

export const feedOf = (units: string, date = '19 ноября 2026'): Response =>
  json({
    payload: {
      news: [
        {
          id: 1,
          additional_fields: [
            { name: 'Дата выдачи паев', value: date },
            { name: 'Всего паев', value: units },
          ],
        },
      ],
      meta: { cursor: null },
    },
  });

/** `rows`: fund and AUM; further columns as they come. */
export const pageOf = (rows: readonly (readonly string[])[], header = 'СЧА за последний день'): Response =>
  html(
    `<table><tr><th>Фонд</th><th>${header}</th></tr>${rows
      .map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
      .join('')}</table>`,
  );

export const navOf = (
  worth: Readonly<Record<string, string>>,
  date = '2026-11-20',
  time = '16:14:45',
): Response => {
  const rows = Object.entries(worth).map(
    ([code, value]) => `["${code}","INAV",${value},"${time}","${date}"]`,
  );
  return json(
    `{"securities":{"columns":["SECID","BOARDID"],"data":[]},"marketdata":{"columns":["SECID","BOARDID","CURRENTVALUE","UPDATETIME","TRADEDATE"],"data":[${rows.join(',')}]}}`,
  );
};

/** What the recorded fixtures say. */
const RECORDED: Readonly<Record<Source, Answer>> = {
  page: () => html(fixture('tcapital_statistics.html').toString()),
  feed: (request) =>
    json(fixture(`smartfeed_TRUR_page${request.url.includes('cursor=') ? 2 : 1}.json`).toString()),
  nav: () => json(fixture('iss_inav_TMOSA.json').toString()),
  board: () => json(fixture('iss_TQBR_securities.json').toString()),
  rates: () =>
    new Response(fixture('cbr_XML_daily.xml'), {
      headers: { 'content-type': 'application/xml; charset=windows-1251' },
    }),
};

export interface World {
  readonly clock: ManualClock;
  readonly answers: Record<Source, Answer>;
  /** Requests so far, per source. */
  readonly requests: Record<Source, string[]>;
  readonly assets: Map<string, FundAsset>;
  /** Closes per uid; every question asked of the market. */
  readonly closes: Map<string, Close[]>;
  readonly marketCalls: string[];
  readonly warnings: string[];
  readonly settings: FundSettings;
  /** A process: its sources, and the fund data of one token. */
  start(store?: FundValueStore | null): FundData;
  /** Fund data of as many tokens of one process. */
  tokens(count: number, store?: FundValueStore | null): FundData[];
  stop(): void;
}

export function openWorld(overrides: Partial<FundSettings> = {}): World {
  const clock = createManualClock(NOW);
  const answers = { ...RECORDED };
  const requests: Record<Source, string[]> = { page: [], feed: [], nav: [], board: [], rates: [] };
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const source = sourceOf(new URL(request.url));
      requests[source].push(decodeURIComponent(request.url));
      return answers[source](request);
    },
  });
  const base = `http://127.0.0.1:${server.port}`;
  const settings: FundSettings = {
    sources: ['t_invest', 'smartfeed', 't_capital', 'moex_iss', 'files'],
    urls: { tCapital: base, smartfeed: base, moexIss: base, cbr: base },
    metricsDir: 'tests/fixtures/no-such-directory',
    names: new Map(),
    cacheEnabled: true,
    ttlMs: DAY,
    timeoutMs: 10_000,
    requestsPerSecond: Number.POSITIVE_INFINITY,
    leaveAloneMs: HOUR / 4,
    maxAgeDays: 10,
    ratioMin: 0.9,
    ratioMax: 1.1,
    maxDayJumpPercent: 50,
    maxDisagreementPercent: 5,
    ...overrides,
  };
  const [assets, closes] = [new Map<string, FundAsset>(), new Map<string, Close[]>()];
  const [marketCalls, warnings]: [string[], string[]] = [[], []];
  const market = marketOf(assets, closes, marketCalls);
  const log = { info: () => {}, warn: (_: object, message: string) => void warnings.push(message) };
  const tokens = (count: number, store: FundValueStore | null = null) => {
    const shared = createFundSources({ settings, clock, log, store });
    return Array.from({ length: count }, () => createFundData({ shared, market }));
  };
  return {
    clock,
    answers,
    requests,
    assets,
    closes,
    marketCalls,
    warnings,
    settings,
    tokens,
    start: (store = null) => tokens(1, store)[0]!,
    stop: () => void server.stop(true),
  };
}

function sourceOf({ pathname }: URL): Source {
  if (pathname.startsWith('/statistics')) return 'page';
  if (pathname.endsWith('/fund-news')) return 'feed';
  if (pathname.includes('/boards/INAV/')) return 'nav';
  return pathname.startsWith('/iss/') ? 'board' : 'rates';
}

function marketOf(assets: Map<string, FundAsset>, closes: Map<string, Close[]>, calls: string[]): Market {
  const unused = () => {
    throw new Error('fund data have no use for this');
  };
  return {
    resolve: unused,
    listingByUid: unused,
    sessions: unused,
    lastPrices: unused,
    tradingStatuses: unused,
    orderBook: unused,
    async fundAsset(assetUid) {
      calls.push(`asset ${assetUid}`);
      return assets.get(assetUid) ?? null;
    },
    async dailyCloses(uid, fromMs, toMs) {
      calls.push(`closes ${uid}`);
      return (closes.get(uid) ?? []).filter(({ dayMs }) => dayMs >= fromMs && dayMs < toMs);
    },
  };
}

export function question(ticker: string, each: string | null, options: Partial<Listing> = {}): FundQuestion {
  const listing: Listing = {
    ticker,
    classCode: 'SPBRU',
    uid: `uid-${ticker}`,
    assetUid: `asset-${ticker}`,
    isin: '',
    name: ticker,
    kind: 'etf',
    currency: 'rub',
    lot: lotSize(1n),
    step: price(10_000_000n),
    exchange: 'MOEX',
    apiTradable: true,
    buyable: true,
    sellable: true,
    forIis: true,
    issued: null,
    marginRate: rate(0n),
    ...options,
  };
  return {
    ticker,
    listing,
    price: each === null ? null : price(parseNano(each)),
    priceTimeMs: each === null ? null : NOW,
  };
}

export const issued = (count: bigint): Partial<Listing> => ({ issued: shares(count) });
export const needs = (...each: FundNeed[]): ReadonlySet<FundNeed> => new Set(each);
export const ALL = needs('market_cap', 'aum', 'nav');

export async function factsOf(data: FundData, asked: FundQuestion, ...each: FundNeed[]): Promise<FundFacts> {
  return (await data.facts([asked], needs(...each))).get(asked.ticker)!;
}

/** A finding in short: its exact value and source, or why there is none. */
export function short(finding: FundFacts['aum'] | FundFacts['units'] | FundFacts['price']): string {
  return finding.kind === 'known' ? `${finding.value} ${finding.source}` : finding.because;
}
