// Day candles: dated by their day, far back, exact at both ends, quick, and true after the price was changed.

import { describe, expect, test } from 'bun:test';
import { candlesOf } from '../../src/exchange/candles.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { rub, scene } from './desk-scene.ts';
import { FRIDAY_NOON } from './venue-client.ts';

const DAY = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();

const days = (exchange: Exchange, ticker: string, back: number, lengthMs = DAY) =>
  candlesOf(exchange.instrument(ticker), exchange.market, {
    fromMs: FRIDAY_NOON - back * DAY,
    toMs: FRIDAY_NOON,
    lengthMs,
    nowMs: exchange.now(),
  });

describe('a day', () => {
  test('is dated at midnight UTC; the running one is not complete', () => {
    const { exchange } = scene({ liveliness: 1 });
    const found = days(exchange, 'SBER', 5);
    expect(found.map((each) => iso(each.startMs).slice(0, 16))).toEqual([
      '2026-11-16T00:00',
      '2026-11-17T00:00',
      '2026-11-18T00:00',
      '2026-11-19T00:00',
      '2026-11-20T00:00',
    ]);
    expect(found.map((each) => each.complete)).toEqual([true, true, true, true, false]);
  });

  test('opens and closes at the prices of its first and last step, and holds both', () => {
    const { exchange } = scene({ liveliness: 1 });
    const hours = days(exchange, 'SBER', 5, 3_600_000);
    for (const day of days(exchange, 'SBER', 4).filter((each) => each.complete)) {
      const inside = hours.filter((each) => each.startMs >= day.startMs && each.startMs < day.startMs + DAY);
      expect([day.open, day.close]).toEqual([inside[0]!.open, inside.at(-1)!.close]);
      expect(
        day.high >= day.open && day.high >= day.close && day.low <= day.open && day.low <= day.close,
      ).toBe(true);
    }
  });

  test('of the funds may be at a weekend, of shares not', () => {
    const { exchange } = scene({ liveliness: 1 });
    expect(days(exchange, 'TMOS', 7)).toHaveLength(7);
    expect(days(exchange, 'TMOS', 7).filter((each) => each.dealer)).toHaveLength(2);
    expect(days(exchange, 'SBER', 7)).toHaveLength(5);
  });

  test('is known for years back, past the start of the tape too', () => {
    const { exchange } = scene({ liveliness: 1, anchorMs: FRIDAY_NOON });
    const found = days(exchange, 'TMOS', 3 * 365);
    expect(found.length).toBeGreaterThan(1000);
    expect(found.every((each) => each.close > 0n)).toBe(true);
    expect(new Set(found.map((each) => each.close)).size).toBeGreaterThan(100);
  });
});

test('closes stay what they were when they are asked for again', () => {
  const { exchange } = scene({ liveliness: 1 });
  expect(days(exchange, 'TGLD', 30)).toEqual(days(exchange, 'TGLD', 30));
  const fresh = scene({ liveliness: 1 }).exchange;
  expect(days(fresh, 'TGLD', 30)).toEqual(days(exchange, 'TGLD', 30));
});

test('what was kept of a day is forgotten when its price is changed', async () => {
  const { exchange, clock } = scene();
  const close = () => days(exchange, 'TGLD', 3).map((each) => each.close);
  clock.set(FRIDAY_NOON + DAY);
  expect(close()).toEqual(Array(3).fill(rub('14.65')));
  clock.set(FRIDAY_NOON);
  exchange.setPrice('TGLD', '20');
  clock.set(FRIDAY_NOON + DAY);
  expect(close()).toEqual([rub('14.65'), rub('14.65'), rub('20')]);
});

test('a year of days reads a few prices a day, and none the second time', () => {
  const { exchange } = scene({ liveliness: 1 });
  let reads = 0;
  const { market } = exchange;
  const plain = market.priceAtStep.bind(market);
  market.priceAtStep = (instrument, step) => {
    reads += 1;
    return plain(instrument, step);
  };
  const found = days(exchange, 'TMOS', 365);
  expect(reads / found.length).toBeLessThan(10);
  reads = 0;
  expect(days(exchange, 'TMOS', 365)).toHaveLength(found.length);
  expect(reads).toBeLessThan(10);
});
