// Dates of feeds and pages.

import { describe, expect, test } from 'bun:test';
import { datesIn, parseDate, parseInstant, parseMoscow } from '../../src/funds/parse-date.ts';

describe('a date', () => {
  test.each([
    ['19 ноября 2026', '2026-11-19'],
    ['1 мая 2026 г.', '2026-05-01'],
    ['3 марта 2026', '2026-03-03'],
    ['9 янв. 2026', '2026-01-09'],
    ['29 ФЕВРАЛЯ 2028', '2028-02-29'],
    ['21.11.2026', '2026-11-21'],
    ['СЧА на 1.02.2026', '2026-02-01'],
    ['2026-11-20', '2026-11-20'],
    ['20.11.26', '2026-11-20'],
    ['20/11/2026', '2026-11-20'],
    ['20-11-2026', '2026-11-20'],
  ])('%p is %s', (text, day) => {
    expect(parseDate(text)).toBe(Date.parse(day));
  });

  test.each([
    '',
    '31 февраля 2026',
    '29 февраля 2027',
    '32.01.2026',
    '00.01.2026',
    '1.13.2026',
    '19 ноября',
    '11.2026',
    '1.1.26',
    '31.02.26',
    '20.11/26',
    '20-11-26',
    '1.20.11.26',
    'завтра',
    '19.11.2026 — 20.11.2026',
    '12026-11-20',
    '1.19.11.2026',
  ])('%p is none', (text) => {
    expect(parseDate(text)).toBeNull();
  });

  test('is found each time that a text names one', () => {
    expect(datesIn('с 19.11.2026 по 20 ноября 2026')).toEqual([
      Date.parse('2026-11-20'),
      Date.parse('2026-11-19'),
    ]);
  });

  test('with a time needs a zone', () => {
    expect(parseInstant('2026-11-21T11:30:00+03:00')).toBe(Date.parse('2026-11-21T08:30:00Z'));
    expect(parseInstant('2026-11-21T11:30:00')).toBeNull();
    expect(parseInstant('2026-02-31T11:30:00Z')).toBeNull();
    expect(parseMoscow('2026-11-20', '16:14:45')).toBe(Date.parse('2026-11-20T13:14:45Z'));
    expect(parseMoscow('2026-11-20', '')).toBeNull();
  });
});
