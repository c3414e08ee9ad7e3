// What all accounts and tokens of a process share about fund data: the way to public pages with its memory of failures, the
// values, and one pass at a time. Requires: made once per process.
// Guarantees: only what passes its checks is kept; why the rest is missing is remembered; passes never overlap.

import type { FundName, FundSettings } from '../core/fund-settings.ts';
import type { Clock, FundQuestion, FundValue } from '../ports.ts';
import { CBR, rateValues, readRates } from './cbr.ts';
import { told } from './explain.ts';
import { createFundCache, type FundCache, type FundLog, type FundValueStore } from './fund-cache.ts';
import { fundNames } from './fund-names.ts';
import { type Busy, createHttpClient, type HttpClient } from './http-client.ts';
import { createMetricsFiles } from './metrics-files.ts';
import { createMoexBoards, type MoexBoards } from './moex-iss.ts';
import { createSmartfeed } from './smartfeed.ts';
import type { FundSource, SourceKind, SourceReply } from './source.ts';
import { documentAddress } from './source-address.ts';
import { createTCapital } from './t-capital.ts';
import { whyRefused } from './value-check.ts';

export interface FundSourcesOptions {
  readonly settings: FundSettings;
  readonly clock: Clock;
  readonly log: FundLog;
  /** `null`: nothing is remembered beyond this process. */
  readonly store: FundValueStore | null;
  /** `busy` of a virtual clock: it stands still during a request. */
  readonly busy?: Busy;
}

/** Once per process. */
export const createFundSources = (options: FundSourcesOptions): FundSources => new FundSources(options);

const CBR_HOST = 'https://www.cbr.ru';
const CBR_PATH = '/scripts/XML_daily.asp';

export class FundSources {
  readonly settings: FundSettings;
  readonly clock: Clock;
  readonly log: FundLog;
  readonly names: ReadonlyMap<string, FundName>;
  readonly cache: FundCache;
  readonly boards: MoexBoards;
  /** Sources that need no token. */
  readonly open: readonly FundSource[];
  private readonly http: HttpClient;
  private readonly reasons = new Map<string, string>();
  private readonly doubted = new Set<string>();
  /** Tickers whose kept units and AUM do not go together. */
  private readonly refuted = new Set<string>();
  private readonly asked = new Map<string, number>();
  private whyNoRates: string | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor({ settings, clock, log, store, busy }: FundSourcesOptions) {
    this.settings = settings;
    this.clock = clock;
    this.log = log;
    this.names = fundNames(settings.names);
    this.http = createHttpClient({ ...settings, clock, ...(busy === undefined ? {} : { busy }) });
    this.cache = createFundCache(settings.cacheEnabled ? store : null, clock.now(), log);
    const keepMs = settings.cacheEnabled ? settings.leaveAloneMs : 0;
    const shared = { http: this.http, clock, settings, names: this.names, keepMs };
    this.boards = createMoexBoards(shared);
    this.open = [
      createSmartfeed(shared),
      createTCapital(shared),
      createMetricsFiles(settings.metricsDir, clock),
    ];
  }

  /** Asks these sources once, all at the same time. */
  async ask(
    sources: readonly FundSource[],
    questions: readonly FundQuestion[],
    kinds: ReadonlySet<SourceKind>,
  ): Promise<void> {
    if (sources.some(({ local }) => !local))
      for (const { ticker } of questions)
        for (const kind of kinds) this.asked.set(`${ticker} ${kind}`, this.clock.now());
    const replies = await Promise.all(
      sources.map(async (source) => ({ source, reply: await source.values(questions, kinds) })),
    );
    for (const { source, reply } of replies) this.take(source.name, reply);
  }

  /** Asks for the exchange rates. */
  async askRates(): Promise<void> {
    this.asked.set(`${CBR} price`, this.clock.now());
    const url = documentAddress(this.settings.urls.cbr ?? CBR_HOST, CBR_PATH);
    const page = await this.http.get({ source: CBR, url, wants: 'rates' });
    if (page.kind === 'no_data') {
      this.whyNoRates = page.because;
      return;
    }
    const rates = readRates(page.text);
    this.whyNoRates = rates.kind === 'no_data' ? rates.because : null;
    if (rates.kind === 'no_data') this.http.distrust(CBR, rates.because);
    else this.take(CBR, { values: rateValues(rates, page.fetchedAtMs), missing: [] });
  }

  /** Why a source has no value; `null` where it was not asked or gave one. */
  reason(ticker: string, kind: SourceKind, source: string): string | null {
    return this.reasons.get(`${ticker} ${kind} ${source}`) ?? null;
  }

  /** Its newest answer was refused, so its last good value is in doubt, too. */
  inDoubt(ticker: string, kind: SourceKind, source: string): boolean {
    return this.doubted.has(`${ticker} ${kind} ${source}`);
  }

  /** Whether units and AUM of a ticker go together: what later values are compared with has to have stood that test. */
  noteRatio(ticker: string, refuted: boolean): void {
    if (refuted) this.refuted.add(ticker);
    else this.refuted.delete(ticker);
  }

  /** Why there is no rate for a currency. */
  ratesReason(currency: string): string {
    if (this.whyNoRates !== null) return this.whyNoRates;
    const asked = this.askedAtMs(CBR, 'price') > Number.NEGATIVE_INFINITY;
    return asked ? `the central bank's list has none for ${currency}` : 'the central bank was not asked';
  }

  /** When a datum was last asked for; -Infinity where it never was. */
  askedAtMs(ticker: string, kind: string): number {
    return this.asked.get(`${ticker} ${kind}`) ?? Number.NEGATIVE_INFINITY;
  }

  /** One after the other, first come first served. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.last.then(work);
    this.last = next.catch(() => {});
    return next;
  }

  private take(source: string, { values, missing }: SourceReply): void {
    for (const { ticker, kind, because } of missing) this.reasons.set(`${ticker} ${kind} ${source}`, because);
    this.cache.keep(values.filter((value) => this.passes(value)));
  }

  private passes(value: FundValue): boolean {
    const { ticker, kind, source } = value;
    // A correction of a wrong number is no jump: the ratio will tell.
    const lastGood = this.refuted.has(ticker) ? null : this.cache.newestOf(ticker, kind, source);
    const because = whyRefused(value, lastGood, this.settings, this.clock.now());
    const key = `${ticker} ${kind} ${source}`;
    if (because === null) {
      this.reasons.delete(key);
      this.doubted.delete(key);
      return true;
    }
    this.doubted.add(key);
    this.reasons.set(key, `${told(kind, value)}, ${because}`);
    if (source === CBR) this.whyNoRates = `${told(kind, value)}, ${because}`;
    return false;
  }
}
