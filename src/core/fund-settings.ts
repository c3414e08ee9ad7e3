// What can be set about fund data: `fund_data` and `aum_cache` of the configuration, in our units.

/** In `sources` their order is the order of preference. `cbr` is none: it only gives exchange rates. */
export type FundSourceName = 't_invest' | 'smartfeed' | 't_capital' | 'moex_iss' | 'files';

/** What the sources call a fund. */
export interface FundName {
  /** Brand in the news feed. */
  readonly feed?: string;
  /** Name on the statistics page, without what stands before it ("БПИФ … Т-Капитал"). */
  readonly page?: string;
  /** Code of its indicative NAV on the index board. */
  readonly navCode?: string;
}

export interface FundSettings {
  readonly sources: readonly FundSourceName[];
  /** Other addresses; `null`: the source's own. A host alone is given the usual path. */
  readonly urls: {
    readonly tCapital: string | null;
    readonly smartfeed: string | null;
    readonly moexIss: string | null;
    readonly cbr: string | null;
  };
  readonly metricsDir: string;
  /** In addition to the known ones, per ticker. */
  readonly names: ReadonlyMap<string, FundName>;
  readonly cacheEnabled: boolean;
  readonly ttlMs: number;
  /** Deadline of one request. */
  readonly timeoutMs: number;
  /** To one host. */
  readonly requestsPerSecond: number;
  /** A source that failed is not asked again for this long. */
  readonly leaveAloneMs: number;
  readonly maxAgeDays: number;
  /** Market cap over AUM, both ends allowed. */
  readonly ratioMin: number;
  readonly ratioMax: number;
  readonly maxDayJumpPercent: number;
  readonly maxDisagreementPercent: number;
}
