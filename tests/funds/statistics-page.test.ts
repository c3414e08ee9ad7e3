// T-Capital's page: the recorded shape, and pages that are like it and unlike it in ways that must cost a number, not bend one.

import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { decimal, money, parseNano } from '../../src/core/units.ts';
import { fundNames } from '../../src/funds/fund-names.ts';
import { fundRows, readStatistics } from '../../src/funds/statistics-page.ts';
import expected from '../fixtures/tcapital_statistics.expected.json';

const PAGE = readFileSync('tests/fixtures/tcapital_statistics.html', 'utf8');
const NAMES = new Map<string, string | null>([
  ...[...fundNames(new Map())].map(([ticker, { page }]) => [ticker, page ?? null] as const),
  ['TUSD', null],
  ['TEUR', null],
]);

/** AUM and currency per ticker; a reason where the row gives none. */
function aums(html: string): Record<string, string> {
  const statistics = readStatistics(html);
  if (statistics.kind === 'no_data') return { _: statistics.because };
  return Object.fromEntries(
    [...fundRows(statistics, NAMES)].map(([ticker, { aum }]) => [
      ticker,
      'nano' in aum ? `${decimal(money(aum.nano))} ${aum.currency}` : aum.because,
    ]),
  );
}

const table = (...rows: readonly string[]): string =>
  `<html><body><table>${rows.join('')}</table></body></html>`;
const head = (...cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<th>${cell}</th>`).join('')}</tr>`;
const row = (...cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
const TRUR = 'TRUR БПИФ «Т-Капитал Стратегия вечного портфеля в рублях»';
const GOLD = 'БПИФ рыночных финансовых инструментов «Т-Капитал Золото»';
const LAST = 'СЧА за последний день';

describe('the recorded page', () => {
  test('gives what its readers see', () => {
    const { _note, TITR, ...known } = expected;
    const read = aums(PAGE);
    for (const [ticker, each] of Object.entries(known))
      expect(read[ticker]).toBe(`${decimal(money(parseNano(each.amount)))} ${each.currency}`);
    expect(TITR).toBeNull();
    expect(read.TITR).toBe('"СЧА за последний день" is "—", which is no amount');
    expect(Object.keys(read).sort()).toEqual([...Object.keys(known), 'TITR'].sort());
  });

  test('gives the worth of a unit, in the currency of its fund', () => {
    const statistics = readStatistics(PAGE);
    if (statistics.kind === 'no_data') throw new Error(statistics.because);
    const rows = fundRows(statistics, NAMES);
    expect(rows.get('TRUR')?.nav).toEqual({ nano: parseNano('10.7312'), currency: 'RUB' });
    expect(rows.get('TUSD')?.nav).toEqual({ nano: parseNano('0.0731'), currency: 'USD' });
    expect(rows.get('TRUR')?.dateMs).toBeNull();
  });
});

describe('a header', () => {
  test.each([
    ['СЧА'],
    ['СЧА, руб.'],
    ['Стоимость чистых активов'],
    ['Стоимость чистых активов на 20.11.2026'],
    ['СЧА на последнюю дату'],
    ['сча\u00a0за\u00a0последний рабочий\u00a0день'],
  ])('%p is the AUM', (header) => {
    expect(aums(table(head('Фонд', header), row(TRUR, '18 204 551 310,47')))).toEqual({
      TRUR: '18204551310.47 RUB',
    });
  });

  test.each([
    ['СЧА за предыдущий день'],
    ['Изменение СЧА'],
    ['СЧА на пай'],
    ['Стоимость чистых активов на один пай'],
    ['Прирост СЧА, %'],
    ['Средняя СЧА'],
    ['Активы'],
    ['счастье'],
    ['Объем'],
  ])('%p is not', (header) => {
    expect(aums(table(head('Фонд', header), row(TRUR, '18 204 551 310,47')))._).toContain(
      'no table with one column',
    );
  });

  test('with a date dates the number', () => {
    const read = readStatistics(table(head('Фонд', 'СЧА на 20.11.2026'), row(TRUR, '5 000 000')));
    if (read.kind === 'no_data') throw new Error(read.because);
    expect(fundRows(read, NAMES).get('TRUR')?.dateMs).toBe(Date.parse('2026-11-20'));
  });

  test('dated twice: the newest column counts, in whichever order', () => {
    for (const [a, b, own] of [
      ['19.11.2026', '20.11.2026', '222.00 RUB'],
      ['20.11.2026', '19.11.2026', '111.00 RUB'],
    ] as const)
      expect(aums(table(head('Фонд', `СЧА на ${a}`, `СЧА на ${b}`), row(TRUR, '111', '222')))).toEqual({
        TRUR: own,
      });
  });

  test.each([
    ['СЧА за последний рабочий день', '222.00 RUB'],
    ['СЧА на последнюю дату', '222.00 RUB'],
    ['СЧА за последний месяц', '111.00 RUB'],
    ['Доля в СЧА', '111.00 RUB'],
    ['Δ СЧА за последний день', '111.00 RUB'],
    ['Вознаграждение от СЧА', '111.00 RUB'],
    ['СЧА на конец 2025 года', '111.00 RUB'],
  ])('%p beside «СЧА»: the AUM is %s', (other, own) => {
    expect(aums(table(head('Фонд', 'СЧА', other), row(TRUR, '111', '222')))).toEqual({ TRUR: own });
  });

  test('that two columns share means neither', () => {
    expect(aums(table(head('Фонд', 'СЧА', 'СЧА'), row(TRUR, '111', '222')))._).toContain(
      'no table with one column',
    );
    expect(aums(table(head('Фонд', LAST, LAST), row(TRUR, '111', '222')))._).toContain(
      'no table with one column',
    );
  });

  test('says what its numbers count', () => {
    expect(aums(table(head('Фонд', `${LAST}, млн ₽`), row(TRUR, '18 204,55')))).toEqual({
      TRUR: '18204550000.00 RUB',
    });
    expect(aums(table(head('Фонд', 'СЧА, $'), row(TRUR, '4 120 334,18')))).toEqual({
      TRUR: '4120334.18 USD',
    });
    expect(aums(table(head('Фонд', LAST), row('', '(млн руб.)'), row(TRUR, '18 204,55')))).toEqual({
      TRUR: '18204550000.00 RUB',
    });
    const caption = (text: string) =>
      table(`<caption>${text}</caption>`, head('Фонд', LAST), row(TRUR, '18 204,55'));
    expect(aums(caption('Показатели фондов, млн ₽'))).toEqual({ TRUR: '18204550000.00 RUB' });
    expect(aums(caption('Всего 500 млрд ₽'))).toEqual({ TRUR: '18204.55 RUB' });
  });

  test('over currencies says which money each row is in', () => {
    const page = (currency: string, aum: string, header = 'СЧА') =>
      aums(table(head('Фонд', 'Валюта', header), row(TRUR, currency, aum))).TRUR;
    expect(page('USD', '4 120 334,18')).toBe('4120334.18 USD');
    expect(page('Доллар США', '4 120 334,18')).toBe('4120334.18 USD');
    expect(page('руб.', '4 120 334,18')).toBe('4120334.18 RUB');
    expect(page('USD', '4 120 334,18 ₽')).toBe('4120334.18 RUB');
    expect(page('USD', '4 120 334,18', 'СЧА, ₽')).toBe('4120334.18 RUB');
    for (const other of ['CNY', '', '—'])
      expect(page(other, '4 120 334,18')).toContain('no currency known here');
  });

  test('over dates dates its rows, and the newest day of a fund counts', () => {
    const dated = (...rows: (readonly [string, string])[]) => {
      const page = table(head('Дата', 'Фонд', 'СЧА'), ...rows.map(([day, aum]) => row(day, TRUR, aum)));
      const read = readStatistics(page);
      if (read.kind === 'no_data') throw new Error(read.because);
      return fundRows(read, NAMES).get('TRUR')!;
    };
    expect(dated(['01.02.2025', '111']).dateMs).toBe(Date.parse('2025-02-01'));
    for (const rows of [
      [['19.11.2026', '111'] as const, ['20.11.2026', '222'] as const],
      [['20.11.2026', '222'] as const, ['19.11.2026', '111'] as const],
    ])
      expect(dated(...rows)).toMatchObject({
        aum: { nano: parseNano('222') },
        dateMs: Date.parse('2026-11-20'),
      });
    expect(dated(['вчера', '111']).aum).toMatchObject({
      because: '"Дата" is "вчера", which is no date known here',
    });
    const founded = table(head('Фонд', 'Дата формирования', 'СЧА'), row(TRUR, '01.02.2020', '111'));
    expect(aums(founded)).toEqual({ TRUR: '111.00 RUB' });
  });

  test.each([
    ['<p>Данные на 18.11.2026</p>', '2026-11-18'],
    ['<h2>Фонды</h2><p>Показатели по состоянию на 18 ноября 2026 года</p>', '2026-11-18'],
    ['<p>Данные за 18.11.26</p><p>Все суммы указаны без комиссий</p>', '2026-11-18'],
    ['<p>Правила фонда от 18.11.2026</p>', null],
    ['<p>Данные на 18.11.2026</p><table><tr><td>Документы</td></tr></table>', null],
    ['<p hidden>Данные на 18.11.2026</p>', null],
  ])('under %p is of %p', (before, day) => {
    for (const page of [
      `${before}<table>${head('Фонд', LAST)}${row(TRUR, '111')}</table>`,
      `${before}<div><div><table>${head('Фонд', LAST)}${row(TRUR, '111')}</table></div></div>`,
    ]) {
      const read = readStatistics(`<html><body>${page}</body></html>`);
      if (read.kind === 'no_data') throw new Error(read.because);
      expect(fundRows(read, NAMES).get('TRUR')?.dateMs).toBe(day === null ? null : Date.parse(day));
    }
  });

  test('may stand in the body, without th or thead', () => {
    expect(
      aums(table('<tbody>', row('Фонд', 'Пай', LAST), row(TRUR, '10,7312', '5 000 000'), '</tbody>')),
    ).toEqual({
      TRUR: '5000000.00 RUB',
    });
  });

  test('of two rows is read from both', () => {
    const upper = '<tr><th rowspan="2">Фонд</th><th colspan="2">СЧА</th></tr>';
    expect(
      aums(table(upper, head('за последний день', 'за предыдущий день'), row(TRUR, '111', '222'))),
    ).toEqual({
      TRUR: '111.00 RUB',
    });
    const plain = '<tr><td rowspan="2">Фонд</td><td colspan="2">СЧА</td></tr>';
    expect(
      aums(table(plain, row('за предыдущий день', 'за последний день'), row(TRUR, '111', '222'))),
    ).toEqual({
      TRUR: '222.00 RUB',
    });
  });

  test('that comes again, with other columns, counts for what is below it', () => {
    const page = table(
      head('Фонд', LAST, 'Пай'),
      row(TRUR, '111', '10,5'),
      head('Фонд', 'Пай', LAST),
      row(GOLD, '15,5', '333'),
    );
    expect(aums(page)).toEqual({ TRUR: '111.00 RUB', TGLD: '333.00 RUB' });
  });

  test('inside a script, a comment or a hidden part is not there', () => {
    const inner = `<table>${head('Фонд', LAST)}${row(TRUR, '666')}</table>`;
    for (const page of [
      `<script>document.write('${inner}')</script>`,
      `<script>var t = "${inner}"</script><!-- ${inner} -->`,
      `<template>${inner}</template>`,
      `<noscript>${inner}</noscript>`,
      `<div hidden>${inner}</div>`,
      `<div style="display: none">${inner}</div>`,
    ])
      expect(aums(`<html><body>${page}<div id="root"></div></body></html>`)._).toContain('no table at all');
  });
});

describe('a table', () => {
  test('with the last day outranks one with a bare AUM', () => {
    expect(
      aums(table(head('Фонд', 'СЧА'), row(TRUR, '111')) + table(head('Фонд', LAST), row(TRUR, '222'))),
    ).toEqual({
      TRUR: '222.00 RUB',
    });
  });

  test('inside a cell of another one is read by itself, and is no part of that cell', () => {
    const inner = `<table>${head('Фонд', LAST)}${row(TRUR, '111')}</table>`;
    expect(aums(table(row('меню', inner)))).toEqual({ TRUR: '111.00 RUB' });
    expect(aums(table(head('Фонд', LAST), row(TRUR, `<table>${row('5 000')}</table>`))).TRUR).toContain(
      'is no amount',
    );
  });

  test('without closing tags is read all the same', () => {
    expect(
      aums(`<table><tr><th>Фонд<th>${LAST}<tr><td>${TRUR}<td>111<tr><td>${GOLD}<td>222</table>`),
    ).toEqual({
      TRUR: '111.00 RUB',
      TGLD: '222.00 RUB',
    });
  });

  test('laid out with spans keeps its columns', () => {
    const page = table(
      head('Вид', 'Фонд', 'Пай', LAST),
      `<tr><td rowspan="2">БПИФ</td><td>${TRUR}</td><td>10,5</td><td>111</td></tr>`,
      `<tr><td colspan="2">TGLD</td><td>222</td></tr>`,
    );
    expect(aums(page)).toEqual({ TRUR: '111.00 RUB', TGLD: '222.00 RUB' });
  });

  test('whose number covers several places gives none', () => {
    const page = table(
      head('Фонд', LAST),
      `<tr><td>${TRUR}</td><td rowspan="2">111</td></tr>`,
      `<tr><td>TGLD</td></tr>`,
    );
    expect(aums(page).TRUR).toContain('covers several places');
    expect(aums(page).TGLD).toContain('covers several places');
  });

  test('made to exhaust the reader is refused', () => {
    expect(aums('<div>'.repeat(300_000))._).toContain('nested beyond reason');
    const wide = `<td colspan="9999" rowspan="9999">x</td>`.repeat(3000);
    expect(aums(table(head('Фонд', LAST), '<tr>', wide, '</tr>', row(TRUR, '111')))).not.toHaveProperty(
      'TRUR',
    );
    expect(aums(table('<tr><td rowspan=9999 colspan=9999>'.repeat(5000)))._).toContain(
      'no table with one column',
    );
    expect(aums('<table>'.repeat(300))._).toContain('in the middle of a table');
  });

  test('that is cut off costs the page, because its last number may be half of one', () => {
    const whole = table(head('Фонд', LAST), row(GOLD, '222'), row(TRUR, '18 204 551 310'));
    for (const end of [' 310</td>', ' 551', '</tr></table>', '</table>'])
      expect(aums(whole.slice(0, whole.indexOf(end)))._).toContain('in the middle of a table');
    expect(aums(whole.slice(0, whole.indexOf('</body>'))).TRUR).toBe('18204551310.00 RUB');
  });
});

describe('a row', () => {
  test('is found by a ticker in any column', () => {
    expect(
      aums(
        table(head('Название', LAST, 'Тикер'), row('Вечный', '111', 'TRUR'), row('Золотой', '222', 'TGLD@')),
      ),
    ).toEqual({
      TRUR: '111.00 RUB',
      TGLD: '222.00 RUB',
    });
  });

  test("is found by the fund's whole name only", () => {
    const page = table(
      head('Фонд', LAST),
      row('БПИФ «Т-Капитал Локальные валютные облигации»', '111'),
      row('БПИФ «Т-Капитал Облигации Плюс»', '222'),
    );
    expect(aums(page)).toEqual({ TLCB: '111.00 RUB' });
  });

  test('is not found by the class of assets in another column', () => {
    const page = table(
      head('Фонд', 'Класс', LAST),
      row('БПИФ «Т-Капитал Новый фонд»', 'Облигации', '111'),
      row(TRUR, 'Золото', '222'),
    );
    expect(aums(page)).toEqual({ TRUR: '222.00 RUB' });
  });

  test('is not found by a class of assets that stands before the name', () => {
    const page = table(
      head('Класс активов', 'Фонд', 'Тикер', LAST),
      row('Облигации', 'Локальные валютные облигации', '', '111'),
      row('Облигации', 'Новый фонд', '', '222'),
      row('Облигации', 'Золото', 'TGLD', '333'),
    );
    expect(aums(page)).toEqual({ TLCB: '111.00 RUB', TGLD: '333.00 RUB' });
  });

  test('about two funds, or about one by ticker and another by name, is about none', () => {
    const page = table(
      head('Фонд', LAST),
      row('TRUR и TGLD', '111'),
      row(`TMOS ${GOLD}`, '222'),
      row(`TXXX ${GOLD}`, '333'),
    );
    expect(aums(page)).toEqual({});
  });

  test('of a closed fund is out, wherever it stands', () => {
    const page = table(
      head('Фонд', LAST),
      row('ЗПИФ недвижимости «Т-Капитал Золото»', '999'),
      row('ОПИФ «Т-Капитал Золото»', '888'),
      row('Открытый паевой инвестиционный фонд «Т-Капитал Золото»', '777'),
      row(GOLD, '111'),
    );
    expect(aums(page)).toEqual({ TGLD: '111.00 RUB' });
    for (const state of ['Прекращён', 'Расформирован', 'Ликвидирован'])
      expect(aums(table(head('Фонд', 'Статус', LAST), row(GOLD, state, '999')))).toEqual({});
    const section = table(
      head('Фонд', LAST),
      '<tr><td colspan="2">Закрытые фонды</td></tr>',
      row('«Т-Капитал Золото»', '999'),
      row('', ''),
      row('TRUR', '888'),
      '<tr><td colspan="2">Биржевые фонды</td></tr>',
      row(GOLD, '111'),
    );
    expect(aums(section)).toEqual({ TGLD: '111.00 RUB' });
  });

  test('keeps a cell that was not closed apart from the next', () => {
    expect(aums(table(head('Фонд', LAST), `<tr><td>${TRUR}</td><td>1<th>8 204</th></tr>`)).TRUR).toContain(
      'no amount',
    );
  });

  test('told twice counts where both say the same, and not otherwise', () => {
    expect(aums(table(head('Фонд', LAST), row(TRUR, '111 ₽'), row(TRUR, '111,00')))).toEqual({
      TRUR: '111.00 RUB',
    });
    for (const other of ['222', '—', '$ 111'])
      expect(aums(table(head('Фонд', LAST), row(TRUR, '111'), row(TRUR, other))).TRUR).toContain('twice');
  });

  test.each([
    '—',
    '-',
    '',
    '&nbsp;',
    'н/д',
    '0',
    '-5 000 ₽',
    '18 204<br>310 220',
    '18 204<sup>1</sup>',
    '<p>1</p><p>2</p>',
    '111 (20.11.2026)',
    '5 %',
  ])('with %p has no AUM, and the reason quotes it', (cell) => {
    expect(aums(table(head('Фонд', LAST), row(TRUR, cell))).TRUR).toMatch(
      /^"СЧА за последний день" is ".*", which is no amount$/,
    );
  });

  test('too short for its column has none', () => {
    expect(aums(table(head('Фонд', 'Пай', LAST), row(TRUR, '10,5'))).TRUR).toContain('no cell under');
  });

  test('reads spaces of every width and markup inside the number', () => {
    const page = table(
      head('Фонд', LAST),
      row(TRUR, '18&nbsp;204&thinsp;551&#8239;310,47 <span>₽</span>'),
      row(GOLD, '<b>13 870</b> <i>400</i>'),
    );
    expect(aums(page)).toEqual({ TRUR: '18204551310.47 RUB', TGLD: '13870400.00 RUB' });
  });
});
