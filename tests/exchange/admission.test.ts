// What the venue refuses: orders beyond the means, the price rules or the status of their instrument.

import { describe, expect, test } from 'bun:test';
import type { NewOrder } from '../../src/exchange/order.ts';
import { codeOf, post, rub, scene } from './desk-scene.ts';
import { FRIDAY_NOON, TOKEN } from './venue-client.ts';

describe('means', () => {
  test('a market buy needs the worst level and its commission to the kopeck', () => {
    // 100 x 6.51 = 651.00 and 0.33 of commission.
    for (const [cash, code] of [
      ['651.32', '30042'],
      ['651.33', 'accepted'],
    ] as const) {
      const { exchange } = scene();
      const { id } = exchange.openAccount({ token: TOKEN, cash });
      expect(codeOf(() => post(exchange, id, { lots: 100n }))).toBe(code);
      expect(exchange.registry.account(id).cash()).toBe(code === 'accepted' ? 0n : rub(cash));
    }
  });

  test('cash held by a resting buy cannot be spent twice', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const resting = post(exchange, id, { type: 'limit', price: rub('6.00'), lots: 100n });
    expect(resting.status).toBe('new');
    expect(exchange.desk.blockedCash(id, 'rub')).toBe(rub('600.30'));
    expect(codeOf(() => post(exchange, id, { lots: 62n }))).toBe('30042');
    expect(codeOf(() => post(exchange, id, { lots: 61n }))).toBe('accepted');
    exchange.desk.cancel(resting, exchange.now());
    expect(exchange.desk.blockedCash(id, 'rub')).toBe(0n);
  });

  test('pieces held by a resting sell, frozen or not there cannot be sold', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN });
    expect(codeOf(() => post(exchange, id, { side: 'sell' }))).toBe('30042');
    exchange.giveSecurities(id, 'TMOS', 10);
    post(exchange, id, { side: 'sell', type: 'limit', price: rub('7.00'), lots: 6n });
    expect(codeOf(() => post(exchange, id, { side: 'sell', lots: 5n }))).toBe('30042');
    expect(codeOf(() => post(exchange, id, { side: 'sell', lots: 4n }))).toBe('accepted');
    exchange.giveSecurities(id, 'TMOS', 4);
    exchange.freeze(id, 'TMOS');
    expect(codeOf(() => post(exchange, id, { side: 'sell', lots: 1n }))).toBe('30042');
  });

  test('odd pieces that make no lot cannot be sold', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN });
    exchange.giveSecurities(id, 'FEES', 19_999);
    expect(codeOf(() => post(exchange, id, { ticker: 'FEES', side: 'sell', lots: 2n }))).toBe('30042');
    expect(codeOf(() => post(exchange, id, { ticker: 'FEES', side: 'sell', lots: 1n }))).toBe('accepted');
    expect(exchange.registry.account(id).pieces(exchange.instrument('FEES').uid)).toBe(9_999n);
  });

  test('borrowing takes a margin account and a confirmed request', () => {
    const { exchange } = scene();
    const plain = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const margin = exchange.openAccount({ token: TOKEN, cash: '1000', margin: { enabled: true } });
    const capped = exchange.openAccount({
      token: TOKEN,
      cash: '1000',
      margin: { enabled: true, debtMaxRub: '100' },
    });
    const buy = (id: string, confirmMargin: boolean, lots: bigint) => () =>
      post(exchange, id, { ticker: 'TGLD', lots, confirmMargin });
    expect(codeOf(buy(plain.id, true, 100n))).toBe('30051');
    expect(codeOf(buy(margin.id, false, 100n))).toBe('30240');
    expect(codeOf(buy(capped.id, true, 100n))).toBe('30042');
    expect(codeOf(buy(margin.id, true, 1000n))).toBe('30042');
    expect(codeOf(buy(margin.id, true, 100n))).toBe('accepted');
    expect(margin.cash()).toBe(rub('1000') - rub('1466') - rub('0.74'));
  });

  test('an order above thirty million roubles is refused as too big', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '50000000' });
    // At the last price of 6.50: 30,000,000 / 6.50 = 4,615,384.6 lots.
    expect(codeOf(() => post(exchange, id, { lots: 4_615_385n }))).toBe('90003');
    expect(codeOf(() => post(exchange, id, { lots: 4_615_384n }))).toBe('accepted');
  });

  test('dollars are paid in dollars', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '100000' });
    expect(codeOf(() => post(exchange, id, { ticker: 'SPYD' }))).toBe('30042');
    exchange.deposit(id, '100', 'usd');
    post(exchange, id, { ticker: 'SPYD' });
    expect(exchange.registry.account(id).cash('usd')).toBe(rub('100') - rub('40.11') - rub('0.03'));
    expect(exchange.registry.account(id).cash()).toBe(rub('100000'));
  });
});

describe('limit prices', () => {
  for (const [price, code] of [
    ['6.505', '30078'],
    ['0', '30100'],
    ['-1', '30100'],
    ['7.80', 'accepted'],
    ['7.81', '30099'],
    ['5.20', 'accepted'],
    ['5.19', '30099'],
  ] as const)
    test(`a limit of ${price} is ${code}`, () => {
      const { exchange } = scene();
      const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
      expect(codeOf(() => post(exchange, id, { type: 'limit', price: rub(price) }))).toBe(code);
    });

  test('a limit that crosses executes at the book, not at the limit', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const order = post(exchange, id, { type: 'limit', price: rub('6.60') });
    expect([order.status, order.fills[0]?.price]).toEqual(['filled', rub('6.51')]);
  });

  test('fill or kill does all or nothing, fill and kill what it can', () => {
    const { exchange } = scene({ depthRub: '1' });
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const limit = { type: 'limit', price: rub('6.52'), lots: 3n } as const;
    expect(codeOf(() => post(exchange, id, { ...limit, timeInForce: 'fill_or_kill' }))).toBe('30095');
    const order = post(exchange, id, { ...limit, timeInForce: 'fill_and_kill' });
    expect([order.status, order.executed]).toEqual(['cancelled', 2n]);
  });
});

describe('statuses', () => {
  const saturday = Date.UTC(2026, 10, 21, 9);
  const closingAuction = Date.UTC(2026, 10, 20, 15, 56);
  const pause = Date.UTC(2026, 10, 20, 16, 2);
  const night = Date.UTC(2026, 10, 20, 22);
  const cases: readonly (readonly [string, number, string, NewOrder['type'], string])[] = [
    ['a weekday', FRIDAY_NOON, 'TMOS', 'market', 'accepted'],
    ['a weekend', saturday, 'TMOS', 'market', '30068'],
    ['a weekend', saturday, 'TMOS', 'bestprice', 'accepted'],
    ['a weekend', saturday, 'TMOS', 'limit', 'accepted'],
    ['a weekend', saturday, 'SBER', 'bestprice', '30079'],
    ['the closing auction', closingAuction, 'SBER', 'market', '30068'],
    ['the closing auction', closingAuction, 'SBER', 'bestprice', 'accepted'],
    ['the break', pause, 'SBER', 'bestprice', '30079'],
    ['the break', pause, 'TMOS', 'market', 'accepted'],
    ['the night', night, 'TMOS', 'market', '30079'],
    ['the night', night, 'SBER', 'limit', '30079'],
  ];
  for (const [when, atMs, ticker, type, code] of cases)
    test(`on ${when} a ${type} order in ${ticker} is ${code}`, () => {
      const { exchange } = scene({}, atMs);
      const { id } = exchange.openAccount({ token: TOKEN, cash: '10000' });
      const price = exchange.market.last(exchange.instrument(ticker), atMs)?.price ?? null;
      expect(codeOf(() => post(exchange, id, { ticker, type, price: type === 'limit' ? price : null }))).toBe(
        code,
      );
    });

  test('an IIS does not trade on the weekend dealer market', () => {
    const { exchange } = scene({}, saturday);
    const { id } = exchange.openAccount({ token: TOKEN, cash: '10000', type: 'iis' });
    expect(codeOf(() => post(exchange, id, { type: 'bestprice' }))).toBe('30092');
  });

  test('a listing that the API may not trade, a halted and an unknown one are refused by their codes', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '10000' });
    const closed = exchange.market.all().find((each) => each.ticker === 'TMOS' && each.classCode === 'TQTF');
    expect(codeOf(() => post(exchange, id, { uid: closed?.uid ?? '' }))).toBe('30052');
    expect(codeOf(() => post(exchange, id, { uid: 'nobody' }))).toBe('50002');
    exchange.setStatus('TMOS', 4);
    expect(codeOf(() => post(exchange, id, {}))).toBe('30079');
    exchange.setStatus('TMOS', null);
    exchange.amend('TMOS', { buyable: false });
    expect(codeOf(() => post(exchange, id, {}))).toBe('30052');
  });
});
