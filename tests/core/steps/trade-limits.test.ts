// Least order, turnover and number of orders: through `decide`, with the words.

import { describe, expect, test } from 'bun:test';
import { decide } from '../../../src/core/decide.ts';
import { NO_FACTS } from '../../../src/core/facts.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { type LimitsPolicy, NO_RULES, type Stage } from '../../../src/core/policy.ts';
import { nothingToDo } from '../../../src/core/rebalance/nothing-to-do.ts';
import { lots, rate } from '../../../src/core/units.ts';
import { holding, ordersOf, planOf, policyOf, rub, snapshotOf } from '../../support/snapshot-builder.ts';

interface Case {
  readonly pieces: Readonly<Record<string, number>>;
  readonly wallet: Readonly<Record<string, number>>;
  readonly limits: Partial<LimitsPolicy>;
  readonly cash?: string;
  readonly today?: string;
  readonly stage?: Stage;
  readonly minOneLot?: boolean;
}

function planFor({ pieces, wallet, limits, cash = '0', today = '0', stage, minOneLot = true }: Case): Plan {
  const holdings = Object.entries(pieces).map(([ticker, count]) => holding(ticker, '100', count));
  const policy = policyOf(wallet, {
    commission: rate(0n),
    minImprovementPp: 0,
    minOneLot,
    limits: { ...NO_RULES.limits, ...limits },
  });
  const facts = { ...NO_FACTS, turnoverToday: rub(today) };
  return planOf(decide(snapshotOf(cash, holdings, { facts }), policy, stage));
}

const held = (plan: Plan, rule: string): Record<string, string> =>
  Object.fromEntries(
    plan.heldBack.filter((each) => each.rule === rule).map((each) => [each.ticker, each.detail]),
  );

describe('the least order', () => {
  const wallet = { A: 45, B: 35, C: 20 };
  const pieces = { A: 500, B: 353, C: 147 };

  test.each<[string, string, Record<string, number>]>([
    ['exactly as large is sent', '300', { A: -50, B: -3, C: 52 }],
    ['smaller is not, and the rest is solved again', '300.01', { A: -50, C: 49 }],
  ])('%s', (_, minTrade, orders) => {
    const plan = planFor({ pieces, wallet, limits: { minTrade: rub(minTrade) } });
    expect(ordersOf(plan)).toEqual(orders);
  });

  test('dust is a part of the total; whichever is more counts', () => {
    const dusty = planFor({ pieces, wallet, limits: { dustPercent: 0.31 } });
    expect(held(dusty, 'limits.dust_percent')).toEqual({
      B: 'too little to trade, the least is 310.00 RUB',
    });
    const rubles = planFor({ pieces, wallet, limits: { dustPercent: 0.31, minTrade: rub('400') } });
    expect(held(rubles, 'limits.min_trade_rub')).toEqual({
      B: 'too little to trade, the least is 400.00 RUB',
    });
  });

  test('a first lot and a weight that goes to 0 are never too small', () => {
    const limits = { minTrade: rub('5000') };
    const first = planFor({ pieces: { A: 1000, B: 0 }, wallet: { A: 99.9, B: 0.1 }, limits, cash: '200' });
    expect(ordersOf(first)).toEqual({ B: 1 });
    const leaving = planFor({ pieces: { A: 1000, B: 2 }, wallet: { A: 100, B: 0 }, limits });
    expect(ordersOf(leaving)).toEqual({ B: -2 });
  });

  test('a first order is as any other where no first lot is wanted', () => {
    const limits = { minTrade: rub('5000') };
    const some = { pieces: { A: 1000, B: 0 }, wallet: { A: 99.5, B: 0.5 }, limits, cash: '600' };
    expect(ordersOf(planFor(some))).toEqual({ B: 5 });
    const plan = planFor({ ...some, minOneLot: false });
    expect(ordersOf(plan)).toEqual({});
    expect(held(plan, 'limits.min_trade_rub')).toEqual({
      B: 'too little to trade, the least is 5000.00 RUB',
    });
  });

  test('a debt is covered by an order of any size', () => {
    const limits = { minTrade: rub('5000') };
    expect(ordersOf(planFor({ pieces: { A: 1000 }, wallet: { A: 100 }, limits, cash: '-90' }))).toEqual({
      A: -1,
    });
  });
});

describe('turnover', () => {
  const pieces = { A: 600, B: 300, C: 100 };
  const wallet = { A: 40, B: 35, C: 25 };

  test('as much as the plan needs is no limit', () => {
    expect(ordersOf(planFor({ pieces, wallet, limits: { maxTurnoverPercent: 40 } }))).toEqual({
      A: -200,
      B: 50,
      C: 149,
    });
  });

  test('what is left is shared between sells and buys, the largest first', () => {
    const plan = planFor({ pieces, wallet, limits: { maxTurnoverPercent: 20 } });
    expect(ordersOf(plan)).toEqual({ A: -100, C: 99 });
    expect(held(plan, 'limits.max_turnover_percent')).toEqual({
      A: 'to sell 100 of 200 lots now: 20000.00 RUB of turnover are left',
      B: 'to buy 0 of 50 lots now: 20000.00 RUB of turnover are left',
      C: 'to buy 99 of 149 lots now: 20000.00 RUB of turnover are left',
    });
  });

  test('what the day has traded counts, whatever the iteration may', () => {
    const limits = { maxTurnoverPercent: 40, maxDayTurnoverPercent: 30 };
    const turnover = (today: string) =>
      Object.values(ordersOf(planFor({ pieces, wallet, limits, today }))).reduce(
        (sum, lots) => sum + Math.abs(lots),
        0,
      );
    expect(turnover('0')).toBeGreaterThan(290);
    expect(turnover('25000')).toBeLessThanOrEqual(50);
    expect(turnover('30000')).toBe(0);
    expect(turnover('90000')).toBe(0);
  });

  test('after the sells what they traded counts', () => {
    const stage = { kind: 'buys', tickers: new Set(['B', 'C']), traded: rub('10000') } as const;
    const after = planFor({
      pieces: { A: 500, B: 300, C: 100 },
      wallet,
      limits: { maxTurnoverPercent: 15 },
      cash: '10000',
      stage,
    });
    expect(ordersOf(after)).toEqual({ C: 50 });
  });

  test('a debt is covered whatever is left, and no more is sold for it', () => {
    const plan = planFor({ pieces, wallet, limits: { maxTurnoverPercent: 0.1 }, cash: '-5000' });
    const sold = -(ordersOf(plan).A ?? 0);
    expect(sold).toBeGreaterThanOrEqual(50);
    expect(sold).toBeLessThanOrEqual(53);
    expect(Object.keys(ordersOf(plan))).toEqual(['A']);
  });
});

describe('the number of orders', () => {
  const pieces = { A: 500, B: 300, C: 100, D: 100 };
  const wallet = { A: 30, B: 25, C: 30, D: 15 };

  test.each<[number, string[]]>([
    [4, ['A', 'B', 'C', 'D']],
    [3, ['A', 'B', 'C']],
    [2, ['A', 'C']],
  ])('at most %p, the largest differences first', (maxOrders, tickers) => {
    const orders = ordersOf(planFor({ pieces, wallet, limits: { maxOrders } }));
    expect(Object.keys(orders).sort()).toEqual(tickers);
    expect([199, 200]).toContain(orders.C!);
  });

  test('one alone is a purchase from what RUB has too much; a sell without the purchase it pays for is none', () => {
    expect(ordersOf(planFor({ pieces, wallet, limits: { maxOrders: 1 } }))).toEqual({});
    const orders = ordersOf(planFor({ pieces, wallet, limits: { maxOrders: 1 }, cash: '9000' }));
    expect(Object.keys(orders)).toEqual(['C']);
  });

  test('where one alone would be the largest sell, the RUB that is there already buys', () => {
    const plan = planFor({
      pieces: { A: 600, B: 100, C: 100, D: 100 },
      wallet: { A: 25, B: 25, C: 25, D: 25 },
      limits: { maxOrders: 1 },
      cash: '10000',
    });
    // To sell 35,000 of A is more than any of B, C and D lacks.
    expect(Object.values(ordersOf(plan))).toHaveLength(1);
    expect(Object.values(ordersOf(plan))[0]).toBeGreaterThan(95);
    expect(held(plan, 'limits.max_orders').A).toContain('1 order an iteration, the largest first');
  });

  test('where one alone allows nothing at all that is why nothing is done', () => {
    const plan = planFor({ pieces, wallet, limits: { maxOrders: 1 } });
    const why = 'a purchase and the sell that pays for it are two orders, and 1 an iteration is the most';
    expect(held(plan, 'limits.max_orders')).toEqual({
      A: `to sell 20000.00 RUB waits: ${why}`,
      B: `to sell 5000.00 RUB waits: ${why}`,
      C: `to buy 20000.00 RUB waits: ${why}`,
      D: `to buy 4900.00 RUB waits: ${why}`,
    });
    expect(nothingToDo(plan)).toBe(
      `largest drift A +20.00 pp, limits.max_orders: to sell 20000.00 RUB waits: ${why}`,
    );
  });

  test('what waits is named', () => {
    const plan = planFor({ pieces, wallet, limits: { maxOrders: 2 } });
    expect(held(plan, 'limits.max_orders')).toEqual({
      B: 'to sell 5000.00 RUB waits: 2 orders an iteration, the largest first',
      D: 'to buy 4900.00 RUB waits: 2 orders an iteration, the largest first',
    });
  });

  test('the sells that pay for a purchase that is kept stay with it', () => {
    const plan = planFor({
      pieces: { A: 200, B: 200, C: 200, D: 200, E: 200 },
      wallet: { A: 15, B: 15, C: 15, D: 15, E: 40 },
      limits: { maxOrders: 3 },
    });
    const orders = ordersOf(plan);
    expect(Object.keys(orders)).toHaveLength(3);
    expect(orders.E).toBeGreaterThan(95);
  });

  test('orders that this iteration has sent count', () => {
    const stage = { kind: 'buys', tickers: new Set(['C', 'D']), sent: 2 } as const;
    const after = (maxOrders: number) =>
      planFor({
        pieces: { A: 300, B: 250, C: 100, D: 100 },
        wallet,
        limits: { maxOrders },
        cash: '25000',
        stage,
      });
    expect(Object.keys(ordersOf(after(3)))).toEqual(['C']);
    expect(ordersOf(after(2))).toEqual({});
  });

  test('a debt takes as many as it needs, and no more', () => {
    const plan = planFor({
      pieces: { A: 10, B: 10, C: 10 },
      wallet: { A: 20, B: 20, C: 20, RUB: 40 },
      limits: { maxOrders: 1 },
      cash: '-900',
    });
    expect(Object.keys(ordersOf(plan))).toHaveLength(2);
    expect(Object.values(ordersOf(plan)).reduce((sum, lots) => sum - lots, 0)).toBeGreaterThanOrEqual(9);
  });
});

describe('what waits for a person', () => {
  const planWith = (maxTurnoverPercent: number, confirmAbove: string, facts = NO_FACTS) => {
    const holdings = ['A', 'B', 'C'].map((ticker) => holding(ticker, '100', 0));
    const policy = policyOf(
      { A: 60, B: 30, C: 10 },
      {
        commission: rate(0n),
        minImprovementPp: 0,
        confirmAbove: rub(confirmAbove),
        limits: { ...NO_RULES.limits, maxTurnoverPercent },
      },
    );
    return planOf(decide(snapshotOf('100000', holdings, { facts }), policy));
  };
  const asked = ({ confirmations }: Plan) =>
    confirmations.map(({ order, agreed }) => `${order.ticker} ${order.lots}${agreed ? ' agreed' : ''}`);

  test('takes nothing of the turnover that is left, and is asked about as large as it would be sent', () => {
    const plan = planWith(45, '40000');
    expect(asked(plan)).toEqual(['A 450']);
    expect(ordersOf(plan)).toEqual({ B: 300, C: 99 });
  });

  test('is not what the cap makes small enough', () => {
    const plan = planWith(45, '45000');
    expect(asked(plan)).toEqual([]);
    expect(ordersOf(plan)).toEqual({ A: 450 });
  });

  test('is all that is large, one after the other', () => {
    const plan = planWith(30, '25000');
    expect(asked(plan)).toEqual(['A 300', 'B 300']);
    expect(ordersOf(plan)).toEqual({ C: 99 });
  });

  test('takes its part once somebody agreed', () => {
    const yes = { ticker: 'A', side: 'buy', lots: lots(450n), amount: rub('45000') } as const;
    const plan = planWith(45, '40000', { ...NO_FACTS, approvals: [yes] });
    expect(asked(plan)).toEqual(['A 450 agreed']);
    expect(ordersOf(plan)).toEqual({ A: 450 });
  });
});
