// Units, NAV, AUM and premiums of the venue's funds.

import { describe, expect, test } from 'bun:test';
import { dayStartMs, moscowDay } from '../../src/exchange/moscow.ts';
import { rub, scene } from './desk-scene.ts';
import { FRIDAY_NOON } from './venue-client.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const FUNDS = ['TRUR', 'TMOS', 'TGLD', 'TMON', 'TBRU', 'TPAY', 'TDIV', 'TLCB', 'TOFZ', 'TRND', 'TITR'];
const lively = (seed = 7) => scene({ liveliness: 1, seed, anchorMs: FRIDAY_NOON }).exchange;

describe('the premium', () => {
  test('stays within two percent and wanders over most of that in a year', () => {
    const exchange = lively();
    for (const ticker of FUNDS) {
      const fund = exchange.instrument(ticker);
      const seen = Array.from({ length: 2000 }, (_, i) =>
        Number(exchange.funds.premiumAt(fund, FRIDAY_NOON - i * 4 * HOUR)),
      );
      expect(Math.max(...seen.map(Math.abs))).toBeLessThanOrEqual(20_000_000);
      expect(Math.max(...seen) - Math.min(...seen)).toBeGreaterThan(15_000_000);
      const jumps = seen.slice(1).map((one, i) => Math.abs(one - (seen[i] ?? one)));
      expect(Math.max(...jumps)).toBeLessThan(8_000_000);
    }
  });

  test('is what lies between price and NAV', () => {
    const exchange = lively();
    for (const ticker of FUNDS) {
      const fund = exchange.instrument(ticker);
      const price = exchange.market.last(fund, FRIDAY_NOON)?.price ?? 0n;
      const nav = exchange.navOf(ticker) ?? 0n;
      const premium = exchange.funds.premiumAt(fund, FRIDAY_NOON);
      expect(Number((price - nav) * 1_000_000n) / Number(nav)).toBeCloseTo(Number(premium) / 1000, 0);
    }
  });

  test('differs from fund to fund, stands still with the prices, and can be set and given back', () => {
    const { exchange } = scene();
    const premium = (ticker: string, atMs = FRIDAY_NOON) =>
      exchange.funds.premiumAt(exchange.instrument(ticker), atMs);
    expect(new Set(FUNDS.map((ticker) => premium(ticker))).size).toBe(FUNDS.length);
    expect(premium('TGLD', FRIDAY_NOON + 30 * DAY)).toBe(premium('TGLD'));
    const own = premium('TGLD');
    exchange.setPremium('TGLD', '0.25');
    expect([premium('TGLD'), premium('TGLD', FRIDAY_NOON - 1)]).toEqual([250_000_000n, own]);
    expect(exchange.navOf('TGLD')).toBe(rub('11.72'));
    exchange.setPremium('TGLD', null);
    expect(premium('TGLD')).toBe(own);
    expect(() => exchange.setPremium('TGLD', '-1')).toThrow('above -100 %');
  });
});

describe('units', () => {
  test('are those of the catalogue at its date, and whole blocks on any other day', () => {
    const exchange = lively();
    for (const ticker of FUNDS) {
      const { issued } = exchange.instrument(ticker);
      if (issued !== null && issued > 0n) expect(exchange.unitsOf(ticker)).toBe(issued);
      expect(exchange.unitsOf(ticker, FRIDAY_NOON + 20 * DAY) % 10_000n).toBe(0n);
    }
  });

  test('change once a day at most, not at weekends, not on every day, and little', () => {
    const exchange = lively();
    for (const ticker of FUNDS) {
      let changes = 0;
      for (let i = 0; i < 200; i += 1) {
        const day = moscowDay(FRIDAY_NOON) - i;
        const units = exchange.unitsOf(ticker, dayStartMs(day));
        expect(exchange.unitsOf(ticker, dayStartMs(day + 1) - 1)).toBe(units);
        const before = exchange.unitsOf(ticker, dayStartMs(day) - 1);
        if (units === before) continue;
        changes += 1;
        expect([0, 6]).not.toContain(new Date(day * DAY).getUTCDay());
        expect(Math.abs(Number(units - before)) / Number(before)).toBeLessThan(0.04);
      }
      expect(changes).toBeGreaterThan(60);
      expect(changes).toBeLessThan(140);
    }
  });

  test('are told as the catalogue says: now, nothing, or zero', () => {
    const exchange = lively();
    const later = FRIDAY_NOON + 10 * DAY;
    const told = (ticker: string) => exchange.saidUnits(exchange.instrument(ticker), later);
    expect(told('TMOS')).toBe(exchange.unitsOf('TMOS', later));
    expect([told('TLCB'), told('TITR')]).toEqual([null, 0n]);
    expect(exchange.unitsOf('TLCB', later)).toBeGreaterThan(100_000_000n);
    expect(told('SBER')).toBe(21_586_948_000n);
  });

  test('do not change because the venue stops telling them', () => {
    const exchange = lively();
    exchange.amend('TMOS', { issued: null });
    expect(exchange.unitsOf('TMOS')).toBe(1_823_000_000n);
    expect(exchange.saidUnits(exchange.instrument('TMOS'), FRIDAY_NOON)).toBeNull();
  });

  test('can be set, from that day on', () => {
    const exchange = lively();
    const before = exchange.unitsOf('TMOS', FRIDAY_NOON - DAY);
    exchange.setUnits('TMOS', 5_000_000n);
    expect([exchange.unitsOf('TMOS'), exchange.unitsOf('TMOS', FRIDAY_NOON - DAY)]).toEqual([
      5_000_000n,
      before,
    ]);
    expect(() => exchange.setUnits('TMOS', 0n)).toThrow('at least one unit');
  });

  test('split with the price, so that the fund is worth what it was', () => {
    const { exchange } = scene();
    const aum = () => exchange.funds.aumAt(exchange.instrument('TMON'), FRIDAY_NOON) ?? 0n;
    const before = aum();
    exchange.split('TMON', { into: 10 });
    expect(exchange.unitsOf('TMON')).toBe(6_500_000_000n);
    expect(Number(aum() - before) / Number(before)).toBeCloseTo(0, 6);
  });
});

test('AUM of a day is units times NAV at its end, whenever it is asked for', () => {
  const { exchange, clock } = scene({ liveliness: 1 });
  const day = moscowDay(FRIDAY_NOON) - 1;
  const end = dayStartMs(day + 1) - 1;
  const expected = (exchange.navOf('TGLD', end) ?? 0n) * exchange.unitsOf('TGLD', end);
  expect(exchange.aumOf('TGLD', day)).toBe(expected);
  clock.set(FRIDAY_NOON + 40 * DAY);
  expect(exchange.aumOf('TGLD', day)).toBe(expected);
});

test('everything follows from the seed, in whatever order it is asked for', () => {
  const picture = (seed: number, order: readonly number[]) => {
    const exchange = lively(seed);
    const seen = order.map((i) => {
      const atMs = FRIDAY_NOON + i * 31 * HOUR;
      return [i, exchange.unitsOf('TLCB', atMs), exchange.navOf('TLCB', atMs)] as const;
    });
    return seen.toSorted((a, b) => a[0] - b[0]);
  };
  expect(picture(7, [3, 1, 2])).toEqual(picture(7, [1, 2, 3]));
  expect(picture(7, [1])).not.toEqual(picture(8, [1]));
});
