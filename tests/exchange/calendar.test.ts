// Sessions at their boundaries, by Moscow time (UTC+3).

import { describe, expect, test } from 'bun:test';
import { createCalendar, type Phase } from '../../src/exchange/calendar.ts';

const calendar = createCalendar(['2026-12-31', '01-01']);
/** Moscow wall time of November 2026 (or another month) as an instant. */
const moscow = (day: number, hours: number, minutes = 0, seconds = 0, month = 10) =>
  Date.UTC(2026, month, day, hours - 3, minutes, seconds);

describe('phases', () => {
  const cases: readonly (readonly [string, number, Phase])[] = [
    ['MOEX', moscow(20, 9, 49, 59), 'closed'],
    ['MOEX', moscow(20, 9, 50), 'opening'],
    ['MOEX', moscow(20, 9, 59, 59), 'opening'],
    ['MOEX', moscow(20, 10), 'normal'],
    ['MOEX', moscow(20, 18, 54, 59), 'normal'],
    ['MOEX', moscow(20, 18, 55), 'closing'],
    ['MOEX', moscow(20, 18, 59, 59), 'closing'],
    ['MOEX', moscow(20, 19), 'break'],
    ['MOEX', moscow(20, 19, 4, 59), 'break'],
    ['MOEX', moscow(20, 19, 5), 'normal'],
    ['MOEX', moscow(20, 23, 49, 59), 'normal'],
    ['MOEX', moscow(20, 23, 50), 'closed'],
    ['MOEX', moscow(20, 8), 'closed'],
    ['MOEX_PLUS', moscow(20, 6, 59, 59), 'closed'],
    ['MOEX_PLUS', moscow(20, 7), 'normal'],
    ['MOEX_PLUS', moscow(20, 9, 50), 'opening'],
    ['MOEX_PLUS', moscow(21, 12), 'closed'],
    ['spb_etf_t', moscow(20, 9, 59, 59), 'closed'],
    ['spb_etf_t', moscow(20, 10), 'normal'],
    ['spb_etf_t', moscow(20, 19, 2), 'normal'],
    ['spb_etf_t', moscow(20, 23, 49, 59), 'normal'],
    ['spb_etf_t', moscow(20, 23, 50), 'closed'],
    ['spb_etf_t', moscow(21, 9, 59, 59), 'closed'],
    ['spb_etf_t', moscow(21, 10), 'dealer'],
    ['spb_etf_t', moscow(22, 23, 49, 59), 'dealer'],
    ['spb_etf_t', moscow(31, 12, 0, 0, 11), 'closed'],
    ['MOEX', moscow(31, 12, 0, 0, 11), 'closed'],
    ['MOEX', Date.UTC(2027, 0, 1, 9), 'closed'],
    ['nowhere', moscow(20, 12), 'closed'],
  ];
  for (const [exchange, atMs, phase] of cases)
    test(`${exchange} at ${new Date(atMs).toISOString()} is ${phase}`, () => {
      expect(calendar.phase(exchange, atMs)).toBe(phase);
    });
});

test('the last traded instant is now while trading and the last moment of the last session otherwise', () => {
  const noon = moscow(20, 12);
  expect(calendar.lastTraded('MOEX', noon)).toBe(noon);
  expect(calendar.lastTraded('MOEX', moscow(20, 19, 2))).toBe(moscow(20, 19) - 1);
  expect(calendar.lastTraded('MOEX', moscow(22, 12))).toBe(moscow(20, 23, 50) - 1);
  expect(calendar.lastTraded('nowhere', noon)).toBeNull();
});

test('a day ends with its last session, and at midnight when there is none left', () => {
  expect(calendar.dayEnd('MOEX', moscow(20, 12))).toBe(moscow(20, 23, 50));
  expect(calendar.dayEnd('MOEX', moscow(21, 12))).toBe(moscow(22, 0));
  expect(calendar.dayEnd('MOEX', moscow(20, 23, 55))).toBe(moscow(21, 0));
});
