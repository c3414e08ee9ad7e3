// Whole decisions of margin accounts: borrowed purchases, own money, collateral, the close, and what they say about it.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { DEFAULT_OVERNIGHT_FEES } from '../../src/config/overnight-fees.ts';
import { decide } from '../../src/core/decide.ts';
import type { Facts } from '../../src/core/facts.ts';
import type { Plan } from '../../src/core/plan.ts';
import { NO_RULES, type Policy } from '../../src/core/policy.ts';
import { type Holding, RUB } from '../../src/core/portfolio.ts';
import { decimal, money, price, rate, raw, shares } from '../../src/core/units.ts';
import { collateral, enabled, factsWith, marginOf } from '../support/margin-account.ts';
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
} from '../support/snapshot-builder.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const QUARTERS = { AAA: 25, BBB: 25, CCC: 25, RUB: 25 };
const SOUND = enabled('1000000', '0');

const planned = (
  cash: string,
  holdings: readonly Holding[],
  wallet: Readonly<Record<string, number>>,
  facts: Partial<Facts> = {},
  policy: Partial<Policy> = {},
): Plan => {
  const asked = policyOf(wallet, { margin: marginOf(), overnightFees: DEFAULT_OVERNIGHT_FEES, ...policy });
  return planOf(decide(snapshotOf(cash, holdings, { facts: factsWith(SOUND, facts) }), asked));
};

const funds = (pieces = 0) => ['AAA', 'BBB', 'CCC'].map((ticker) => collateral(ticker, '10.00', pieces));
const after = (plan: Plan, ticker: string) => plan.rows.find((row) => row.ticker === ticker)!;
const borrowed = (plan: Plan) => -Number(raw(after(plan, RUB).valueAfter)) / 1e9;

describe('a plan with borrowed money', () => {
  test("product.md's example: a million becomes 500,000 in each of three funds and 500,000 of debt", () => {
    const plan = planned('1000000', funds(), QUARTERS);
    for (const ticker of ['AAA', 'BBB', 'CCC'])
      expect(Number(raw(after(plan, ticker).valueAfter)) / 1e9).toBeWithin(497_000, 500_001);
    expect(borrowed(plan)).toBeWithin(490_000, 504_500);
    expect(after(plan, 'AAA').targetPercent).toBe(50);
    expect(after(plan, RUB).targetPercent).toBe(-50);
    expect(decimal(plan.costs.overnight)).toBe('785.00');
    expect(plan.warnings).toEqual([]);
    const kept = planned('1000000', funds(), QUARTERS, {}, { margin: marginOf({ strategy: 'keep' }) });
    expect(kept.warnings.join()).toContain('the night costs about 785.00 RUB');
  });

  test('borrows nothing new while the price of a holding waits to be believed', () => {
    const jumped = { hold: { rule: 'max_price_jump_percent', detail: 'it jumped' } } as const;
    const held = collateral('AAA', '10.00', 20_000, jumped);
    const others = [collateral('BBB', '10.00', 0), collateral('CCC', '10.00', 0)];
    const plan = planned('800000', [held, ...others], QUARTERS);
    expect(borrowed(plan)).toBeLessThanOrEqual(0);
    expect(plan.warnings.join()).toContain('the price of AAA is in doubt: nothing is bought on margin now');
    expect(borrowed(planned('800000', [{ ...held, hold: null }, ...others], QUARTERS))).toBeGreaterThan(
      400_000,
    );
    const sold = planned('800000', [{ ...held, pieces: shares(0n) }, ...others], QUARTERS);
    expect(borrowed(sold)).toBeGreaterThan(0);
    const owing = planned('-100000', [held, collateral('BBB', '10.00', 30_000), others[1]!], QUARTERS);
    expect(borrowed(owing)).toBeLessThanOrEqual(100_000);
  });

  test('the next one at the same prices has nothing to do', () => {
    const policy = policyOf(QUARTERS, { margin: marginOf(), commission: percent('0.04') });
    const before = snapshotOf('1000000', funds(), { facts: factsWith(SOUND) });
    const later = afterFills(before, planOf(decide(before, policy)).orders, percent('0.04'));
    const facts = factsWith(enabled('995000', '300000'));
    expect(ordersOf(planOf(decide({ ...later, facts }, policy)))).toEqual({});
  });

  test('one fund may be worth more than the total', () => {
    const plan = planned('1000000', [collateral('AAA', '10.00', 0)], { AAA: 100 });
    // Two millions less what is kept for fees and steps: 0.4 % of it, two and a half times for what they take from the limit.
    expect(Number(raw(after(plan, 'AAA').valueAfter)) / 1e9).toBeWithin(1_980_000, 1_980_400);
  });

  test('debt, commissions and steps included, stays within max_margin_size', () => {
    const margin = marginOf({ maxMarginSize: rub('50000') });
    const plan = planned('1000000', funds(), QUARTERS, {}, { margin });
    expect(borrowed(plan)).toBeWithin(46_000, 50_000.01);
  });

  test('without a yes of the broker the debt that is there is covered', () => {
    const off = { margin: { kind: 'disabled', because: 'it is off' } } as const;
    const plan = planned('-500000', funds(50_000), QUARTERS, off);
    expect(borrowed(plan)).toBeLessThan(0);
    expect(plan.warnings.join()).toContain('it is off');
  });
});

describe('own money', () => {
  const wallet = { AAA: 40, NON: 40, RUB: 20 };

  test('what is no collateral is paid with it, the rest with borrowed money', () => {
    const holdings = [collateral('AAA', '10.00', 20_000), holding('NON', '10.00', 0)];
    const plan = planned('100000', holdings, wallet);
    const { NON = 0, AAA = 0 } = ordersOf(plan);
    expect(NON * 10.04).toBeWithin(99_000, 100_001);
    expect(AAA * 10).toBeWithin(30_000, 41_000);
    expect(ruleFor(plan, 'NON')).toBe('margin_trading');
  });

  test('with no own RUB and nothing to sell it is not bought at all', () => {
    const holdings = [collateral('AAA', '10.00', 10_000), holding('NON', '10.00', 0)];
    const plan = planned('-1000', holdings, { AAA: 80, NON: 20 });
    expect(ordersOf(plan).NON ?? 0).toBe(0);
    expect(ruleFor(plan, 'NON')).toBe('margin_trading');
  });

  test('what the sells of the plan bring is own money', () => {
    const holdings = [collateral('AAA', '10.00', 150_000), holding('NON', '10.00', 0)];
    const plan = planned('0', holdings, wallet, { margin: enabled('1500000', '300000') });
    const { AAA = 0, NON = 0 } = ordersOf(plan);
    expect(AAA).toBeLessThan(0);
    expect(NON).toBeGreaterThan(0);
    expect(NON * 10.04).toBeLessThanOrEqual(-AAA * 10);
  });
});

describe('collateral', () => {
  test('a plan leaves min_funds_sufficiency of it, by the figures of the broker', () => {
    // Something outside the balance uses most of it: 1.2 x (starting + a fifth of what is bought) <= liquid.
    const margin = enabled('1000000', '700000');
    const plan = planned('1000000', funds(), QUARTERS, { margin });
    const bought = plan.orders.reduce((sum, order) => sum + Number(raw(order.amount)) / 1e9, 0);
    expect(borrowed(plan)).toBeLessThan(500_000);
    if (borrowed(plan) > 0)
      expect((1_000_000 - bought * 0.004) / (700_000 + bought * 0.2)).toBeGreaterThan(1.2);
    expect(plan.heldBack.map(({ rule }) => rule)).toContain('margin_trading');
  });

  test('an account that lacks it sells, however little that improves', () => {
    // 1.2 x 0.2 x 1,250,000 = 300,000 of collateral are needed; prices fell to 299,000.
    const holdings = [collateral('AAA', '10.00', 125_000)];
    const margin = enabled('299000', '250000');
    const policy = { margin: marginOf({ multiplier: 4 }), minImprovementPp: 50 };
    const plan = planned('-951000', holdings, { AAA: 100 }, { margin }, policy);
    const sold = -ordersOf(plan).AAA! * 10;
    expect((299_000 - sold * 0.004) / (250_000 - sold * 0.2)).toBeGreaterThan(1.2);
    expect(sold).toBeLessThan(60_000);
  });

  test('where no sells get there, what may be sold is sold as far as it takes or as it goes', () => {
    // 1.2 x 260,000 = 312,000 are needed; AAA's 129,990 bring less than 31,200 of the 42,000 that are missing.
    const held = (sellable: boolean) => [
      collateral('AAA', '10.00', 13_000, { sellable }),
      collateral('BBB', '10.00', 87_000, { sellable: false }),
    ];
    const wallet = { AAA: 5, BBB: 95 };
    const margin = enabled('270000', '260000', '130000');
    const policy = { margin: marginOf({ multiplier: 4 }) };
    const plan = planned('-500000', held(true), wallet, { margin }, policy);
    // One lot of it stays, for it has a target.
    expect(ordersOf(plan)).toEqual({ AAA: -12_999 });
    expect(ruleFor(plan, 'AAA')).toBe('margin_trading');
    expect(ordersOf(planned('-500000', held(false), wallet, { margin }, policy))).toEqual({});
  });

  test('for a purchase that no collateral is left for nothing is sold', () => {
    const held = [collateral('AAA', '10.00', 120_000), collateral('BBB', '10.00', 0)];
    const limits = { ...NO_RULES.limits, buyOnly: true };
    const margin = enabled('289000', '240000', '120000');
    const policy = { margin: marginOf({ multiplier: 4, maxMarginSize: rub('2000000') }), limits };
    expect(ordersOf(planned('-500000', held, { AAA: 50, BBB: 50 }, { margin }, policy)).AAA).toBeUndefined();
  });

  const poor: [string, Facts['margin'], string][] = [
    [
      'below the starting margin nothing is bought',
      enabled('199', '200', '100'),
      'starting margin of 200.00',
    ],
    ['below the minimal margin nothing is bought', enabled('99', '200', '100'), 'minimal margin of 100.00'],
  ];
  for (const [name, margin, said] of poor)
    test(name, () => {
      const holdings = [collateral('AAA', '10.00', 60_000), collateral('BBB', '10.00', 10_000)];
      const plan = planned('300000', holdings, { AAA: 30, BBB: 30, RUB: 40 }, { margin });
      expect(Object.values(ordersOf(plan)).every((lots) => lots < 0)).toBe(true);
      expect(plan.warnings.join()).toContain(said);
      expect(ruleFor(plan, 'BBB')).toBe('margin_trading');
    });

  test('at the starting margin it is enough', () => {
    const holdings = [collateral('AAA', '10.00', 60_000), collateral('BBB', '10.00', 10_000)];
    const margin = enabled('200', '200', '100');
    const plan = planned('300000', holdings, { AAA: 30, BBB: 30, RUB: 40 }, { margin });
    expect(ordersOf(plan).BBB).toBeGreaterThan(0);
  });
});

describe('before the close', () => {
  const wallet = { AAA: 50, BBB: 50 };
  const leveraged = () => [collateral('AAA', '10.00', 100_000), collateral('BBB', '10.00', 100_000)];
  const closing = { deleverage: true, margin: enabled('1000000', '400000') };

  test('`remove` sells the debt, and says what that costs beside what it saves', () => {
    const plan = planned('-1000000', leveraged(), wallet, closing);
    const cash = Number(raw(after(plan, RUB).valueAfter)) / 1e9;
    expect(cash).toBeWithin(0, 5_000);
    // 0.3 % of 1,004,000 twice; a debt of 1,000,000 costs 785 a night.
    expect(plan.warnings.join()).toMatch(
      /costs about 60\d\d\.\d\d RUB in commission, the night saves 785\.00 RUB/,
    );
  });

  test('`keep_if_small` leaves the threshold', () => {
    const margin = marginOf({ strategy: 'keep_if_small' });
    const plan = planned('-1000000', leveraged(), wallet, closing, { margin });
    expect(borrowed(plan)).toBeWithin(0, 5_000.01);
    const small = planned('-4000', leveraged(), wallet, closing, { margin });
    expect(ordersOf(small)).toEqual({});
  });

  test('`keep` leaves it, and goes on buying', () => {
    const margin = marginOf({ strategy: 'keep' });
    expect(borrowed(planned('-900000', leveraged(), wallet, closing, { margin }))).toBeGreaterThan(800_000);
  });

  test('nothing is bought on margin, not even within the threshold', () => {
    const margin = marginOf({ strategy: 'keep_if_small' });
    const holdings = [collateral('AAA', '10.00', 60_000), collateral('BBB', '10.00', 50_000)];
    const plan = planned('-3000', holdings, wallet, closing, { margin });
    const { AAA = 0, BBB = 0 } = ordersOf(plan);
    expect(BBB * 10.04).toBeLessThanOrEqual(Math.max(0, -AAA * 9.96 - 3000));
  });

  test('what is repaid is not bought back that evening', () => {
    const first = planned('-1000000', leveraged(), wallet, closing);
    const before = snapshotOf('-1000000', leveraged(), { facts: factsWith(null, closing) });
    const later = afterFills(before, first.orders, percent('0.3'));
    const policy = policyOf(wallet, { margin: marginOf() });
    expect(ordersOf(planOf(decide(later, policy)))).toEqual({});
  });

  test('the minimum profit gives way, and that is said', () => {
    const losing = leveraged().map((each) => ({ ...each, averagePrice: price(20_000_000_000n) }));
    const plan = planned('-1000000', losing, wallet, closing, { minProfitPercent: 0 });
    expect(borrowed(plan)).toBeLessThanOrEqual(0);
    expect(plan.warnings.join()).toContain('min_profit_percent_for_close_position');
  });

  test('with the total unknown it still happens, down to what may stay', () => {
    const unknown = holding('NEW', null, 10, { priceProblem: 'no price came' });
    const left = (strategy: 'remove' | 'keep' | 'keep_if_small') => {
      const policy = policyOf(
        { ...wallet, NEW: 10 },
        { margin: marginOf({ strategy }), minProfitPercent: 50 },
      );
      const snapshot = snapshotOf('-1000000', [...leveraged(), unknown], {
        facts: factsWith(SOUND, closing),
      });
      const decision = decide(snapshot, policy);
      if (decision.kind !== 'risk_only') return decision.kind;
      return decision.orders.reduce((cash, order) => cash + Number(raw(order.amount)) / 1e9, -1_000_000);
    };
    expect(left('remove')).toBeWithin(0, 5_000);
    expect(left('keep_if_small')).toBeWithin(-5_000, 0);
    expect(left('keep')).toBe('skip');
  });
});

describe('min_profit_percent_for_close_position', () => {
  // Half too much of AAA; bought at this price.
  const bought = (average: string | null, least: number) => {
    const averagePrice = average === null ? null : price(BigInt(Math.round(Number(average) * 1e9)));
    const holdings = [{ ...collateral('AAA', '11.00', 1_000), averagePrice }, collateral('BBB', '10.00', 0)];
    return planned('0', holdings, { AAA: 50, BBB: 50 }, {}, { margin: null, minProfitPercent: least });
  };
  const rows: [string, string | null, number, boolean][] = [
    ['exactly the minimum is sold', '10.00', 10, true],
    ['a hair below it is not', '10.000000001', 10, false],
    ['a loss within the tolerance is sold', '12.00', -10, true],
    ['a larger loss is not', '12.30', -10, false],
    ['an unknown cost is not', null, -100, false],
    ['a cost of zero is no cost', '0', -100, false],
  ];
  for (const [name, average, least, sold] of rows)
    test(name, () => {
      const plan = bought(average, least);
      expect((ordersOf(plan).AAA ?? 0) < 0).toBe(sold);
      if (!sold) expect(ruleFor(plan, 'AAA')).toBe('min_profit_percent_for_close_position');
    });

  test('the detail names both numbers', () => {
    const detail = bought('10.50', 10).heldBack.find(({ ticker }) => ticker === 'AAA')?.detail;
    expect(detail).toBe('its profit is 4.76 %, it is sold from 10 %');
  });
});

describe('whatever the margin account', () => {
  const accounts = fc.record({
    lines: fc.array(
      fc.record({
        kopecks: fc.integer({ min: 100, max: 500_000 }),
        pieces: fc.integer({ min: 0, max: 2_000 }),
        weight: fc.integer({ min: 0, max: 100 }),
        rate: fc.constantFrom(null, 0.2, 0.25, 0.5),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    cash: fc.integer({ min: -3_000_000, max: 3_000_000 }),
    rub: fc.integer({ min: 1, max: 60 }),
    multiplier: fc.integer({ min: 10, max: 40 }),
    most: fc.constantFrom('0', '5000', '300000', '100000000'),
    strategy: fc.constantFrom('remove' as const, 'keep' as const, 'keep_if_small' as const),
    deleverage: fc.boolean(),
    outside: fc.integer({ min: 0, max: 300_000 }),
  });

  test(`floor, own money and collateral hold in every plan (seed ${SEED})`, () => {
    fc.assert(
      fc.property(accounts, (each) => {
        const holdings = each.lines.map((line, index) =>
          holding(`T${index}`, (line.kopecks / 100).toFixed(2), line.pieces, {
            marginRate: line.rate === null ? null : rate(BigInt(line.rate * 1e9)),
          }),
        );
        const wallet = Object.fromEntries(each.lines.map(({ weight }, index) => [`T${index}`, weight]));
        const worth = each.lines.map(({ kopecks, pieces }) => (kopecks / 100) * pieces);
        const liquid = each.lines.reduce((sum, { rate: part }, i) => sum + (part ? worth[i]! : 0), each.cash);
        const starting = each.lines.reduce(
          (sum, { rate: part }, i) => sum + (part ?? 0) * worth[i]!,
          each.outside,
        );
        const state = {
          kind: 'enabled' as const,
          liquid: money(BigInt(Math.round(liquid * 1e9))),
          starting: money(BigInt(Math.round(starting * 1e9))),
          minimal: money(BigInt(Math.round(starting * 0.5e9))),
        };
        const margin = marginOf({
          multiplier: each.multiplier / 10,
          maxMarginSize: rub(each.most),
          strategy: each.strategy,
        });
        const policy = policyOf({ ...wallet, RUB: each.rub }, { margin });
        const facts = factsWith(state, { deleverage: each.deleverage });
        const decision = decide(snapshotOf(String(each.cash), holdings, { facts }), policy);
        if (decision.kind !== 'plan') return;
        const { plan } = decision;
        const sides = plan.orders.map((order) => {
          const index = holdings.findIndex(({ ticker }) => ticker === order.ticker);
          const amount = Number(raw(order.amount)) / 1e9;
          const reserve = (amount + Number(raw(order.lots)) * 0.01) * 0.003 + Number(raw(order.lots)) * 0.01;
          return { buy: order.side === 'buy', amount, reserve, part: each.lines[index]!.rate };
        });
        const of = (buy: boolean) => sides.filter((side) => side.buy === buy);
        const spent = of(true).reduce((sum, { amount, reserve }) => sum + amount + reserve, 0);
        const brought = of(false).reduce((sum, { amount, reserve }) => sum + amount - reserve, 0);
        const cash = each.cash + brought - spent;
        const total = each.cash + worth.reduce((sum, value) => sum + value, 0);
        const closing = each.deleverage && each.strategy !== 'keep';
        const usual = Math.min(Number(each.most), (each.multiplier / 10 - 1) * total);
        const most = !closing ? usual : each.strategy === 'remove' ? 0 : Math.min(usual, 5_000);
        const note = JSON.stringify({ cash, most, sides });
        // Debt: within the limit, or everything sold that may be.
        if (spent > 0) expect(cash, note).toBeGreaterThanOrEqual(-most - 0.01);
        if (closing && spent > 0) expect(cash, note).toBeGreaterThanOrEqual(-0.01);
        const bare = of(true).filter(({ part }) => part === null);
        const need = bare.reduce((sum, { amount, reserve }) => sum + amount + reserve, 0);
        if (need > 0) expect(need, note).toBeLessThanOrEqual(Math.max(0, each.cash + brought) + 0.01);
        if (liquid < starting) expect(spent, note).toBe(0);
        if (cash < -0.01 && spent > 0) {
          const fees = sides.reduce((sum, { reserve }) => sum + reserve, 0);
          const lent = (part: number | null, buy: boolean, amount: number) =>
            part === null ? 0 : (buy ? 1 : -1) * part * amount;
          const bareSum = sides.reduce(
            (sum, { part, buy, amount }) => sum + (part === null ? (buy ? amount : -amount) : 0),
            0,
          );
          const needed = sides.reduce(
            (sum, { part, buy, amount }) => sum + lent(part, buy, amount),
            starting,
          );
          expect(liquid - fees - bareSum, note).toBeGreaterThanOrEqual(needed * 1.2 - 0.1);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  }, 60_000);
});
