// The order book: what is really on offer, how wide it is and when, and books that a test makes.

import { describe, expect, test } from 'bun:test';
import { post, rub, scene } from './desk-scene.ts';
import { FRIDAY_NOON, nano, TOKEN, testVenue } from './venue-client.ts';

const HOUR = 3_600_000;
/** Friday 20:00 and Saturday 12:00 in Moscow. */
const EVENING = FRIDAY_NOON + 7 * HOUR;
const SATURDAY = FRIDAY_NOON + 23 * HOUR;

const spreadAt = async (startMs: number, ticker = 'TMOS', options = {}) => {
  await using venue = await testVenue({ startMs, ...options });
  const instrumentId = venue.exchange.instrument(ticker).uid;
  const { reply } = await venue.client.market('getOrderBook', { instrumentId, depth: 1 });
  return nano(reply?.asks[0]?.price) - nano(reply?.bids[0]?.price);
};

describe('the spread', () => {
  test.each([
    ['in the main session', FRIDAY_NOON, 'TMOS', '0.01'],
    ['from 10:00', Date.UTC(2026, 10, 20, 7), 'SBER', '0.01'],
    ['before it', Date.UTC(2026, 10, 20, 6, 30), 'SBER', '0.02'],
    ['until 18:55', Date.UTC(2026, 10, 20, 15, 54, 50), 'SBER', '0.01'],
    ['after it', Date.UTC(2026, 10, 20, 15, 55), 'SBER', '0.02'],
    ['in the evening', EVENING, 'TMOS', '0.02'],
    ['at a weekend', SATURDAY, 'TMOS', '0.02'],
  ])('%s', async (_, startMs, ticker, spread) => {
    expect(await spreadAt(startMs, ticker)).toBe(rub(spread));
  });

  test('may be chosen for those hours', async () => {
    expect(await spreadAt(EVENING, 'TMOS', { offHoursSpread: 5, spreadTicks: 2 })).toBe(rub('0.10'));
    expect(await spreadAt(EVENING, 'TMOS', { offHoursSpread: 1 })).toBe(rub('0.01'));
  });

  test('is what market orders meet', () => {
    const { exchange } = scene({}, EVENING);
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    expect(post(exchange, id, {}).fills[0]?.price).toBe(rub('6.51'));
    expect(post(exchange, id, { side: 'sell' }).fills[0]?.price).toBe(rub('6.49'));
  });
});

describe('a book of its own', () => {
  test('is as wide, as deep and as thin as it was made, for that instrument only', async () => {
    await using venue = await testVenue();
    venue.exchange.setBook('TMOS', { spreadTicks: 20, depthRub: '100', levels: 3 });
    const book = async (ticker: string) =>
      (
        await venue.client.market('getOrderBook', {
          instrumentId: venue.exchange.instrument(ticker).uid,
          depth: 10,
        })
      ).reply;
    const thin = await book('TMOS');
    expect([thin?.bids.length, thin?.asks.length]).toEqual([3, 3]);
    expect(nano(thin?.asks[0]?.price) - nano(thin?.bids[0]?.price)).toBe(rub('0.20'));
    for (const { quantity } of thin?.asks ?? []) expect(quantity).toBeLessThanOrEqual(23);
    expect((await book('TGLD'))?.asks).toHaveLength(10);
    venue.exchange.setBook('TMOS', null);
    expect((await book('TMOS'))?.asks).toHaveLength(10);
  });

  test('without levels fills nobody', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    exchange.setBook('TMOS', { levels: 0 });
    expect(post(exchange, id, {})).toMatchObject({ status: 'cancelled', executed: 0n });
  });
});

test('the book shows what orders have left in it', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000000' });
  const { uid } = venue.exchange.instrument('TMOS');
  venue.exchange.setBook('TMOS', { depthRub: '1000' });
  const best = async () =>
    (await venue.client.market('getOrderBook', { instrumentId: uid, depth: 1 })).reply?.asks[0];
  const before = (await best())?.quantity ?? 0;
  await venue.post({ accountId: id, uid, side: 'buy', lots: 10 });
  expect((await best())?.quantity).toBe(before - 10);
});
