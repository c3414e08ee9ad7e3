// What feeds, boards and rates answer: the recorded shapes, and answers that have changed or were cut.

import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { NANO, parseNano } from '../../src/core/units.ts';
import { readRates } from '../../src/funds/cbr.ts';
import { nanoOf } from '../../src/funds/exact-json.ts';
import { readFeedPage } from '../../src/funds/feed-reply.ts';
import { readIssBoard } from '../../src/funds/iss-reply.ts';
import { wrongKind } from '../../src/funds/reply-kind.ts';
import { addressUnder, documentAddress } from '../../src/funds/source-address.ts';

const fixture = (name: string): string => readFileSync(`tests/fixtures/${name}`, 'utf8');
const DAY = (text: string): number => Date.parse(text);

const field = (name: string, value: unknown) => ({ name, value });
const feed = (news: unknown, cursor: unknown = null): string =>
  JSON.stringify({ payload: { news, meta: { cursor } } });
const item = (...fields: unknown[]) => ({ id: 1, additional_fields: fields });
const total = (value: unknown) => field('Всего паев', value);

describe('a page of the feed', () => {
  test('gives the newest total with its date', () => {
    expect(readFeedPage(fixture('smartfeed_TRUR_page1.json'))).toEqual({
      kind: 'feed',
      units: 1_697_200_000n * NANO,
      asOfMs: DAY('2026-11-19'),
      cursor: 'eyJpZCI6MTkwMjc3LCJ0IjoxNzYzMzk1MjAwfQ==',
    });
    expect(readFeedPage(fixture('smartfeed_TRUR_page2.json'))).toMatchObject({
      units: 1_694_700_000n * NANO,
      asOfMs: null,
    });
    expect(readFeedPage(fixture('smartfeed_empty.json'))).toMatchObject({ units: null, cursor: null });
  });

  test('passes over items without a total, but not over a total that cannot be read', () => {
    const older = item(total('5 млн шт.'));
    expect(readFeedPage(feed([item(field('Выдано паев', '1 млн шт.')), older]))).toMatchObject({
      units: 5_000_000n * NANO,
    });
    expect(readFeedPage(feed([item(total('—')), older]))).toMatchObject({ units: { kind: 'no_data' } });
    expect(readFeedPage(feed([item(total(5_000_000)), older]))).toMatchObject({ units: 5_000_000n * NANO });
  });

  test('dates an undated total by what is newer than it', () => {
    const news = [item(field('Дата выдачи паев', '3 ноября 2026')), item(total('5 млн'))];
    expect(readFeedPage(feed(news))).toMatchObject({ asOfMs: DAY('2026-11-03') });
    expect(readFeedPage(feed([{ ...item(total('5 млн')), date: '2026-11-04T10:00:00Z' }]))).toMatchObject({
      asOfMs: DAY('2026-11-04T10:00:00Z'),
    });
  });

  test('with two totals in one item needs them to agree', () => {
    expect(
      readFeedPage(feed([item(total('5 млн'), field('Общее количество паёв', '5 000 000 шт.'))])),
    ).toMatchObject({
      units: 5_000_000n * NANO,
    });
    expect(readFeedPage(feed([item(total('5 млн'), total('6 млн'))]))).toMatchObject({
      units: { kind: 'no_data' },
    });
  });

  test.each([
    '{}',
    '[]',
    'null',
    '{"payload":{}}',
    '{"payload":{"news":{}}}',
    '{"payload":{"news":[]}}',
    feed([]).slice(0, -3),
    '<html>',
    '',
    '{"status":"Error","payload":{"message":"x"}}',
  ])('in another shape is no data: %p', (text) => {
    expect(readFeedPage(text)).toMatchObject({ kind: 'no_data' });
  });

  test.each([
    [[null]],
    [['x']],
    [[{ additional_fields: {} }]],
    [[{ additional_fields: [null, 'x', { name: 1 }] }]],
  ])('with strange items %p counts nothing', (news) => {
    expect(readFeedPage(feed(news))).toMatchObject({ kind: 'feed', units: null });
  });
});

describe('a board of the exchange', () => {
  test('is read by the names of its columns', () => {
    const board = readIssBoard(fixture('iss_TQBR_securities.json'));
    if (board.kind === 'no_data') throw new Error(board.because);
    expect(nanoOf(board.securities.get('SBER')?.get('ISSUESIZE'))).toBe(21_586_948_000n * NANO);
    expect(board.securities.get('TMOS')?.get('ISSUESIZE')).toBeNull();
    const nav = readIssBoard(fixture('iss_inav_TMOSA.json'));
    if (nav.kind === 'no_data') throw new Error(nav.because);
    expect(nanoOf(nav.marketdata.get('TMOSA')?.get('CURRENTVALUE'))).toBe(parseNano('5.9121'));
  });

  test('without rows is empty, with two rows for one security knows nothing of it', () => {
    expect(readIssBoard(fixture('iss_TQTF_securities_after_move.json'))).toMatchObject({
      kind: 'board',
      securities: new Map(),
    });
    const block = {
      columns: ['SECID', 'ISSUESIZE'],
      data: [
        ['A', 1],
        ['A', 2],
      ],
    };
    const board = readIssBoard(JSON.stringify({ securities: block, marketdata: block }));
    expect(board.kind === 'board' && board.securities.get('A')?.size).toBe(0);
  });

  test.each([
    '{}',
    '[]',
    '{"securities":{"columns":["SECID"],"data":[]}}',
    '{"securities":{"columns":["X"],"data":[]},"marketdata":{"columns":["SECID"],"data":[]}}',
    '{"securities":{"columns":["SECID","A"],"data":[["X"]]},"marketdata":{"columns":["SECID"],"data":[]}}',
    fixture('iss_TQBR_securities.json').slice(0, 4000),
  ])('in another shape is no data: %#', (text) => {
    expect(readIssBoard(text)).toMatchObject({ kind: 'no_data' });
  });
});

describe('the rates', () => {
  const XML = new TextDecoder('windows-1251').decode(readFileSync('tests/fixtures/cbr_XML_daily.xml'));

  test.each([
    ['XML', XML],
    ['JSON', fixture('cbr_daily_mirror.json')],
  ])('are read from %s', (_, text) => {
    expect(readRates(text)).toEqual({
      kind: 'rates',
      perUnit: new Map([
        ['USD', parseNano('84.1207')],
        ['EUR', parseNano('97.553')],
      ]),
      dateMs: DAY('2026-11-21'),
    });
  });

  test('count per unit where the bank counts by hundreds', () => {
    const text =
      '<ValCurs Date="21.11.2026"><Valute><CharCode>USD</CharCode><Nominal>100</Nominal><Value>8412,07</Value></Valute></ValCurs>';
    expect(readRates(text)).toMatchObject({ perUnit: new Map([['USD', parseNano('84.1207')]]) });
  });

  test.each([
    '<ValCurs Date="завтра"></ValCurs>',
    '<html><body>21.11.2026</body></html>',
    '{"Valute":{}}',
    '{"Date":"2026-11-21","Valute":[]}',
    '{"Date":"2026-11-',
    '<ValCurs',
    '',
  ])('in another shape are no data: %p', (text) => {
    expect(readRates(text)).toMatchObject({ kind: 'no_data' });
  });

  test('that are no numbers, or two different ones, are left out', () => {
    const rate = (text: string) =>
      `<Valute><CharCode>USD</CharCode><Nominal>1</Nominal><VunitRate>${text}</VunitRate></Valute>`;
    for (const text of [rate('-84,1'), rate('0'), rate('84.1.2'), rate('')])
      expect(readRates(`<ValCurs Date="21.11.2026">${text}</ValCurs>`)).toMatchObject({ perUnit: new Map() });
    const twice = readRates(`<ValCurs Date="21.11.2026">${rate('84,1')}${rate('85,1')}</ValCurs>`);
    expect(twice.kind === 'rates' && twice.perUnit.get('USD')).toBe(0n);
  });

  test('per unit and per many have to tell the same', () => {
    const usd = (perUnit: string) => {
      const text = `<Valute><CharCode>USD</CharCode><Nominal>10</Nominal><Value>841,207</Value><VunitRate>${perUnit}</VunitRate></Valute>`;
      const read = readRates(`<ValCurs Date="21.11.2026">${text}</ValCurs>`);
      return read.kind === 'rates' && read.perUnit.get('USD');
    };
    expect(usd('84,1207')).toBe(parseNano('84.1207'));
    expect(usd('841,207')).toBeUndefined();
  });
});

describe('the kind of an answer', () => {
  test.each([
    ['json', 'application/json; charset=utf-8', '{}', true],
    ['json', 'text/html', '{}', false],
    ['json', 'application/json', '<!doctype html>', false],
    ['json', 'text/html; charset=utf-8', '<html>', false],
    ['json', '', ' [1]', true],
    ['json', 'application/json', '', false],
    ['html', 'text/html', '\ufeff <html>', true],
    ['html', 'application/json', '{}', false],
    ['html', 'application/pdf', '<', false],
    ['rates', 'application/xml; charset=windows-1251', '<?xml', true],
    ['rates', 'application/javascript', '{}', true],
    ['rates', 'text/html', '<html>', false],
  ] as const)('%s as %p beginning %p is right: %p', (wants, type, text, right) => {
    expect(wrongKind(wants, type, text) === null).toBe(right);
  });
});

describe('an address', () => {
  test.each([
    ['http://h:1', '/a/b/c', 'http://h:1/a/b/c'],
    ['http://h:1/', '/a/b/', 'http://h:1/a/b/'],
    ['http://h:1/a', '/a/b', 'http://h:1/a/b'],
    ['http://h:1/x/a/b/', '/a/b/c', 'http://h:1/x/a/b/c'],
    ['http://h:1/mock', '/a/b', 'http://h:1/mock/a/b'],
  ])('%s and %s make %s', (base, path, whole) => {
    expect(addressUnder(base, path).href).toBe(whole);
  });

  test('of a document is taken as it is written, where it has a path', () => {
    expect(documentAddress('http://h/daily_json.js', '/scripts/x').href).toBe('http://h/daily_json.js');
    expect(documentAddress('http://h', '/scripts/x').href).toBe('http://h/scripts/x');
  });
});
