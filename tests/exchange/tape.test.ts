import { expect, test } from 'bun:test';
import { parseNano } from '../../src/core/units.ts';
import { createExchange } from '../../src/exchange/exchange.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { FRIDAY_NOON } from './venue-client.ts';

const HOUR = 3_600_000;
const venueAt = (nowMs: number, seed = 7) => createExchange({ clock: createManualClock(nowMs), seed });
const priceAt = (venue: ReturnType<typeof venueAt>, ticker: string, atMs: number) => {
  const last = venue.market.last(venue.instrument(ticker), atMs);
  return last?.price ?? -1n;
};

test('a price is a pure function of seed, instrument and time', () => {
  const busy = venueAt(FRIDAY_NOON);
  for (let i = 0; i < 500; i += 1) priceAt(busy, 'TMOS', FRIDAY_NOON - i * 777_777);
  for (const ticker of ['TMOS', 'TGLD', 'LKOH', 'FEES']) {
    const fresh = venueAt(FRIDAY_NOON);
    expect(priceAt(busy, ticker, FRIDAY_NOON)).toBe(priceAt(fresh, ticker, FRIDAY_NOON));
  }
  expect(priceAt(venueAt(FRIDAY_NOON, 8), 'LKOH', FRIDAY_NOON)).not.toBe(priceAt(busy, 'LKOH', FRIDAY_NOON));
});

test('every price is a positive number of whole steps and moves a little at a time', () => {
  const venue = venueAt(FRIDAY_NOON);
  for (const instrument of venue.market.all().filter((each) => each.quoted)) {
    let before = priceAt(venue, instrument.uid, FRIDAY_NOON);
    for (let i = 1; i < 200; i += 1) {
      const price = priceAt(venue, instrument.uid, FRIDAY_NOON + i * 10_000);
      expect(price).toBeGreaterThan(0n);
      expect(price % instrument.step).toBe(0n);
      const moved = price > before ? price - before : before - price;
      expect(moved).toBeLessThanOrEqual(before / 100n + instrument.step);
      before = price;
    }
  }
});

test('prices stand still while the exchange is closed, and carry the time of the last trade', () => {
  const venue = venueAt(FRIDAY_NOON);
  const sber = venue.instrument('SBER');
  const friday = venue.market.last(sber, Date.UTC(2026, 10, 20, 20, 49, 59));
  for (const later of [
    Date.UTC(2026, 10, 20, 21),
    Date.UTC(2026, 10, 22, 9),
    Date.UTC(2026, 10, 23, 3, 59, 59),
  ])
    expect(venue.market.last(sber, later)).toEqual(friday!);
  expect(friday?.timeMs).toBe(Date.UTC(2026, 10, 20, 20, 49, 50));
  expect(venue.market.last(sber, Date.UTC(2026, 10, 23, 4))?.timeMs).toBe(Date.UTC(2026, 10, 23, 4));
});

test('listings of one asset share their price', () => {
  const venue = venueAt(FRIDAY_NOON);
  const listings = venue.market.all().filter((each) => each.isin === 'RU000A101X76' && each.quoted);
  expect(listings.length).toBe(3);
  const evening = FRIDAY_NOON + HOUR;
  expect(new Set(listings.map((each) => venue.market.last(each, evening)?.price)).size).toBe(1);
});

test('a gap holds from now on and leaves the past alone', () => {
  const clock = createManualClock(FRIDAY_NOON);
  const venue = createExchange({ clock, seed: 7 });
  const past = priceAt(venue, 'LKOH', FRIDAY_NOON - HOUR);
  const before = priceAt(venue, 'LKOH', FRIDAY_NOON);
  venue.gapPrice('LKOH', '0.8');
  const after = priceAt(venue, 'LKOH', FRIDAY_NOON);
  expect(after).toBe(((before * 8n) / 10n / parseNano('0.5')) * parseNano('0.5'));
  expect(priceAt(venue, 'LKOH', FRIDAY_NOON - HOUR)).toBe(past);
  const next = priceAt(venue, 'LKOH', FRIDAY_NOON + HOUR);
  expect(next).toBeLessThan((before * 9n) / 10n);
});

test('a price set by hand must be whole steps', () => {
  const venue = venueAt(FRIDAY_NOON);
  venue.setPrice('TMOS', '7.01');
  expect(priceAt(venue, 'TMOS', FRIDAY_NOON)).toBe(parseNano('7.01'));
  expect(() => venue.setPrice('TMOS', '7.015')).toThrow('not a positive multiple');
});

test('reading a price a year later is as cheap as now', () => {
  const venue = venueAt(FRIDAY_NOON);
  for (let day = 0; day < 3650; day += 1) priceAt(venue, 'TMOS', FRIDAY_NOON + day * 24 * HOUR);
  expect(priceAt(venue, 'TMOS', FRIDAY_NOON + 3650 * 24 * HOUR)).toBeGreaterThan(0n);
});
