// GetCandles by days: a year at a time, one close per finished day.

import { describe, expect, test } from 'bun:test';
import {
  CandleInterval,
  GetCandlesRequest,
  GetCandlesResponse,
} from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { raw } from '../../src/core/units.ts';
import { bytesOf, failure } from '../support/wire-venue.ts';
import { withVenue } from './with-venue.ts';

const DAY = 86_400_000;
const at = (text: string) => Date.parse(text);
const candle = (time: string, units: number, change: object = {}) => ({
  time,
  close: { units, nano: 0 },
  isComplete: true,
  ...change,
});
const having = (candles: readonly object[]) =>
  withVenue({ 'MarketDataService/GetCandles': () => bytesOf(GetCandlesResponse, { candles }) });
const closes = async (candles: readonly object[], from = '2026-11-16', to = '2026-11-20') =>
  (await having(candles).market.dailyCloses('u', at(from), at(to))).map((close) => [
    new Date(close.dayMs).toISOString().slice(0, 10),
    raw(close.price) / 1_000_000_000n,
  ]);

describe('requests', () => {
  const spans = async (days: number) => {
    const { market, venue } = having([]);
    const toMs = at('2026-11-20');
    await market.dailyCloses('u', toMs - days * DAY, toMs);
    return venue.calls
      .filter((call) => call.method === 'MarketDataService/GetCandles')
      .map((call) => GetCandlesRequest.decode(call.request));
  };

  test('span at most a year each, adjoin and reach from the first day to the last', async () => {
    for (const [days, count] of [
      [1, 1],
      [364, 1],
      [365, 2],
      [1000, 3],
    ] as const) {
      const asked = await spans(days);
      expect(asked).toHaveLength(count);
      for (const [i, { from, to, interval, instrumentId }] of asked.entries()) {
        expect(to!.getTime() - from!.getTime()).toBeLessThanOrEqual(365 * DAY);
        expect([interval, instrumentId]).toEqual([CandleInterval.CANDLE_INTERVAL_DAY, 'u']);
        if (i > 0) expect(from).toEqual(asked[i - 1]!.to!);
      }
      expect(asked[0]!.from!.getTime()).toBeLessThanOrEqual(at('2026-11-20') - days * DAY);
      expect(asked.at(-1)!.to).toEqual(new Date('2026-11-20'));
    }
  });

  test('of an empty span are not made', async () => {
    expect(await spans(0)).toEqual([]);
    expect(await spans(-1)).toEqual([]);
  });
});

describe('closes', () => {
  test('are in order, one per day, of finished days with a positive close', async () => {
    expect(
      await closes([
        candle('2026-11-18T00:00:00Z', 18),
        candle('2026-11-16T00:00:00Z', 1),
        candle('2026-11-16T00:00:00Z', 16),
        candle('2026-11-17T00:00:00Z', 17, { isComplete: false }),
        candle('2026-11-19T00:00:00Z', 0),
      ]),
    ).toEqual([
      ['2026-11-16', 16n],
      ['2026-11-18', 18n],
    ]);
  });

  test.each([
    '2026-11-17T21:00:00Z',
    '2026-11-18T00:00:00Z',
    '2026-11-18T04:00:00Z',
    '2026-11-18T07:00:00Z',
    '2026-11-18T20:59:59Z',
  ])('a candle of %s is of the 18th', async (time) => {
    expect(await closes([candle(time, 5)])).toEqual([['2026-11-18', 5n]]);
  });

  test('belong to the span by their day: its first one in, its end out', async () => {
    const four = ['15', '16', '19', '20'].map((day) => candle(`2026-11-${day}T00:00:00Z`, 1));
    expect((await closes(four)).map(([day]) => day)).toEqual(['2026-11-16', '2026-11-19']);
  });

  test.each<[string, object]>([
    ['zero', { close: { units: 0, nano: 0 } }],
    ['negative', { close: { units: -1, nano: 0 } }],
    ['missing', { close: undefined }],
    ['of mixed signs', { close: { units: 1, nano: -1 } }],
    ['of no day', { time: undefined }],
    ['of 1970', { time: '1970-01-01T00:00:00Z' }],
  ])('that are %s cost their day only', async (_, change) => {
    const good = candle('2026-11-17T00:00:00Z', 17);
    expect(await closes([candle('2026-11-18T00:00:00Z', 18, change), good])).toEqual([['2026-11-17', 17n]]);
  });

  test('of an instrument that the venue does not know are an error', async () => {
    const { market } = withVenue({ 'MarketDataService/GetCandles': () => failure('NOT_FOUND', '50002') });
    await expect(market.dailyCloses('u', 0, DAY)).rejects.toMatchObject({ name: 'WorldError' });
  });
});
