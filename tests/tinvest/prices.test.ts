import { describe, expect, test } from 'bun:test';
import {
  GetLastPricesRequest,
  GetLastPricesResponse,
  GetTradingStatusesResponse,
} from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { raw } from '../../src/core/units.ts';
import { bytesOf, fixture } from '../support/wire-venue.ts';
import { NOW, withVenue } from './with-venue.ts';

const TGLD = 'de82be66-3b9b-4612-9572-61e3c6039013';
const TMOS = 'f509af83-6e71-462f-901f-bcb073f6773b';
const TMON = '498ec3ff-ef27-4729-9703-a5aac48d5789';
const TITR = '44444444-0000-4000-8000-000000000004';
const UNKNOWN = '55555555-0000-4000-8000-000000000005';

const pricing = (lastPrices: readonly object[]) =>
  withVenue({ 'MarketDataService/GetLastPrices': () => bytesOf(GetLastPricesResponse, { lastPrices }) });

describe('last prices', () => {
  test('are matched by uid; what cannot be a price says why', async () => {
    const { lastPrices } = fixture('tinvest_last_prices.json') as { lastPrices: object[] };
    const { market } = pricing(lastPrices.toReversed());
    const quotes = await market.lastPrices([TGLD, TMOS, TMON, TITR, UNKNOWN, 'never heard of']);
    const seen = [...quotes].map(([uid, quote]) => [uid, quote.price && raw(quote.price), quote.problem]);
    expect(seen).toEqual([
      [TGLD, 15_890_000_000n, null],
      [TMOS, 5_090_000_000n, null],
      [TMON, null, 'the last price has no time (or that of 1970)'],
      [TITR, null, 'the broker gave no last price'],
      [UNKNOWN, null, 'the last price is zero'],
      ['never heard of', null, 'the broker gave no last price'],
    ] as never);
    expect(quotes.get(TGLD)?.timeMs).toBe(Date.parse('2026-11-20T13:14:59.120Z'));
  });

  const at = (ms: number, units = 1, nano = 0) => ({
    instrumentUid: 'u',
    price: { units, nano },
    time: new Date(ms).toISOString(),
  });

  test.each<[string, object, string | null]>([
    ['five minutes ahead', at(NOW + 300_000), null],
    ['further ahead', at(NOW + 300_001), 'ahead'],
    ['old', at(NOW - 86_400_000), null],
    ['negative', at(NOW, -1), 'negative'],
    ['of mixed signs', at(NOW, 1, -1), 'mixes signs'],
    ['of a whole nano unit', at(NOW, 1, 1_000_000_000), '1000000000 nano'],
    ['without a time', { instrumentUid: 'u', price: { units: 1, nano: 0 } }, 'no time'],
  ])('one %s: %p', async (_, answer, problem) => {
    const quote = (await pricing([answer]).market.lastPrices(['u'])).get('u');
    if (problem === null) expect(quote?.problem).toBeNull();
    else {
      expect(quote?.price).toBeNull();
      expect(quote?.problem).toContain(problem);
    }
  });

  test('of two for one instrument the newer counts', async () => {
    const older = at(NOW - 60_000, 1);
    const newer = at(NOW - 1_000, 2);
    for (const answers of [
      [older, newer],
      [newer, older],
    ]) {
      const quote = (await pricing(answers).market.lastPrices(['u'])).get('u');
      expect(quote?.price && raw(quote.price)).toBe(2_000_000_000n);
    }
  });

  test('are asked for in parts of 3000, each uid once', async () => {
    const { market, venue } = pricing([]);
    const uids = Array.from({ length: 3_001 }, (_, i) => `u${i}`);
    const quotes = await market.lastPrices([...uids, 'u0']);
    expect(quotes.size).toBe(3_001);
    const sizes = venue.calls
      .filter((call) => call.method === 'MarketDataService/GetLastPrices')
      .map((call) => GetLastPricesRequest.decode(call.request).instrumentId.length);
    expect(sizes).toEqual([3_000, 1]);
  });

  test('of nothing are nothing, without a call', async () => {
    const { market, venue } = pricing([]);
    expect((await market.lastPrices([])).size).toBe(0);
    expect(venue.calls).toHaveLength(0);
  });
});

describe('trading statuses', () => {
  const statuses = async (tradingStatuses: readonly object[], uids = ['u']) => {
    const { market } = withVenue({
      'MarketDataService/GetTradingStatuses': () => bytesOf(GetTradingStatusesResponse, { tradingStatuses }),
    });
    return market.tradingStatuses(uids);
  };
  const open = {
    instrumentUid: 'u',
    limitOrderAvailableFlag: true,
    marketOrderAvailableFlag: true,
    bestpriceOrderAvailableFlag: true,
    apiTradeAvailableFlag: true,
  };
  const allowed = async (change: object) => {
    const one = (await statuses([{ ...open, ...change }])).get('u');
    if (!one) throw new Error('no status');
    const { market, limit, bestPrice } = one.orderTypes;
    return `${one.status}: ${[market && 'market', limit && 'limit', bestPrice && 'best'].filter(Boolean).join(' ')}`;
  };

  test.each([
    ['NORMAL_TRADING', 'market limit best'],
    ['DEALER_NORMAL_TRADING', 'limit best'],
    ['OPENING_PERIOD', 'limit best'],
    ['CLOSING_PERIOD', 'limit best'],
    ['UNSPECIFIED', ''],
    ['NOT_AVAILABLE_FOR_TRADING', ''],
    ['BREAK_IN_TRADING', ''],
    ['CLOSING_AUCTION', ''],
    ['DARK_POOL_AUCTION', ''],
    ['DISCRETE_AUCTION', ''],
    ['OPENING_AUCTION_PERIOD', ''],
    ['TRADING_AT_CLOSING_AUCTION_PRICE', ''],
    ['SESSION_ASSIGNED', ''],
    ['SESSION_CLOSE', ''],
    ['SESSION_OPEN', ''],
    ['DEALER_BREAK_IN_TRADING', ''],
    ['DEALER_NOT_AVAILABLE_FOR_TRADING', ''],
  ])('%s takes: %s', async (status, types) => {
    expect(await allowed({ tradingStatus: `SECURITY_TRADING_STATUS_${status}` })).toBe(`${status}: ${types}`);
  });

  const normal = { tradingStatus: 'SECURITY_TRADING_STATUS_NORMAL_TRADING' };

  test.each([
    ['marketOrderAvailableFlag', 'limit best'],
    ['limitOrderAvailableFlag', 'market best'],
    ['bestpriceOrderAvailableFlag', 'market limit'],
    ['apiTradeAvailableFlag', ''],
  ])('without %s: %s', async (flag, types) => {
    expect(await allowed({ ...normal, [flag]: false })).toBe(`NORMAL_TRADING: ${types}`);
  });

  test('under "only best price" nothing else is taken', async () => {
    expect(await allowed({ ...normal, onlyBestPrice: true })).toBe('NORMAL_TRADING: best');
  });

  test('a status that nobody knows takes nothing', async () => {
    const { market } = withVenue({
      'MarketDataService/GetTradingStatuses': () => {
        const whole = bytesOf(GetTradingStatusesResponse, { tradingStatuses: [open] });
        // trading_status (field 2) = 99 inside the one element
        return Buffer.concat([Buffer.from([0x0a, whole.length]), whole.subarray(2), Buffer.from([0x10, 99])]);
      },
    });
    expect((await market.tradingStatuses(['u'])).get('u')).toEqual({
      uid: 'u',
      status: 'UNKNOWN_99',
      apiTradable: true,
      orderTypes: { market: false, limit: false, bestPrice: false },
    });
  });

  test('an instrument that is not in the answer takes nothing', async () => {
    expect((await statuses([])).get('u')).toMatchObject({ status: 'missing', apiTradable: false });
  });

  test('of the recorded answer are read', async () => {
    const { tradingStatuses } = fixture('tinvest_trading_statuses.json') as { tradingStatuses: object[] };
    const seen = await Promise.all(
      tradingStatuses.map(async (one) => {
        const status = (await statuses([one], [TMOS])).get(TMOS);
        return `${status?.status} ${status?.orderTypes.market} ${status?.orderTypes.limit} ${status?.orderTypes.bestPrice}`;
      }),
    );
    expect(seen).toEqual([
      'NORMAL_TRADING true true true',
      'DEALER_NORMAL_TRADING false true true',
      'CLOSING_PERIOD false true true',
      'BREAK_IN_TRADING false false false',
      'NOT_AVAILABLE_FOR_TRADING false false false',
    ]);
  });
});
