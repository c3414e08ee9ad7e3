// The program's own readers of the public sources find in the venue's pages what the venue knows to be true.

import { afterAll, expect, test } from 'bun:test';
import { premiumPercent } from '../../src/core/fund-facts.ts';
import type { FundSettings } from '../../src/core/fund-settings.ts';
import { raw } from '../../src/core/units.ts';
import { serveFundPages } from '../../src/exchange/fund-pages.ts';
import { moscowDay } from '../../src/exchange/moscow.ts';
import { createFundData } from '../../src/funds/fund-data.ts';
import { fundNames } from '../../src/funds/fund-names.ts';
import { createFundSources } from '../../src/funds/fund-sources.ts';
import { createHttpClient } from '../../src/funds/http-client.ts';
import { createMoexBoards, createMoexIss } from '../../src/funds/moex-iss.ts';
import { createSmartfeed } from '../../src/funds/smartfeed.ts';
import type { FundSource, SourceKind } from '../../src/funds/source.ts';
import { createTCapital } from '../../src/funds/t-capital.ts';
import type { FundQuestion, FundValue } from '../../src/ports.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import { exchangeTransport } from '../support/exchange-transport.ts';
import { scene } from './desk-scene.ts';
import { FRIDAY_NOON, TOKEN } from './venue-client.ts';

const TICKERS = ['TRUR', 'TMOS', 'TGLD', 'TMON', 'TBRU', 'TPAY', 'TDIV', 'TLCB', 'TOFZ', 'TRND', 'TITR'];
const HOUR = 3_600_000;

const { exchange, clock } = scene({ liveliness: 1 });
exchange.ensureToken(TOKEN);
const pages = await serveFundPages(exchange);
afterAll(() => pages.close());

const settings: FundSettings = {
  sources: [],
  urls: pages.urls,
  metricsDir: '',
  names: new Map(),
  cacheEnabled: true,
  ttlMs: 24 * HOUR,
  timeoutMs: 10_000,
  requestsPerSecond: Number.POSITIVE_INFINITY,
  leaveAloneMs: 0,
  maxAgeDays: 10,
  ratioMin: 0.9,
  ratioMax: 1.1,
  maxDayJumpPercent: 50,
  maxDisagreementPercent: 5,
};
const http = createHttpClient({ ...settings, clock });
const names = fundNames(new Map());
const { market } = createTInvest({
  transport: exchangeTransport(exchange, clock),
  clock,
  random: () => 0.5,
  token: () => TOKEN,
  broker: 'live',
});
const questions: FundQuestion[] = (await market.resolve(TICKERS)).map((found, i) => {
  if (found.kind !== 'found') throw new Error(found.because);
  return { ticker: TICKERS[i] ?? '', listing: found.listing, price: null, priceTimeMs: null };
});

async function values(source: FundSource, kind: SourceKind): Promise<ReadonlyMap<string, FundValue>> {
  const reply = await source.values(questions, new Set([kind]));
  expect(reply.missing).toEqual([]);
  const found = reply.values.filter((value) => value.kind === kind);
  expect(found.map((value) => value.ticker).sort()).toEqual(TICKERS.toSorted());
  return new Map(found.map((value) => [value.ticker, value]));
}
/** Within so many millionths. */
const near = (found: bigint | undefined, expected: bigint | null, millionths: number): boolean =>
  found !== undefined &&
  expected !== null &&
  Math.abs(Number(found - expected)) <= (Number(expected) * millionths) / 1e6;

test('the statistics page: the AUM of yesterday to the kopeck', async () => {
  const source = createTCapital({ http, clock, settings, names, keepMs: HOUR });
  const found = await values(source, 'aum');
  const yesterday = moscowDay(FRIDAY_NOON) - 1;
  for (const ticker of TICKERS) {
    const off = (found.get(ticker)?.value ?? 0n) - (exchange.aumOf(ticker, yesterday) ?? 0n);
    expect(off <= 5_000_000n && off >= -5_000_000n).toBe(true);
  }
});

test('the news feed: the units of today, as exactly as it writes them', async () => {
  const found = await values(createSmartfeed({ http, settings, names }), 'units');
  for (const ticker of TICKERS) {
    // In nano-pieces, rounded to a tenth of a million.
    const pieces = (found.get(ticker)?.value ?? 0n) / 1_000_000_000n;
    expect(near(pieces, exchange.unitsOf(ticker), 500)).toBe(true);
  }
});

test('the index board: the NAV of now', async () => {
  const boards = createMoexBoards({ http, clock, settings, keepMs: HOUR });
  const assets = { read: async () => ({ kind: 'no_data', because: 'a test' }) as const, known: () => null };
  const found = await values(createMoexIss({ boards, assets, names }), 'nav');
  for (const ticker of TICKERS)
    expect(near(found.get(ticker)?.value, exchange.navOf(ticker), 100)).toBe(true);
});

test('units times NAV is AUM, and price over NAV within two percent', async () => {
  const prices = await market.lastPrices(questions.map(({ listing }) => listing.uid));
  for (const { ticker, listing } of questions) {
    const price = prices.get(listing.uid)?.price;
    const nav = exchange.navOf(ticker);
    if (price == null || nav === null) throw new Error(`${ticker} has no price or no NAV`);
    expect(near(raw(price), nav, 20_010)).toBe(true);
    expect(exchange.funds.aumAt(exchange.instrument(ticker), FRIDAY_NOON)).toBe(
      nav * exchange.unitsOf(ticker),
    );
  }
});

test('all of it together: every fund has its market cap, AUM and premium, from a few requests', async () => {
  const before = { ...pages.requests };
  const shared = createFundSources({
    settings: { ...settings, sources: ['t_invest', 'smartfeed', 't_capital', 'moex_iss'] },
    clock,
    log: { info: () => {}, warn: () => {} },
    store: null,
  });
  const prices = await market.lastPrices(questions.map(({ listing }) => listing.uid));
  const asked = questions.map((question) => {
    const quote = prices.get(question.listing.uid);
    return { ...question, price: quote?.price ?? null, priceTimeMs: quote?.timeMs ?? null };
  });
  const facts = await createFundData({ shared, market }).facts(asked, new Set(['market_cap', 'aum']));
  for (const { ticker } of questions) {
    const found = facts.get(ticker);
    if (found === undefined || found.marketCap.kind === 'unknown' || found.aum.kind === 'unknown')
      throw new Error(`${ticker}: ${JSON.stringify(found, (_, value) => String(value))}`);
    // Two percent of premium, and what the price moved since the net assets were counted.
    expect(Math.abs(premiumPercent(found) ?? 100)).toBeLessThan(7);
  }
  expect(pages.requests.tCapital - before.tCapital).toBe(1);
  expect(pages.requests.smartfeed - before.smartfeed).toBeLessThanOrEqual(TICKERS.length);
});
