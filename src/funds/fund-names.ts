// What the sources call each fund: brand in the news feed, name on the statistics page. Data, as of 2026; `fund_data.names`
// adds to it and outranks it. Names are compared whole, so a name that is part of another one does no harm.

import type { FundName } from '../core/fund-settings.ts';

const KNOWN: Readonly<Record<string, FundName>> = {
  TRUR: { feed: 'Вечный портфель', page: 'Стратегия вечного портфеля в рублях' },
  TMOS: { feed: 'Крупнейшие компании РФ', page: 'Индекс МосБиржи' },
  TGLD: { feed: 'Золото', page: 'Золото' },
  TMON: { feed: 'Денежный рынок', page: 'Денежный рынок' },
  TBRU: { feed: 'Российские облигации', page: 'Облигации' },
  TPAY: { feed: 'Пассивный доход', page: 'Пассивный доход' },
  TDIV: { feed: 'Дивидендные акции', page: 'Дивидендные акции' },
  TLCB: { feed: 'Локальные валютные облигации', page: 'Локальные валютные облигации' },
  TOFZ: { feed: 'Государственные облигации', page: 'ОФЗ' },
  TRND: { feed: 'Трендовые акции', page: 'Трендовые акции' },
  TITR: { feed: 'Российские Технологии', page: 'Российские Технологии' },
};

/** Every fund with a name, by ticker. */
export function fundNames(added: ReadonlyMap<string, FundName>): ReadonlyMap<string, FundName> {
  const names = new Map(Object.entries(KNOWN));
  for (const [ticker, name] of added) names.set(ticker, { ...names.get(ticker), ...name });
  return names;
}
