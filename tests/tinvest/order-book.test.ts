// GetOrderBook: allowed depths, best first, junk dropped.

import { expect, test } from 'bun:test';
import { GetOrderBookRequest, GetOrderBookResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { raw } from '../../src/core/units.ts';
import { bytesOf } from '../support/wire-venue.ts';
import { withVenue } from './with-venue.ts';

const having = (book: object) =>
  withVenue({ 'MarketDataService/GetOrderBook': () => bytesOf(GetOrderBookResponse, book) });
const level = (units: number, quantity: number, nano = 0) => ({ price: { units, nano }, quantity });

test.each([
  [1, 1],
  [2, 10],
  [10, 10],
  [11, 20],
  [50, 50],
  [51, 50],
])('a depth of %p is asked for as %p', async (wanted, asked) => {
  const { market, venue } = having({ instrumentUid: 'u' });
  await market.orderBook('u', wanted);
  const call = venue.calls.find((each) => each.method === 'MarketDataService/GetOrderBook');
  expect(call && GetOrderBookRequest.decode(call.request)).toMatchObject({ depth: asked, instrumentId: 'u' });
});

test('levels come best first, without those that make no sense', async () => {
  const { market } = having({
    instrumentUid: 'u',
    bids: [level(5, 2), level(6, 1), level(0, 9), level(4, 0), level(3, 5, -1)],
    asks: [level(8, 3), level(7, 4), level(-1, 9), level(9, -2), { quantity: 5 }],
  });
  const book = await market.orderBook('u', 10);
  const seen = (side: 'bids' | 'asks') =>
    book[side].map((each) => [raw(each.price) / 1_000_000_000n, raw(each.lots)]);
  expect(seen('bids')).toEqual([
    [6n, 1n],
    [5n, 2n],
  ]);
  expect(seen('asks')).toEqual([
    [7n, 4n],
    [8n, 3n],
  ]);
});

test('an empty side is an empty side', async () => {
  expect(await having({ instrumentUid: 'u' }).market.orderBook('u', 1)).toEqual({ bids: [], asks: [] });
});

test('the book of another instrument is refused', async () => {
  const { market } = having({ instrumentUid: 'other', bids: [level(1, 1)] });
  await expect(market.orderBook('u', 1)).rejects.toThrow('asked for the book of u');
});
