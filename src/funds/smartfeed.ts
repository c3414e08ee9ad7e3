// T-Bank's news feed: how many units a fund has, as it announced it last. One request per fund (there is no list), more only
// while pages say nothing about units.

import type { FundName, FundSettings } from '../core/fund-settings.ts';
import type { FundQuestion, FundValue } from '../ports.ts';
import { readFeedPage } from './feed-reply.ts';
import type { HttpClient } from './http-client.ts';
import type { FundSource, NoValue } from './source.ts';
import { addressUnder } from './source-address.ts';

const NAME = 'smartfeed';
const HOST = 'https://www.tbank.ru';
const PATH = '/api/invest/smartfeed-public/v1/feed/api/brands';
const PAGES_MAX = 5;

export interface SmartfeedOptions {
  readonly http: HttpClient;
  readonly settings: FundSettings;
  readonly names: ReadonlyMap<string, FundName>;
}

export function createSmartfeed({ http, settings, names }: SmartfeedOptions): FundSource {
  const brands = addressUnder(settings.urls.smartfeed ?? HOST, PATH);

  async function ask({ ticker }: FundQuestion): Promise<FundValue | NoValue> {
    const missing = (because: string): NoValue => ({ ticker, kind: 'units', because });
    const brand = names.get(ticker)?.feed;
    if (brand === undefined)
      return missing(`its brand in the feed is not known: give it as fund_data.names.${ticker}.feed`);
    let cursor: string | null = null;
    let newerMs: number | null = null;
    for (let count = 0; count < PAGES_MAX; count += 1) {
      const page = await http.get({ source: NAME, url: newsAddress(brands, brand, cursor), wants: 'json' });
      if (page.kind === 'no_data') return missing(page.because);
      const feed = readFeedPage(page.text);
      if (feed.kind === 'no_data') {
        http.distrust(NAME, feed.because);
        return missing(feed.because);
      }
      newerMs = feed.asOfMs ?? newerMs;
      if (typeof feed.units === 'bigint')
        return unitsOf(ticker, feed.units, newerMs ?? page.fetchedAtMs, page.fetchedAtMs);
      if (feed.units !== null) return missing(feed.units.because);
      if (feed.cursor === null || feed.cursor === cursor) break;
      cursor = feed.cursor;
    }
    return missing(`no item of its feed for «${brand}» counts all units`);
  }

  return {
    name: NAME,
    local: false,
    async values(questions, kinds) {
      const values: FundValue[] = [];
      const missing: NoValue[] = [];
      if (!kinds.has('units')) return { values, missing };
      // One after the other: once the feed has failed, the rest is answered without a request.
      for (const question of questions.filter(({ listing }) => listing.kind !== 'share')) {
        const found = await ask(question);
        if ('because' in found) missing.push(found);
        else values.push(found);
      }
      return { values, missing };
    },
  };
}

function newsAddress(brands: URL, brand: string, cursor: string | null): URL {
  const url = new URL(brands);
  url.pathname = `${url.pathname}/${encodeURIComponent(brand)}/fund-news`;
  url.searchParams.set('limit', '50');
  if (cursor !== null) url.searchParams.set('cursor', cursor);
  return url;
}

const unitsOf = (ticker: string, value: bigint, asOfMs: number, fetchedAtMs: number): FundValue => ({
  ticker,
  kind: 'units',
  value,
  currency: '',
  asOfMs,
  fetchedAtMs,
  source: NAME,
});
