// T-Capital's statistics page: AUM and worth of a unit of all its funds, in one request. What the page does not date is
// as of the instant it was fetched.

import type { FundName, FundSettings } from '../core/fund-settings.ts';
import type { Clock, FundQuestion, FundValue } from '../ports.ts';
import type { HttpClient } from './http-client.ts';
import { keepDocument } from './kept-document.ts';
import type { NoData } from './no-data.ts';
import { allMissing, type FundSource, type NoValue, type SourceKind, type SourceReply } from './source.ts';
import { documentAddress } from './source-address.ts';
import { type FundRow, fundRows, readStatistics, type Statistics } from './statistics-page.ts';

const NAME = 't_capital';
const HOST = 'https://t-capital-funds.ru';
const PATH = '/statistics/';

interface Fetched {
  readonly kind: 'fetched';
  readonly statistics: Statistics;
  readonly fetchedAtMs: number;
}

export interface TCapitalOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly settings: FundSettings;
  readonly names: ReadonlyMap<string, FundName>;
  /** How long one page serves all that ask. */
  readonly keepMs: number;
}

export function createTCapital({ http, clock, settings, names, keepMs }: TCapitalOptions): FundSource {
  const url = documentAddress(settings.urls.tCapital ?? HOST, PATH);
  const page = keepDocument(clock, keepMs, () => fetchPage(http, url));
  return {
    name: NAME,
    local: false,
    async values(questions, kinds) {
      const asked = (['aum', 'nav'] as const).filter((kind) => kinds.has(kind));
      const funds = questions.filter(({ listing }) => listing.kind !== 'share');
      if (asked.length === 0 || funds.length === 0) return { values: [], missing: [] };
      const fetched = await page();
      if (fetched.kind === 'no_data')
        return { values: [], missing: allMissing(funds, asked, fetched.because) };
      return replyOf(fetched, funds, asked, names);
    },
  };
}

async function fetchPage(http: HttpClient, url: URL): Promise<Fetched | NoData> {
  const page = await http.get({ source: NAME, url, wants: 'html' });
  if (page.kind === 'no_data') return page;
  const statistics = readStatistics(page.text);
  if (statistics.kind === 'statistics') return { kind: 'fetched', statistics, fetchedAtMs: page.fetchedAtMs };
  http.distrust(NAME, statistics.because);
  return statistics;
}

function replyOf(
  { statistics, fetchedAtMs }: Fetched,
  questions: readonly FundQuestion[],
  kinds: readonly ('aum' | 'nav')[],
  names: ReadonlyMap<string, FundName>,
): SourceReply {
  const pageNames = new Map<string, string | null>(questions.map(({ ticker }) => [ticker, null]));
  for (const [ticker, { page }] of names) pageNames.set(ticker, page ?? null);
  const rows = fundRows(statistics, pageNames);
  const missing = questions.flatMap(({ ticker }) =>
    kinds.flatMap((kind): NoValue[] => {
      const because = whyMissing(ticker, rows.get(ticker), kind);
      return because === null ? [] : [{ ticker, kind, because }];
    }),
  );
  // All of them, also those that nobody asked for yet: the next wallet need not ask.
  const values = [...rows].flatMap(([ticker, row]) => valuesOf(ticker, row, fetchedAtMs));
  return { values, missing };
}

function whyMissing(
  ticker: string,
  row: FundRow | undefined,
  kind: SourceKind & ('aum' | 'nav'),
): string | null {
  if (row === undefined)
    return `no row of its page is plainly about ${ticker}; if it has one, its name there can be given as fund_data.names.${ticker}.page`;
  const amount = row[kind];
  return 'nano' in amount ? null : amount.because;
}

function valuesOf(ticker: string, row: FundRow, fetchedAtMs: number): FundValue[] {
  return (['aum', 'nav'] as const).flatMap((kind) => {
    const amount = row[kind];
    if (!('nano' in amount)) return [];
    const { nano: value, currency } = amount;
    return [{ ticker, kind, value, currency, asOfMs: row.dateMs ?? fetchedAtMs, fetchedAtMs, source: NAME }];
  });
}
