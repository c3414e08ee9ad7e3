// The book and the desk: prices that orders get, what they hold while they rest, when they are refused.
// Prices stand still here: TMOS 6.50, bid 6.50, ask 6.51, commission 0.05 % unless a test says otherwise.

import { describe, expect, test } from 'bun:test';
import { parseNano, rate } from '../../src/core/units.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { createExchange, type ExchangeOptions } from '../../src/exchange/exchange.ts';
import type { NewOrder } from '../../src/exchange/order.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { FRIDAY_NOON, freshKey, TOKEN } from './venue-client.ts';

function scene(options: Partial<ExchangeOptions> = {}, nowMs = FRIDAY_NOON) {
  const clock = createManualClock(nowMs);
  const exchange = createExchange({ clock, seed: 7, liveliness: 0, ...options });
  return { clock, exchange };
}

function wish(
  exchange: Exchange,
  accountId: string,
  change: Partial<NewOrder> & { ticker?: string },
): NewOrder {
  const { ticker = 'TMOS', ...rest } = change;
  return {
    accountId,
    key: freshKey(),
    uid: exchange.instrument(ticker).uid,
    side: 'buy',
    type: 'market',
    lots: 1n,
    price: null,
    confirmMargin: false,
    timeInForce: 'day',
    foreign: false,
    ...rest,
  };
}

const post = (exchange: Exchange, accountId: string, change: Partial<NewOrder> & { ticker?: string }) =>
  exchange.desk.post(wish(exchange, accountId, change), exchange.now());

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
const rub = (text: string) => parseNano(text);

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
    expect(codeOf(buy(margin.id, false, 100n))).toBe('30042');
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

describe('resting orders', () => {
  test('a resting order fills at its own price at the step that crosses it, whoever looks and when', async () => {
    const outcomes = [];
    for (const looks of [1, 7, 200]) {
      const { clock, exchange } = scene({ liveliness: 1 });
      const { id } = exchange.openAccount({ token: TOKEN, cash: '1000000' });
      const gold = exchange.instrument('TGLD');
      const last = exchange.market.last(gold, clock.now())?.price ?? 0n;
      const price = last - 10n * gold.step;
      const order = post(exchange, id, { ticker: 'TGLD', type: 'limit', price, lots: 3n });
      for (let i = 0; i < looks; i += 1) {
        await clock.advance(Math.floor((10 * 3_600_000) / looks));
        exchange.now();
      }
      outcomes.push([order.status, order.fills.map((fill) => [fill.atMs, fill.price, fill.lots])]);
    }
    expect(outcomes[0]?.[0]).toBe('filled');
    expect(outcomes[1]).toEqual(outcomes[0]!);
    expect(outcomes[2]).toEqual(outcomes[0]!);
  });

  test('an unfilled order is cancelled at the end of the trading day', async () => {
    const { clock, exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const order = post(exchange, id, { type: 'limit', price: rub('6.00') });
    clock.set(Date.UTC(2026, 10, 20, 20, 49, 59));
    exchange.now();
    expect(order.status).toBe('new');
    clock.set(Date.UTC(2026, 10, 20, 20, 50));
    exchange.now();
    expect([order.status, order.finalMs]).toEqual(['cancelled', Date.UTC(2026, 10, 20, 20, 50)]);
    expect(exchange.desk.blockedCash(id, 'rub')).toBe(0n);
  });

  test('a halt keeps a resting order from meeting what the tape did meanwhile', async () => {
    const { clock, exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    const order = post(exchange, id, { type: 'limit', price: rub('6.00') });
    exchange.setStatus('TMOS', 4);
    exchange.setPrice('TMOS', '5.50');
    await clock.advance(60_000);
    exchange.now();
    exchange.setPrice('TMOS', '6.50');
    exchange.setStatus('TMOS', null);
    await clock.advance(60_000);
    exchange.now();
    expect(order.status).toBe('new');
  });

  test('a planned order fills now what it was told, the rest later or never', async () => {
    const { clock, exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    exchange.faults.execute({ kind: 'partial', now: 4n, later: [{ afterMs: 5000, lots: 3n }] });
    const order = post(exchange, id, { lots: 10n });
    expect([order.status, order.executed]).toEqual(['partial', 4n]);
    await clock.advance(4999);
    exchange.now();
    expect(order.executed).toBe(4n);
    await clock.advance(1);
    exchange.now();
    expect(order.executed).toBe(7n);
    exchange.desk.cancel(order, exchange.now());
    expect([order.status, order.executed]).toEqual(['cancelled', 7n]);
    expect(exchange.audit().faults).toEqual([]);
  });

  test('an order told to rest holds its cash until it is cancelled', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    exchange.faults.execute({ kind: 'rest' });
    const order = post(exchange, id, { lots: 100n });
    expect([order.status, exchange.desk.blockedCash(id, 'rub')]).toEqual(['new', rub('651.33')]);
    exchange.desk.cancel(order, exchange.now());
    expect(codeOf(() => exchange.desk.cancel(order, exchange.now()))).toBe('30059');
  });

  test('an order told to be rejected moves nothing', () => {
    const { exchange } = scene();
    const { id } = exchange.openAccount({ token: TOKEN, cash: '1000' });
    exchange.faults.execute({ kind: 'reject', message: 'not today' });
    const order = post(exchange, id, { lots: 100n });
    expect([order.status, order.executed, order.message]).toEqual(['rejected', 0n, 'not today']);
    expect(exchange.registry.account(id).cash()).toBe(rub('1000'));
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
