import { describe, expect, test } from 'bun:test';
import { decide } from '../../../src/core/decide.ts';
import { NO_FACTS } from '../../../src/core/facts.ts';
import { type FundingPolicy, NO_RULES, type Policy } from '../../../src/core/policy.ts';
import type { Holding, Snapshot } from '../../../src/core/portfolio.ts';
import { lotSize, lots, parseNano, price, raw } from '../../../src/core/units.ts';
import {
  afterFills,
  holding,
  ordersOf,
  percent,
  planOf,
  policyOf,
  rub,
  ruleFor,
  snapshotOf,
} from '../../support/snapshot-builder.ts';

const RULE = 'buy_requires_total_marginal_sell';

/** Ten rubles a piece, at steps so fine that they reserve nothing, without fees: what is counted is the rule. */
const fund = (ticker: string, pieces: number, cost: string | null = null, change: Partial<Holding> = {}) =>
  holding(ticker, '10', pieces, {
    step: price(1_000n),
    averagePrice: cost === null ? null : price(parseNano(cost)),
    ...change,
  });

const funded = (
  mode: FundingPolicy['mode'],
  wallet: Readonly<Record<string, number>>,
  change: Partial<Policy> & { minBuyPercent?: number; instruments?: string[] } = {},
): Policy => {
  const { minBuyPercent = 0.1, instruments = ['TMON'], ...unusual } = change;
  return policyOf(wallet, {
    commission: percent('0'),
    funding: { instruments: new Set(instruments), mode, minBuyPercent },
    ...unusual,
  });
};

const QUARTERS = { TMON: 25, TMOS: 25, TBRU: 25, TGLD: 25 };
const planFor = (snapshot: Snapshot, policy: Policy) => planOf(decide(snapshot, policy));

describe('none: own cash is all there is', () => {
  const policy = funded('none', QUARTERS);
  const start = (cash: string) =>
    snapshotOf(cash, [fund('TMON', 0), fund('TMOS', 3_333), fund('TBRU', 3_333), fund('TGLD', 3_333)]);

  test('without cash nothing is bought and nothing is sold for it', () => {
    const plan = planFor(start('0'), policy);
    expect(plan.orders).toEqual([]);
    expect(plan.heldBack.find(({ ticker }) => ticker === 'TMON')).toMatchObject({ rule: RULE, lots: 2_500 });
  });

  test('a purchase goes as far as the cash', () => {
    const plan = planFor(start('10001'), policy);
    expect(ordersOf(plan)).toEqual({ TMON: 1_000 });
    const detail = 'own cash pays for 10000.00 of 27490.00 RUB: nothing is sold for it';
    expect(plan.heldBack).toContainEqual({ ticker: 'TMON', rule: RULE, detail, lots: 1_750 });
  });

  test('what is kept is not own cash', () => {
    const limits = { ...NO_RULES.limits, cashReserve: rub('4000') };
    expect(ordersOf(planFor(start('10001'), { ...policy, limits })).TMON).toBe(600);
  });

  test('the other purchases are balanced as ever', () => {
    const drifted = snapshotOf('0', [
      fund('TMON', 1_000),
      fund('TMOS', 5_000),
      fund('TBRU', 1_500),
      fund('TGLD', 2_500),
    ]);
    const orders = ordersOf(planFor(drifted, policy));
    expect(orders.TMON).toBeUndefined();
    expect(orders.TBRU).toBe(1_000);
    expect(orders.TMOS).toBeLessThanOrEqual(-1_000);
    expect(orders.TMOS).toBeGreaterThanOrEqual(-1_002);
  });
});

describe('only_positive_positions_sell: what has earned, the largest profit first', () => {
  const policy = funded('only_positive_positions_sell', QUARTERS);
  const start = (costs: readonly (string | null)[]) =>
    snapshotOf('0', [
      fund('TMON', 0),
      ...['TMOS', 'TBRU', 'TGLD'].map((ticker, index) => fund(ticker, 3_333, costs[index] ?? null)),
    ]);

  test.each<[string, (string | null)[], Record<string, number>]>([
    ['one that earned pays for all of it', ['8', '11', null], { TMOS: -2_500, TMON: 2_499 }],
    ['of two that earned the one that earned more', ['9.9', '8', '11'], { TBRU: -2_500, TMON: 2_499 }],
    ['one without any profit is not sold', ['10', '9.99', '10.01'], { TGLD: 0, TMOS: 0 }],
  ])('%s', (_, costs, expected) => {
    const orders = ordersOf(planFor(start(costs), policy));
    for (const [ticker, lots] of Object.entries(expected))
      expect(Math.abs((orders[ticker] ?? 0) - lots)).toBeLessThanOrEqual(1);
    expect(Object.values(orders).filter((lots) => lots < 0)).toHaveLength(1);
  });

  test('the second pays what the first cannot', () => {
    const held = snapshotOf('0', [
      fund('TMON', 0),
      fund('TMOS', 1_000, '5'),
      fund('TBRU', 4_500, '9.9'),
      fund('TGLD', 4_500, '11'),
    ]);
    const orders = ordersOf(planFor(held, { ...policy, minOneLot: false }));
    expect(orders.TMOS).toBe(-1_000);
    expect(Math.abs((orders.TBRU ?? 0) + 1_500)).toBeLessThanOrEqual(2);
    expect(orders.TGLD).toBeUndefined();
  });

  test('the profit is counted in rubles, not in percent', () => {
    const held = snapshotOf('0', [
      fund('TMON', 0),
      fund('TMOS', 3_000, '5'),
      fund('TBRU', 7_000, '7'),
      fund('TGLD', 0),
    ]);
    const wallet = { TMON: 20, TMOS: 30, TBRU: 50, TGLD: 0 };
    const orders = ordersOf(planFor(held, funded('only_positive_positions_sell', wallet)));
    expect(orders.TMOS).toBeUndefined();
    expect(Math.abs((orders.TBRU ?? 0) + 2_000)).toBeLessThanOrEqual(1);
  });

  test.each([
    [5, -2_500],
    [6, 0],
  ])('with a least profit of %p %% one that earned 5.26 %% sells %p', (minProfitPercent, lots) => {
    const orders = ordersOf(planFor(start(['9.5', '9.9', '9.9']), { ...policy, minProfitPercent }));
    expect(Math.abs((orders.TMOS ?? 0) - lots)).toBeLessThanOrEqual(1);
    expect(orders.TBRU).toBeUndefined();
  });

  test('a tolerated loss is no profit', () => {
    const plan = planFor(start(['10.05', '10.05', '10.05']), { ...policy, minProfitPercent: -5 });
    expect(plan.orders).toEqual([]);
  });

  test('a listed instrument is not sold for another', () => {
    const held = snapshotOf('0', [
      fund('TMON', 0),
      fund('TMOS', 5_000, '5'),
      fund('TBRU', 5_000, '11'),
      fund('TGLD', 0),
    ]);
    const wallet = { TMON: 20, TMOS: 30, TBRU: 50, TGLD: 0 };
    const change = { instruments: ['TMON', 'TMOS'] };
    expect(planFor(held, funded('only_positive_positions_sell', wallet, change)).orders).toEqual([]);
  });

  test('a later plan buys back what was sold below its target', () => {
    const first = planFor(start(['8', '11', '11']), policy);
    expect(ruleFor(first, 'TMOS')).toBe(RULE);
    expect(first.rows[1]!.afterPercent).toBeCloseTo(8.33, 1);
    let now = afterFills(start(['8', '11', '11']), first.orders, percent('0'));
    const second = planFor(now, policy);
    expect(ordersOf(second).TMOS).toBeGreaterThan(1_600);
    now = afterFills(now, second.orders, percent('0'));
    expect(planFor(now, policy).orders).toEqual([]);
  });
});

describe('equal_in_percents: what is overweight first, then everything in proportion', () => {
  test('what is overweight pays for all of it', () => {
    const held = snapshotOf('0', [
      fund('TMON', 0),
      fund('TMOS', 5_000),
      fund('TBRU', 2_500),
      fund('TGLD', 2_500),
    ]);
    const orders = ordersOf(planFor(held, funded('equal_in_percents', QUARTERS)));
    expect(Object.keys(orders).sort()).toEqual(['TMON', 'TMOS']);
    expect(orders.TMOS).toBe(-2_500);
  });

  const wallet = { TMON: 25, TMOS: 25, TBRU: 30, TGLD: 20 };
  const tied = snapshotOf('0', [
    fund('TMON', 0),
    fund('TMOS', 4_500, null, { sellable: false }),
    fund('TBRU', 3_500),
    fund('TGLD', 2_000),
  ]);

  test('of what it lacks the others give in proportion to what they are worth', () => {
    const held = { ...tied, holdings: [...tied.holdings, fund('TOFZ', 0)] };
    const orders = ordersOf(planFor(held, funded('equal_in_percents', { ...wallet, TOFZ: 0 })));
    // 500 lots of TBRU are above its target; TMON lacks 2,000 more, which only TGLD, at its target, and TBRU can give.
    expect(orders.TMOS).toBeUndefined();
    expect((orders.TBRU ?? 0) + (orders.TGLD ?? 0)).toBe(-2_501);
    expect(orders.TMON).toBe(2_500);
    expect(orders.TGLD).toBeLessThan(-1_900);
  });

  test('nothing is sold that may not be', () => {
    const limits = { ...NO_RULES.limits, doNotSell: new Set(['TGLD']) };
    const orders = ordersOf(planFor(tied, funded('equal_in_percents', wallet, { limits })));
    expect(orders.TGLD).toBeUndefined();
    expect(orders.TBRU).toBe(-2_501);
  });
});

describe('the need', () => {
  const wallet = { TMON: 50, TMOS: 50 };
  const start = (free: number) =>
    snapshotOf('0', [
      fund('TMON', 0),
      fund('TMOS', free),
      fund('TBRU', 10_000 - free, null, { sellable: false }),
    ]);
  const policy = funded('equal_in_percents', { ...wallet, TBRU: 0 }, { minOneLot: false });

  test.each([
    [2_510, true],
    [2_490, false],
  ])('is 5,000 lots, %p can be sold: anything is: %p', (free, sells) => {
    const plan = planFor(start(free), policy);
    expect(plan.orders.some(({ side }) => side === 'sell')).toBe(sells);
    if (!sells)
      expect(plan.heldBack.find(({ ticker }) => ticker === 'TMON')?.detail).toContain('less than half');
  });

  test('begins with negative RUB', () => {
    const snapshot = snapshotOf(
      '-20000',
      ['TMON', 'TMOS', 'TBRU'].map((ticker, index) =>
        fund(ticker, [0, 6_000, 6_000][index]!, null, { marginRate: percent('20') }),
      ),
      {
        facts: {
          ...NO_FACTS,
          margin: { kind: 'enabled', liquid: rub('100000'), starting: rub('24000'), minimal: rub('12000') },
        },
      },
    );
    const margin: Policy['margin'] = {
      multiplier: 2,
      freeThreshold: rub('0'),
      maxMarginSize: rub('100000'),
      strategy: 'keep',
      minFundsSufficiency: 1,
    };
    const wallet2x = { TMON: 10, TMOS: 45, TBRU: 45 };
    const plan = planFor(snapshot, funded('equal_in_percents', wallet2x, { margin }));
    const orders = ordersOf(plan);
    // 20,000 of debt and 20,000 (10 % of twice the total) of TMON, half of it from each.
    expect(orders.TMON).toBe(2_000);
    expect((orders.TMOS ?? 0) + (orders.TBRU ?? 0)).toBeLessThanOrEqual(-4_000);
    expect((orders.TMOS ?? 0) + (orders.TBRU ?? 0)).toBeGreaterThanOrEqual(-4_004);
    expect(raw(plan.rows.at(-1)!.valueAfter) >= 0n).toBe(true);
  });
});

describe('a purchase below min_buy_rebalance_percent waits', () => {
  test.each([
    [2_479, undefined],
    [2_461, undefined],
    [2_459, 40],
  ])('TMON at %p pieces of 2,500 of 10,000 at 0.4 percent: %p', (pieces, bought) => {
    const snapshot = snapshotOf(String((2_500 - pieces) * 10), [fund('TMON', pieces), fund('TMOS', 7_500)]);
    const policy = funded('none', { TMON: 25, TMOS: 75 }, { minBuyPercent: 0.4, minImprovementPp: 0 });
    const plan = planFor(snapshot, policy);
    expect(ordersOf(plan).TMON).toBe(bought);
    if (bought === undefined)
      expect(plan.heldBack.find(({ ticker }) => ticker === 'TMON')?.detail).toContain(
        'min_buy_rebalance_percent',
      );
  });

  test('and nothing else is bought in its place', () => {
    const snapshot = snapshotOf('300', [fund('TMON', 2_470), fund('TMOS', 7_500)]);
    const policy = funded('none', { TMON: 25, TMOS: 75 }, { minBuyPercent: 0.4, minImprovementPp: 0 });
    expect(planFor(snapshot, policy).orders).toEqual([]);
  });
});

describe('a plan with other rules', () => {
  const start = snapshotOf('0', [
    fund('TMON', 0),
    fund('TMOS', 2_500, '8'),
    fund('TBRU', 5_000, '11'),
    fund('TGLD', 2_500, '11'),
  ]);
  const policy = funded('only_positive_positions_sell', QUARTERS);

  test('sells, then buys what is listed, then the rest', () => {
    const held = snapshotOf('20000', [
      fund('TBRU', 0),
      fund('TMOS', 6_000),
      fund('TMON', 0),
      fund('TGLD', 2_000),
    ]);
    const plan = planFor(held, funded('equal_in_percents', QUARTERS));
    expect(plan.orders.map(({ ticker, side }) => [ticker, side])).toEqual([
      ['TMOS', 'sell'],
      ['TMON', 'buy'],
      ['TBRU', 'buy'],
      ['TGLD', 'buy'],
    ]);
  });

  test('a sell that is taken away takes the purchase with it, and the other way round', () => {
    const limits = { ...NO_RULES.limits, maxOrders: 1 };
    expect(planFor(start, { ...policy, limits }).orders).toEqual([]);
    const waiting = planFor(start, { ...policy, confirmAbove: rub('20000') });
    expect(waiting.orders).toEqual([]);
  });

  test.each<[string, number, Record<string, number>]>([
    ['is made where that is worth an order', 390, { TBRU: 5, TMON: 96, TMOS: -39 }],
    ['is none where it is too little for one, and own cash pays', 391, { TBRU: 5, TMON: 96 }],
  ])('a sell for a purchase that a cap made smaller %s', (_, least, orders) => {
    const held = [fund('TMON', 0), fund('TMOS', 8_200), fund('TBRU', 0, null, { lot: lotSize(100n) })];
    const limits = { ...NO_RULES.limits, minTrade: rub(String(least)), maxTurnoverPercent: 10 };
    const rules = funded('equal_in_percents', { TMON: 33, TMOS: 33, TBRU: 34 }, { limits });
    expect(ordersOf(planFor(snapshotOf('20000', held), rules))).toEqual(orders);
  });

  test('a purchase that min_improvement_pp would not trade sells nothing', () => {
    const near = snapshotOf('0', [
      fund('TMON', 2_480),
      fund('TMOS', 2_500, '8'),
      fund('TBRU', 2_520, '11'),
      fund('TGLD', 2_500, '11'),
    ]);
    const plan = planFor(near, policy);
    expect(plan.orders).toEqual([]);
    expect(ordersOf(planFor(near, { ...policy, minImprovementPp: 0.1 })).TMON).toBeGreaterThan(0);
  });

  test('while balancing waits nothing is sold for it', () => {
    const facts = {
      ...NO_FACTS,
      timing: { calendarDue: false, calendar: '', blocked: 'outside the window' },
    };
    expect(planFor({ ...start, facts }, policy).orders).toEqual([]);
  });

  test('after the sells no more is bought than the plan had', () => {
    const plan = planFor(start, policy);
    const sells = plan.orders.filter(({ side }) => side === 'sell');
    const richer = afterFills(start, sells, percent('0'));
    const planned = new Map(plan.rows.map(({ ticker, lotsAfter }) => [ticker, lotsAfter]));
    const stage = { kind: 'buys' as const, tickers: new Set(['TMON']), aim: plan.aim, planned };
    const more = { ...richer, cash: rub('90000') };
    expect(ordersOf(planOf(decide(more, policy, stage))).TMON).toBe(ordersOf(plan).TMON!);
  });

  test.each([
    [1, 1, undefined],
    [2, 1, 2],
    [1, 0, 1],
  ])('what is left of a purchase, %p lots beside %p, has to be worth sending', (left, held, bought) => {
    const account = snapshotOf('5000', [fund('TMON', held), fund('TMOS', 9_500)]);
    const limits = { ...NO_RULES.limits, minTrade: rub('20') };
    const rest = funded('none', { TMON: 5, TMOS: 95 }, { minBuyPercent: 0.001, minImprovementPp: 0, limits });
    const { aim } = planFor(account, rest);
    const planned = new Map([['TMON', lots(BigInt(held + left))]]);
    const stage = { kind: 'buys' as const, tickers: new Set(['TMON']), aim, planned };
    expect(ordersOf(planOf(decide(account, rest, stage))).TMON).toBe(bought as number);
  });
});
