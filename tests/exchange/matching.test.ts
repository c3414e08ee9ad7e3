// The book and what it charges: prices that orders get, level by level, and their commission.

import { describe, expect, test } from 'bun:test';
import { rate } from '../../src/core/units.ts';
import { post, rub, scene } from './desk-scene.ts';
import { FRIDAY_NOON, TOKEN } from './venue-client.ts';

describe('prices', () => {
  test('a market order buys at the ask and sells at the bid', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const buy = post(exchange, id, { lots: 2n });
    const sell = post(exchange, id, { side: 'sell', lots: 2n });
    expect([buy.fills[0]?.price, sell.fills[0]?.price]).toEqual([rub('6.51'), rub('6.50')]);
  });

  for (const [ticks, bid, ask] of [
    [0, '6.50', '6.50'],
    [1, '6.50', '6.51'],
    [2, '6.49', '6.51'],
    [5, '6.48', '6.53'],
  ] as const)
    test(`a spread of ${ticks} steps puts bid and ask around the last price`, () => {
      const { exchange } = scene({ spreadTicks: ticks });
      const tmos = exchange.instrument('TMOS');
      const step = exchange.market.last(tmos, FRIDAY_NOON)?.step ?? 0;
      expect(exchange.market.opposite(tmos, 'sell', step)).toBe(rub(bid));
      expect(exchange.market.opposite(tmos, 'buy', step)).toBe(rub(ask));
    });

  test('a large order eats into worse levels, and a second one finds them eaten', () => {
    const { exchange } = scene({ depthRub: '1000' });
    const { id } = exchange.openAccount({ token: TOKEN, cash: '100000' });
    const first = post(exchange, id, { lots: 400n });
    expect(first.fills.length).toBeGreaterThan(1);
    expect(first.fills.map((fill) => fill.price)).toEqual(
      first.fills.map((_, i) => rub('6.51') + BigInt(i) * rub('0.01')),
    );
    const second = post(exchange, id, { lots: 100n });
    expect(second.fills[0]?.price).toBeGreaterThanOrEqual(first.fills.at(-1)?.price ?? 0n);
  });

  test('what the book does not offer to a market order is cancelled', () => {
    const { exchange } = scene({ depthRub: '1' });
    const { id } = exchange.openAccount({ token: TOKEN, cash: '100000' });
    const order = post(exchange, id, { lots: 100n });
    expect([order.status, order.executed]).toEqual(['cancelled', 40n]);
    expect(exchange.desk.blockedCash(id, 'rub')).toBe(0n);
  });

  for (const [ticker, side, bound] of [
    ['TMON', 'buy', '161.48'],
    ['TMON', 'sell', '160.52'],
    ['TMOS', 'buy', '6.51'],
    ['TMOS', 'sell', '6.49'],
    // 0.3 % of 0.07224 is 10.8 steps: 10 steps through.
    ['FEES', 'buy', '0.07244'],
  ] as const)
    test(`best price ${side} of ${ticker} is bound at ${bound}, 0.3 % through the last price`, () => {
      const { exchange } = scene();
      const { id } = exchange.openAccount({ token: TOKEN, cash: '100000' });
      exchange.giveSecurities(id, ticker, 100_000);
      const order = post(exchange, id, { ticker, side, type: 'bestprice' });
      expect(order.bound).toBe(rub(bound));
      expect(order.status).toBe('filled');
    });

  test('lots are lots: one lot of FEES is ten thousand pieces', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '10000' });
    const order = post(exchange, id, { ticker: 'FEES', lots: 2n });
    expect(order.fills[0]?.price).toBe(rub('0.07226'));
    expect(exchange.registry.account(id).pieces(order.uid)).toBe(20_000n);
    expect(exchange.registry.account(id).cash()).toBe(rub('10000') - rub('1445.20') - rub('0.73'));
  });
});

describe('commission', () => {
  for (const [billionths, lots, fee] of [
    [0n, 1000n, '0'],
    [500_000n, 1n, '0.01'],
    [500_000n, 1000n, '3.26'],
    [3_000_000n, 1000n, '19.53'],
    [1_000_000n, 1000n, '6.51'],
  ] as const)
    test(`${billionths} billionths of ${lots} lots at 6.51 are ${fee} RUB, rounded up to the kopeck`, () => {
      const { exchange } = scene({ commission: rate(billionths) });
      const { id } = exchange.openAccount({ token: TOKEN, cash: '100000' });
      const order = post(exchange, id, { lots });
      expect(order.fills.reduce((sum, fill) => sum + fill.fee, 0n)).toBe(rub(fee));
    });

  test('the parts of an order never cost more than the order would in one piece', () => {
    const { exchange } = scene({ depthRub: '10' });
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const order = post(exchange, id, { lots: 5n });
    const value = order.fills.reduce((sum, fill) => sum + fill.value, 0n);
    expect(order.fills.length).toBeGreaterThan(2);
    expect(order.fills.reduce((sum, fill) => sum + fill.fee, 0n)).toBe(rub('0.02'));
    expect(value).toBeLessThan(rub('40'));
  });

  test('an account may have its own rate, and the house funds theirs', () => {
    const { exchange } = scene({ fundCommission: rate(0n) });
    const { id } = exchange.openAccount({ token: TOKEN, cash: '100000' });
    const own = exchange.openAccount({ token: TOKEN, cash: '100000', commission: rate(3_000_000n) });
    expect(post(exchange, id, { lots: 1000n }).fills[0]?.fee).toBe(0n);
    expect(post(exchange, id, { ticker: 'SBER', lots: 100n }).fills[0]?.fee).toBe(rub('15.03'));
    expect(post(exchange, own.id, { lots: 1000n }).fills[0]?.fee).toBe(rub('19.53'));
  });
});
