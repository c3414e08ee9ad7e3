// The funds as the pages about them see them: names, units, NAV and AUM at the venue's time. One row per fund that the
// API trades in RUB. Raw bigints: nano-rubles, units.

import type { Exchange } from './exchange.ts';
import type { Instrument } from './instrument.ts';
import { moscowDay } from './moscow.ts';

export interface FundRow {
  readonly fund: Instrument;
  /** Without the trailing `@`. */
  readonly ticker: string;
  /** What the news feed calls it. */
  readonly brand: string;
  /** What the statistics page calls it. */
  readonly pageName: string;
  readonly units: bigint;
  /** At the end of yesterday. */
  readonly nav: bigint;
  /** At the end of yesterday and of the day before. */
  readonly aum: bigint;
  readonly aumBefore: bigint;
  /** Now: the indicative one. */
  readonly navNow: bigint;
}

/** Where the statistics page says something else than the brand. */
const PAGE_NAMES: ReadonlyMap<string, string> = new Map([
  ['TRUR', 'Стратегия вечного портфеля в рублях'],
  ['TMOS', 'Индекс МосБиржи'],
  ['TBRU', 'Облигации'],
  ['TOFZ', 'ОФЗ'],
]);

/** @param nowMs the venue's time; the day before it is the last one that is closed */
export function fundRows(exchange: Exchange, nowMs: number): readonly FundRow[] {
  const { funds, market } = exchange;
  const yesterday = moscowDay(nowMs) - 1;
  return market
    .all()
    .filter((each) => each.kind === 'etf' && each.apiTradable && each.quoted && each.currency === 'rub')
    .map((fund) => {
      const ticker = fund.ticker.replace('@', '');
      const aum = funds.aumOf(fund, yesterday) ?? 0n;
      return {
        fund,
        ticker,
        brand: fund.name,
        pageName: PAGE_NAMES.get(ticker) ?? fund.name,
        units: funds.unitsAt(fund, nowMs),
        nav: aum / funds.unitsOn(fund, yesterday),
        aum,
        aumBefore: funds.aumOf(fund, yesterday - 1) ?? 0n,
        navNow: funds.navAt(fund, nowMs) ?? 0n,
      };
    });
}
