// Borrowing: what the venue lends, on what, and what it tells of it.

import { describe, expect, test } from 'bun:test';
import { rate } from '../../src/core/units.ts';
import { marginOf } from '../../src/exchange/margin.ts';
import { codeOf, post, rub, scene } from './desk-scene.ts';
import { FRIDAY_NOON, nano, TOKEN, testVenue } from './venue-client.ts';

/** TGLD at 14.65 (ask 14.66) asks for 20.18 %; commission off to keep the sums plain. */
function borrower(cash: string) {
  const { exchange, clock } = scene({ commission: rate(0n) });
  const account = exchange.openAccount({ token: TOKEN, cash, margin: { enabled: true } });
  const buy = (lots: bigint, change: Parameters<typeof post>[2] = {}) =>
    codeOf(() => post(exchange, account.id, { ticker: 'TGLD', lots, confirmMargin: true, ...change }));
  return { exchange, clock, account, buy };
}

describe('a buy with borrowed money', () => {
  test('is lent as long as the starting margin after it is covered, to the lot', () => {
    const accepted = (lots: bigint) => borrower('1000').buy(lots) === 'accepted';
    let lots = 60n;
    while (accepted(lots)) lots += 1n;
    const { exchange, account, buy } = borrower('1000');
    expect(buy(lots - 1n)).toBe('accepted');
    const after = marginOf(account, exchange.market, FRIDAY_NOON);
    expect(after.liquid).toBeGreaterThanOrEqual(after.starting);
    // One lot more would ask for 2.96 more and cost 0.02 of the portfolio.
    expect(after.liquid - after.starting).toBeLessThan(rub('2.99'));
    expect(borrower('1000').buy(lots)).toBe('30042');
  });

  test('needs confirmation only where own money does not do', () => {
    const { exchange, account } = borrower('1000');
    const plain = (lots: bigint) => codeOf(() => post(exchange, account.id, { ticker: 'TGLD', lots }));
    expect(plain(69n)).toBe('30240');
    expect(plain(68n)).toBe('accepted');
  });

  test('is not lent on what is no collateral, whatever else there is', () => {
    const { exchange, account, buy } = borrower('1000');
    exchange.giveSecurities(account.id, 'TGLD', 100_000);
    expect(buy(7n, { ticker: 'TMON' })).toBe('30042');
    expect(buy(6n, { ticker: 'TMON' })).toBe('accepted');
    for (const dlong of [0n, 1_000_000_000n, 1_500_000_000n]) {
      exchange.amend('TRUR', { dlong });
      expect(buy(100n, { ticker: 'TRUR' })).toBe('30042');
    }
    exchange.amend('TRUR', { dlong: 999_999_999n });
    expect(buy(100n, { ticker: 'TRUR' })).toBe('accepted');
  });

  test('counts orders that still rest', () => {
    const rest = (exchange: ReturnType<typeof borrower>) =>
      exchange.buy(100n, { type: 'limit', price: rub('14.00') });
    const alone = borrower('1000');
    expect(alone.buy(300n)).toBe('accepted');
    const crowded = borrower('1000');
    expect(rest(crowded)).toBe('accepted');
    expect(crowded.buy(300n)).toBe('30042');
  });

  test('is refused by 30051 once the owner switched margin off, and lent again once it is on', () => {
    const { exchange, account, buy } = borrower('1000');
    exchange.setMargin(account.id, { enabled: false });
    expect(buy(100n)).toBe('30051');
    exchange.setMargin(account.id, { enabled: true, debtMaxRub: '400' });
    expect(buy(100n)).toBe('30042');
    expect(buy(90n)).toBe('accepted');
  });

  test('on frozen pieces is not lent', () => {
    const { exchange, account, buy } = borrower('10');
    exchange.giveSecurities(account.id, 'TGLD', 1000);
    exchange.freeze(account.id, 'TGLD');
    expect(buy(10n)).toBe('30042');
    exchange.freeze(account.id, 'TGLD', false);
    expect(buy(10n)).toBe('accepted');
  });
});

describe('a margin call', () => {
  /** 300 of TGLD (14.65, 20.18 %) and 10 of SBER (300.50, 22 %) on a debt. */
  const indebted = (debt: string, options: Parameters<typeof scene>[0] = {}) => {
    const { exchange, clock } = scene({ commission: rate(0n), ...options });
    const account = exchange.openAccount({ token: TOKEN, margin: { enabled: true } });
    exchange.giveSecurities(account.id, 'TGLD', 300);
    exchange.giveSecurities(account.id, 'SBER', 10);
    exchange.withdraw(account.id, debt);
    const view = () => marginOf(account, exchange.market, exchange.now());
    return { exchange, clock, account, view };
  };

  test('comes below the minimal margin, not below the starting one', () => {
    // 7,400 of collateral; it asks for 1,548.01, at least for 774.
    const between = indebted('6600');
    expect(between.view().liquid < between.view().starting).toBe(true);
    expect(between.exchange.marginCall(between.account.id)).toEqual([]);
    const below = indebted('6700');
    expect(below.view().liquid < below.view().minimal).toBe(true);
    expect(below.exchange.marginCall(below.account.id)).toHaveLength(1);
  });

  test('sells the largest holding until the starting margin is covered, and no more', () => {
    const { exchange, account, view } = indebted('6700');
    const [order] = exchange.marginCall(account.id);
    expect(order).toMatchObject({ side: 'sell', uid: exchange.instrument('TGLD').uid, foreign: true });
    expect(view().liquid).toBeGreaterThanOrEqual(view().starting);
    expect(view().liquid - view().starting).toBeLessThan(rub('4'));
    expect(exchange.audit().faults).toEqual([]);
  });

  test('goes on to the next holding, and sells everything where nothing suffices', () => {
    const { exchange, account } = indebted('7390');
    expect(exchange.marginCall(account.id).map((order) => order.uid)).toEqual([
      exchange.instrument('TGLD').uid,
      exchange.instrument('SBER').uid,
    ]);
  });

  test('happens by itself only where that was asked for, and only while there is trading', () => {
    const off = indebted('6700');
    off.exchange.now();
    expect(off.account.cash()).toBe(rub('-6700'));
    const on = indebted('6000', { marginCalls: true });
    on.clock.set(FRIDAY_NOON + 12 * 3_600_000);
    on.exchange.withdraw(on.account.id, '700');
    on.exchange.now();
    const owed = on.account.cash();
    expect(owed).toBeLessThan(rub('-6700') + 1n);
    on.clock.set(FRIDAY_NOON + 24 * 3_600_000);
    on.exchange.now();
    expect(on.account.cash()).toBeGreaterThan(owed);
  });

  test('does not come for an account without margin', () => {
    const { exchange, account } = indebted('6700');
    exchange.setMargin(account.id, { enabled: false });
    expect(exchange.marginCall(account.id)).toEqual([]);
  });
});

describe('GetMarginAttributes', () => {
  test('is refused by 30051 for an account without margin', async () => {
    await using venue = await testVenue();
    const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
    const answer = await venue.client.users('getMarginAttributes', { accountId: id });
    expect(answer.error).toMatchObject({ code: '30051', status: 3 });
  });

  test('tells the liquid portfolio, both margins and what is missing; without positions nothing is asked for', async () => {
    await using venue = await testVenue();
    const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000', margin: { enabled: true } });
    const told = async () => {
      const { reply } = await venue.client.users('getMarginAttributes', { accountId: id });
      return [
        reply?.liquidPortfolio,
        reply?.startingMargin,
        reply?.minimalMargin,
        reply?.amountOfMissingFunds,
        reply?.correctedMargin,
        reply?.fundsSufficiencyLevel,
      ].map(nano);
    };
    expect(await told()).toEqual([rub('1000'), 0n, 0n, -rub('1000'), 0n, 0n]);
    venue.exchange.giveSecurities(id, 'SBER', 100);
    venue.exchange.giveSecurities(id, 'TMON', 100);
    venue.exchange.withdraw(id, '26000');
    // 30,050 of SBER at 22 %; TMON is no collateral.
    expect(await told()).toEqual([
      rub('5050'),
      rub('6611'),
      rub('3305.50'),
      rub('1561'),
      rub('6611'),
      (rub('5050') * 1_000_000_000n) / rub('6611'),
    ]);
    const uid = venue.exchange.instrument('TGLD').uid;
    venue.exchange.deposit(id, '30000');
    await venue.post({
      accountId: id,
      uid,
      side: 'buy',
      lots: 100,
      type: 'limit',
      price: { units: 14, nano: 0 },
    });
    expect((await told()).slice(1, 5)).toEqual([
      rub('6611'),
      rub('3305.50'),
      rub('6611') - rub('35050'),
      rub('6611') + (rub('1465') * 2018n) / 10_000n,
    ]);
  });
});
