// The public sources on loopback say what the venue's truth is, in the shapes of the real ones.

import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { decimal, money } from '../../src/core/units.ts';
import { serveFundPages } from '../../src/exchange/fund-pages.ts';
import { dayStartMs, moscowDay } from '../../src/exchange/moscow.ts';
import { russianDate, russianNumber, russianUnits } from '../../src/exchange/russian-number.ts';
import { rub, scene } from './desk-scene.ts';
import { FRIDAY_NOON } from './venue-client.ts';

const DAY = 86_400_000;
const TODAY = moscowDay(FRIDAY_NOON);

async function pages() {
  const { exchange, clock } = scene({ liveliness: 1 });
  const served = await serveFundPages(exchange);
  return { exchange, clock, ...served, [Symbol.asyncDispose]: () => served.close() };
}
const text = async (url: string): Promise<string> => (await fetch(url)).text();
const shape = (blocks: Record<string, { columns: string[] }>) =>
  Object.fromEntries(Object.entries(blocks).map(([name, { columns }]) => [name, columns]));
const cell = (
  blocks: Record<string, { columns: string[]; data: unknown[][] }>,
  name: string,
  row: number,
  column: string,
) => blocks[name]?.data[row]?.[blocks[name].columns.indexOf(column)];

describe('the statistics page', () => {
  test('has a row per fund with the net assets at the end of yesterday and the day before', async () => {
    await using world = await pages();
    const { exchange } = world;
    const answer = await fetch(world.urls.tCapital);
    expect(answer.headers.get('content-type')).toContain('text/html');
    const html = (await answer.text()).replaceAll('&nbsp;', ' ');
    for (const [ticker, name] of [
      ['TRUR', 'Стратегия вечного портфеля в рублях'],
      ['TMOS', 'Индекс МосБиржи'],
      ['TITR', 'Российские Технологии'],
    ] as const) {
      const row = html.split('<tr>').find((each) => each.includes(`<b>${ticker}</b>`)) ?? '';
      expect(row).toContain(`«Т-Капитал ${name}»`);
      const [, last, before] = [...row.matchAll(/<td class="num">([^<]+)<\/td>/g)].map((match) => match[1]);
      const said = (day: number) => `${russianNumber(exchange.aumOf(ticker, day) ?? 0n, 2)} ₽`;
      expect([last, before]).toEqual([said(TODAY - 1), said(TODAY - 2)]);
    }
    expect(html).not.toContain('<b>TPAY</b>');
    expect(html).toContain('«Т-Капитал Пассивный доход»');
    expect(html).toContain('ЗПИФ');
  });

  test('moves on with the day of the venue', async () => {
    await using world = await pages();
    const before = await text(world.urls.tCapital);
    world.clock.set(dayStartMs(TODAY + 1) - 1);
    expect(await text(world.urls.tCapital)).toBe(before);
    world.clock.set(dayStartMs(TODAY + 1));
    expect(await text(world.urls.tCapital)).not.toBe(before);
  });
});

describe('the news feed', () => {
  const feed = async (world: { urls: { smartfeed: string } }, brand: string, cursor = '') => {
    const path = `/api/invest/smartfeed-public/v1/feed/api/brands/${encodeURIComponent(brand)}/fund-news?limit=50`;
    return JSON.parse(
      await text(`${world.urls.smartfeed}${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`),
    );
  };

  test('tells the units of each change, newest first, on two pages', async () => {
    await using world = await pages();
    for (const [brand, ticker] of [
      ['Вечный портфель', 'TRUR'],
      ['Локальные валютные облигации', 'TLCB'],
    ] as const) {
      const first = await feed(world, brand);
      const second = await feed(world, brand, first.payload.meta.cursor);
      expect(second.payload.meta.cursor).toBeNull();
      const news = [...first.payload.news, ...second.payload.news];
      const ids = news.map((item) => item.id);
      expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => b - a));
      const changes = news.filter((item) => item.additional_fields.length > 0);
      expect(changes).toHaveLength(5);
      const { exchange } = world;
      expect(changes.map((item) => item.additional_fields[3].value)).toEqual(
        changes.map((item) => russianUnits(exchange.unitsOf(ticker, dayStartMs(item.id / 10)))),
      );
      expect(changes[0].additional_fields[3].value).toBe(russianUnits(exchange.unitsOf(ticker)));
      expect(changes[0].additional_fields[0].value).toBe(russianDate(changes[0].id / 10));
    }
  });

  test('of a brand that nobody knows is empty', async () => {
    await using world = await pages();
    expect(await feed(world, 'Никто')).toEqual({
      payload: { news: [], meta: { cursor: null } },
      status: 'Ok',
    });
  });
});

describe('the exchange statistics', () => {
  const board = '/iss/engines/stock/markets/shares/boards/TQBR/securities.json?iss.meta=off';
  const navs = '/iss/engines/stock/markets/index/boards/INAV/securities';
  const recorded = (name: string) =>
    JSON.parse(readFileSync(`${import.meta.dir}/../fixtures/${name}`, 'utf8')) as Record<
      string,
      { columns: string[] }
    >;

  test('have the recorded columns', async () => {
    await using world = await pages();
    const iss = async (path: string) => JSON.parse(await text(`${world.urls.moexIss}${path}`));
    expect(shape(await iss(board))).toEqual(shape(recorded('iss_TQBR_securities.json')));
    expect(shape(await iss(`${navs}/TMOSA.json`))).toEqual(shape(recorded('iss_inav_TMOSA.json')));
    expect(shape(await iss('/iss/securities/TMOS.json'))).toEqual(shape(recorded('iss_security_TMOS.json')));
  });

  test('know the shares issued, and nothing of use about funds', async () => {
    await using world = await pages();
    const blocks = JSON.parse(await text(`${world.urls.moexIss}${board}&securities=SBER`));
    expect(blocks.securities.data).toHaveLength(1);
    expect(cell(blocks, 'securities', 0, 'ISSUESIZE')).toBe(21_586_948_000);
    const sber = world.exchange.instrument('SBER');
    const price = decimal(money(world.exchange.market.last(sber, FRIDAY_NOON)?.price ?? 0n));
    expect(cell(blocks, 'marketdata', 0, 'LAST')).toBe(Number(price));
    const all = JSON.parse(await text(`${world.urls.moexIss}${board}`));
    const at = (column: string) => all.securities.columns.indexOf(column);
    const sizes = all.securities.data
      .filter((row: unknown[]) => row[at('SECTYPE')] === 'J')
      .map((row: unknown[]) => row[at('ISSUESIZE')]);
    expect(sizes).toHaveLength(11);
    for (const size of sizes) expect([null, 0, 10_000_000_000]).toContain(size);
  });

  test('show the indicative NAV of now and of the last close', async () => {
    await using world = await pages();
    const blocks = JSON.parse(await text(`${world.urls.moexIss}${navs}/TMOSA.json`));
    const nav = (atMs: number) => Number(decimal(money(world.exchange.navOf('TMOS', atMs) ?? 0n)));
    expect(cell(blocks, 'marketdata', 0, 'CURRENTVALUE')).toBeCloseTo(nav(FRIDAY_NOON), 3);
    expect(cell(blocks, 'marketdata', 0, 'LASTVALUE')).toBeCloseTo(nav(dayStartMs(TODAY) - 1), 3);
    expect(cell(blocks, 'marketdata', 0, 'UPDATETIME')).toBe('13:00:00');
    const all = JSON.parse(await text(`${world.urls.moexIss}${navs}.json`));
    expect(all.securities.data).toHaveLength(11);
  });

  test('of a paper that nobody knows are empty', async () => {
    await using world = await pages();
    const blocks = JSON.parse(await text(`${world.urls.moexIss}/iss/securities/NOPE.json`));
    expect([blocks.description.data, blocks.boards.data]).toEqual([[], []]);
  });
});

test('the rates are windows-1251 with decimal commas, dated by the venue', async () => {
  await using world = await pages();
  const bytes = await (await fetch(world.urls.cbr)).arrayBuffer();
  const xml = new TextDecoder('windows-1251').decode(bytes);
  expect(xml).toContain('Date="20.11.2026"');
  expect(xml).toContain('<Name>Доллар США</Name><Value>84,1207</Value><VunitRate>84,1207</VunitRate>');
  expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
});

test('anything else is not found, and every source counts its requests', async () => {
  await using world = await pages();
  const { origin } = new URL(world.urls.moexIss);
  const answer = await fetch(`${origin}/iss/nothing.json`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  await text(world.urls.cbr);
  expect(world.requests).toEqual({ tCapital: 0, smartfeed: 0, moexIss: 0, cbr: 1 });
});

test.each([
  ['18204551310.47', 2, '18 204 551 310,47'],
  ['999.995', 2, '1 000,00'],
  ['999.994999999', 2, '999,99'],
  ['-1234.5', 1, '-1 234,5'],
  ['0.04', 1, '0,0'],
  ['1234567', 0, '1 234 567'],
])('%s is written as %p decimals: %s', (value, decimals, expected) => {
  expect(russianNumber(rub(value), decimals)).toBe(expected);
});

test.each([
  [1_697_240_000n, '1697,2 млн шт.'],
  [100_000_000n, '100,0 млн шт.'],
  [99_990_000n, '99 990 тыс. шт.'],
  [12_345n, '12 345 шт.'],
])('%p units are written as %s', (units, expected) => {
  expect(russianUnits(units)).toBe(expected);
});

test('a day is named in Russian', () => {
  expect([russianDate(TODAY), russianDate(Date.UTC(2026, 4, 1) / DAY)]).toEqual([
    '20 ноября 2026',
    '1 мая 2026',
  ]);
});
