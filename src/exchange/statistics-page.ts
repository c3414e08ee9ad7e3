// The management company's statistics page: a table of funds with their net assets of the last day, among other markup.
// As the real one is believed to be: numbers in two fashions, one row without its ticker, closed funds in between.

import type { FundRow } from './fund-rows.ts';
import { russianNumber } from './russian-number.ts';

/** The row of this fund has only its name. */
const NAMELESS = 'TPAY';
/** This fund's amounts are written with commas between thousands. */
const ENGLISH = 'TMON';

const money = (ticker: string, nano: bigint): string => {
  const text = russianNumber(nano, 2);
  return ticker === ENGLISH
    ? `${text.replaceAll(' ', '_').replace(',', '.').replaceAll('_', ',')} RUB`
    : `${text.replaceAll(' ', '&nbsp;')} ₽`;
};

const row = ({ ticker, pageName, nav, aum, aumBefore }: FundRow): string => `        <tr>
          <td>${ticker === NAMELESS ? '' : `<b>${ticker}</b> `}<a href="/funds/${ticker.toLowerCase()}/">БПИФ рыночных финансовых инструментов «Т-Капитал ${pageName}»</a></td>
          <td class="num">${russianNumber(nav, 4)}</td>
          <td class="num">${money(ticker, aum)}</td>
          <td class="num">${money(ticker, aumBefore)}</td>
        </tr>`;

export const statisticsPage = (rows: readonly FundRow[]): string => `<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><title>Статистика — Т-Капитал</title>
<script>var x = "<table><tr><th>СЧА</th></tr></table>";</script></head>
<body>
<table class="menu"><tr><th>Раздел</th></tr><tr><td>Документы</td></tr></table>
<table class="statistics">
  <thead><tr><th>Название фонда</th><th>Стоимость пая</th><th>СЧА за последний день</th><th>СЧА за предыдущий день</th></tr></thead>
  <tbody>
${rows.map(row).join('\n')}
        <tr>
          <td><a href="/funds/meters/">ЗПИФ недвижимости «Т-Капитал Квадратные метры»</a></td>
          <td class="num">1 042,11</td>
          <td class="num">9 118 772 004,66 ₽</td>
          <td class="num">9 118 772 004,66 ₽</td>
        </tr>
  </tbody>
</table>
</body></html>
`;
