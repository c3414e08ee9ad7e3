// The adapter's readings of funds, candles, books and margin against the embedded exchange, over the same bytes.

import { describe, expect, test } from 'bun:test';
import { raw, shares } from '../../src/core/units.ts';
import { createExchange } from '../../src/exchange/exchange.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import { exchangeTransport } from '../support/exchange-transport.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { NOW } from './with-venue.ts';

const DAY = 86_400_000;
const TOKEN = 't.test';

function connected() {
  const clock = createManualClock(NOW);
  const exchange = createExchange({ clock, seed: 7 });
  const { broker, market } = createTInvest({
    transport: exchangeTransport(exchange, clock),
    clock,
    random: () => 0.5,
    token: () => TOKEN,
    broker: 'live',
  });
  const open = (enabled: boolean) =>
    exchange.openAccount({ token: TOKEN, cash: '1000', margin: { enabled } }).id;
  open(false);
  return { exchange, broker, market, open };
}

describe('a fund', () => {
  test('has its units and NAV code; one that does not tell has only the code; an unknown asset is null', async () => {
    const { exchange, market } = connected();
    const { assetUid } = exchange.instrument('TMOS');
    expect(await market.fundAsset(assetUid)).toEqual({
      units: shares(exchange.unitsOf('TMOS')),
      navCode: 'TMOSA',
    });
    for (const ticker of ['TLCB', 'TITR'])
      expect(await market.fundAsset(exchange.instrument(ticker).assetUid)).toEqual({
        units: null,
        navCode: `${ticker}A`,
      });
    expect(await market.fundAsset('nobody')).toBeNull();
  });

  test('is listed with its units and margin rate', async () => {
    const { exchange, market } = connected();
    const found = await market.resolve(['TMOS', 'TMON', 'TLCB', 'SBER']);
    const seen = found.map((one) => {
      if (one.kind !== 'found') throw new Error(one.because);
      const { issued, marginRate } = one.listing;
      return [issued && raw(issued), marginRate && raw(marginRate)];
    });
    expect(seen).toEqual([
      [exchange.unitsOf('TMOS'), 250_000_000n],
      [exchange.unitsOf('TMON'), null],
      [null, 201_800_000n],
      [21_586_948_000n, 220_000_000n],
    ] as never);
  });
});

test('closes of 260 trading days and more are those of the tape, without the running day', async () => {
  const { exchange, market } = connected();
  const sber = exchange.instrument('SBER');
  const closes = await market.dailyCloses(sber.uid, NOW - 400 * DAY, NOW);
  expect(closes.length).toBeGreaterThan(270);
  expect(new Set(closes.map((close) => close.dayMs)).size).toBe(closes.length);
  for (const { dayMs, price } of closes.slice(-20)) {
    // The evening session ends at 23:50 in Moscow, which is 20:50 UTC.
    const last = exchange.market.last(sber, dayMs + DAY - 4 * 3_600_000 + 3_000_000);
    expect([dayMs, raw(price)]).toEqual([dayMs, last?.price ?? 0n]);
  }
  expect(new Date(closes.at(-1)?.dayMs ?? 0).toISOString()).toBe('2026-11-19T00:00:00.000Z');
  expect(exchange.callCount('GetCandles')).toBe(2);
});

test('the book has the best bid below the best ask around the last price', async () => {
  const { exchange, market } = connected();
  const { uid } = exchange.instrument('LKOH');
  const { bids, asks } = await market.orderBook(uid, 20);
  expect([bids.length, asks.length]).toEqual([20, 20]);
  const last = exchange.market.last(exchange.instrument('LKOH'), NOW)?.price ?? 0n;
  expect(raw(bids[0]!.price)).toBeLessThanOrEqual(last);
  expect(raw(asks[0]!.price)).toBeGreaterThan(raw(bids[0]!.price));
});

test('margin is what the exchange reckons, or off', async () => {
  const { exchange, broker, open } = connected();
  const id = open(true);
  exchange.giveSecurities(id, 'SBER', 100);
  const value = 100n * (exchange.market.last(exchange.instrument('SBER'), NOW)?.price ?? 0n);
  const state = await broker.margin(id);
  if (state.kind !== 'enabled') throw new Error(state.because);
  expect([raw(state.liquid), raw(state.starting)]).toEqual([
    1_000_000_000_000n + value,
    (value * 220_000_000n) / 1_000_000_000n,
  ]);
  expect(await broker.margin(open(false))).toMatchObject({ kind: 'disabled' });
});
