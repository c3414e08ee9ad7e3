// Prices, book, statuses and candles over real gRPC.

import { expect, test } from 'bun:test';
import { SecurityTradingStatus } from 'tinkoff-invest-api/dist/generated/common.js';
import { CandleInterval } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { parseNano } from '../../src/core/units.ts';
import { greatest } from '../../src/exchange/extremes.ts';
import { FRIDAY_NOON, nano, testVenue } from './venue-client.ts';

const rub = (text: string) => parseNano(text);
const HOUR = 3_600_000;

test('last prices answer by any id, in the order asked, unknown ones empty', async () => {
  await using venue = await testVenue();
  const tmos = venue.exchange.instrument('TMOS');
  const pttf = venue.exchange.market.all().find((each) => each.isin === tmos.isin && !each.quoted);
  const { reply } = await venue.client.market('getLastPrices', {
    instrumentId: [tmos.uid, 'nobody', pttf?.uid ?? '', 'SBER_TQBR'],
    figi: [tmos.figi],
  });
  expect(reply?.lastPrices.map((each) => [each.instrumentUid, each.price && nano(each.price)])).toEqual([
    [tmos.uid, rub('6.50')],
    [tmos.uid, rub('6.50')],
    ['nobody', undefined],
    [pttf?.uid ?? '', undefined],
    [venue.exchange.instrument('SBER').uid, rub('300.50')],
  ]);
  expect(reply?.lastPrices[0]?.time).toEqual(new Date(FRIDAY_NOON));
});

test('the book has bids below asks, best first', async () => {
  await using venue = await testVenue({ spreadTicks: 2 });
  const instrumentId = venue.exchange.instrument('TMOS').uid;
  const { reply } = await venue.client.market('getOrderBook', { instrumentId, depth: 10 });
  expect(reply?.bids.map((each) => nano(each.price)).slice(0, 2)).toEqual([rub('6.49'), rub('6.48')]);
  expect(reply?.asks.map((each) => nano(each.price)).slice(0, 2)).toEqual([rub('6.51'), rub('6.52')]);
  expect(nano(reply?.lastPrice)).toBe(rub('6.50'));
  expect((await venue.client.market('getOrderBook', { instrumentId, depth: 7 })).error?.code).toBe('30032');
});

test('statuses say which orders they take', async () => {
  const saturday = Date.UTC(2026, 10, 21, 9);
  await using venue = await testVenue({ startMs: saturday });
  const instrumentId = ['TMOS', 'SBER'].map((ticker) => venue.exchange.instrument(ticker).uid);
  const { reply } = await venue.client.market('getTradingStatuses', { instrumentId });
  expect(reply?.tradingStatuses).toMatchObject([
    {
      tradingStatus: SecurityTradingStatus.SECURITY_TRADING_STATUS_DEALER_NORMAL_TRADING,
      marketOrderAvailableFlag: false,
      limitOrderAvailableFlag: true,
      bestpriceOrderAvailableFlag: true,
      apiTradeAvailableFlag: true,
    },
    {
      tradingStatus: SecurityTradingStatus.SECURITY_TRADING_STATUS_NOT_AVAILABLE_FOR_TRADING,
      marketOrderAvailableFlag: false,
      limitOrderAvailableFlag: false,
      bestpriceOrderAvailableFlag: false,
      apiTradeAvailableFlag: false,
    },
  ]);
  venue.exchange.setStatus('TMOS', 4);
  const one = await venue.client.market('getTradingStatus', { instrumentId: instrumentId[0] ?? '' });
  expect(one.reply).toMatchObject({ tradingStatus: 4, limitOrderAvailableFlag: false });
});

test('an hour holds its minutes: candles of every length agree with each other and with the last price', async () => {
  await using venue = await testVenue({ liveliness: 1 });
  const lkoh = venue.exchange.instrument('LKOH');
  const from = new Date(FRIDAY_NOON - 2 * HOUR);
  const to = new Date(FRIDAY_NOON);
  const candles = async (interval: CandleInterval) =>
    (await venue.client.market('getCandles', { instrumentId: lkoh.uid, from, to, interval })).reply
      ?.candles ?? [];
  const minutes = await candles(CandleInterval.CANDLE_INTERVAL_1_MIN);
  const hours = await candles(CandleInterval.CANDLE_INTERVAL_HOUR);
  expect([minutes.length, hours.length]).toEqual([120, 2]);
  for (const [i, hour] of hours.entries()) {
    const inside = minutes.slice(i * 60, i * 60 + 60);
    expect(nano(hour.high)).toBe(inside.map((each) => nano(each.high)).reduce((a, b) => greatest(a, b), 0n));
    expect(nano(hour.open)).toBe(nano(inside[0]?.open));
    expect(nano(hour.close)).toBe(nano(inside.at(-1)?.close));
    expect(nano(hour.low)).toBeLessThanOrEqual(nano(hour.high));
  }
  const last = venue.exchange.market.last(lkoh, FRIDAY_NOON - 10_000)?.price ?? 0n;
  expect(nano(minutes.at(-1)?.close)).toBe(last);
  const long = { instrumentId: lkoh.uid, from: new Date(FRIDAY_NOON - 25 * HOUR), to };
  const refused = await venue.client.market('getCandles', {
    ...long,
    interval: CandleInterval.CANDLE_INTERVAL_1_MIN,
  });
  expect(refused.error?.code).toBe('30014');
  const days = await venue.client.market('getCandles', {
    instrumentId: lkoh.uid,
    from: new Date(FRIDAY_NOON - 365 * 24 * HOUR),
    to,
    interval: CandleInterval.CANDLE_INTERVAL_DAY,
  });
  expect(days.reply?.candles.length).toBeGreaterThan(240);
  expect(days.reply?.candles.at(-1)?.isComplete).toBe(false);
});
