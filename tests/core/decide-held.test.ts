import { describe, expect, test } from 'bun:test';
import { heldWarnings } from '../../src/core/attribution.ts';
import { decide } from '../../src/core/decide.ts';
import { NO_RULES } from '../../src/core/policy.ts';
import type { Holding } from '../../src/core/portfolio.ts';
import { price, raw, shares } from '../../src/core/units.ts';
import { collateral, enabled, factsWith, marginOf } from '../support/margin-account.ts';
import {
  holding,
  ordersOf,
  percent,
  planOf,
  policyOf,
  ruleFor,
  snapshotOf,
} from '../support/snapshot-builder.ts';

const HALTED = { hold: { rule: 'not_tradable', detail: 'the trading status is a break' } } as const;
const HOUR = 3_600_000;

describe('a held instrument gets no order, keeps its target in the total, and is named', () => {
  const cases: [string, Partial<Holding>, string][] = [
    ['halted', HALTED, 'not_tradable'],
    [
      'with an order that is not ours',
      { hold: { rule: 'foreign_order', detail: 'not ours' } },
      'foreign_order',
    ],
    ['neither buyable nor sellable', { buyable: false, sellable: false }, 'not_tradable'],
    ['with a quote that was refused', { priceProblem: 'no price came' }, 'no_price'],
    ['with a price a moment too old', { priceAgeMs: HOUR + 1 }, 'no_price'],
    ['with a price of unknown age', { priceAgeMs: null }, 'no_price'],
    ['with a price whose age is no number', { priceAgeMs: Number.NaN }, 'no_price'],
  ];
  const wallet = policyOf({ TMOS: 50, TBRU: 25, TRUR: 25 });

  test.each(cases)('too much of one that is %s', (_, change, rule) => {
    const start = snapshotOf('1000', [
      holding('TMOS', '10', 8_000, change),
      holding('TBRU', '10', 1_000),
      holding('TRUR', '10', 900),
    ]);
    const plan = planOf(decide(start, wallet));
    expect(ordersOf(plan).TMOS).toBeUndefined();
    expect(ruleFor(plan, 'TMOS')).toBe(rule);
    expect(raw(plan.equity)).toBe(100_000_000_000_000n);
    expect(plan.rows[0]!.targetPercent).toBeCloseTo(50, 9);
    expect(plan.orders.every((order) => order.side === 'buy')).toBe(true);
  });

  test.each(cases)('none of one that is %s: its money waits in cash', (_, change, rule) => {
    const start = snapshotOf('100000', [
      holding('TMOS', '10', 0, change),
      holding('TBRU', '10', 0),
      holding('TRUR', '15', 0, { lotPieces: 1_000 }),
    ]);
    for (const commission of ['0', '0.3']) {
      const plan = planOf(decide(start, { ...wallet, commission: percent(commission) }));
      expect(ruleFor(plan, 'TMOS')).toBe(rule);
      expect(ordersOf(plan).TMOS).toBeUndefined();
      expect(Math.abs((ordersOf(plan).TBRU ?? 0) - 2_500)).toBeLessThanOrEqual(1);
      expect((ordersOf(plan).TRUR ?? 0) <= 2).toBe(true);
    }
  });

  test.each(cases)('exactly its target of one that is %s is named all the same', (_, change, rule) => {
    const start = snapshotOf('0', [
      holding('TMOS', '10', 5_000, change),
      holding('TBRU', '10', 2_500),
      holding('TRUR', '10', 2_500),
    ]);
    const plan = planOf(decide(start, wallet));
    expect(plan.orders).toEqual([]);
    expect(plan.heldBack.map((held) => [held.ticker, held.rule])).toEqual([['TMOS', rule]]);
  });

  test('a price exactly as old as allowed is traded at', () => {
    const start = snapshotOf('1000', [holding('TMOS', '10', 0, { priceAgeMs: HOUR })]);
    expect(ordersOf(planOf(decide(start, policyOf({ TMOS: 100 }))))).toEqual({ TMOS: 99 });
  });
});

describe('tradable one way', () => {
  const policy = policyOf({ TMOS: 50, TBRU: 50 });
  const start = (tmos: number, change: Partial<Holding>) =>
    snapshotOf('0', [holding('TMOS', '10', tmos, change), holding('TBRU', '10', 10_000 - tmos)]);

  test.each<[string, number, Partial<Holding>, boolean]>([
    ['what cannot be bought is not bought', 2_000, { buyable: false }, false],
    ['what cannot be bought is still sold', 8_000, { buyable: false }, true],
    ['what cannot be sold is not sold', 8_000, { sellable: false }, false],
    ['what cannot be sold is still bought', 2_000, { sellable: false }, true],
  ])('%s', (_, pieces, change, trades) => {
    const plan = planOf(decide(start(pieces, change), policy));
    expect(ordersOf(plan).TMOS !== undefined).toBe(trades);
    expect(ruleFor(plan, 'TMOS') === 'not_tradable').toBe(!trades);
  });

  test('nothing is sold for a purchase that cannot happen', () => {
    const plan = planOf(decide(start(2_000, { buyable: false }), policy));
    expect(plan.orders).toEqual([]);
  });

  test('a vetoed sale shrinks the purchase that it would have paid for', () => {
    const plan = planOf(decide(start(8_000, { sellable: false }), policy));
    expect(plan.orders).toEqual([]);
    expect(plan.heldBack.map((held) => held.rule).sort()).toEqual(['cash', 'not_tradable']);
  });
});

describe('a purchase whose money is in what may not be sold', () => {
  const wallet = policyOf({ TMOS: 25, TRUR: 25, TBRU: 25, RUB: 25 });
  const start = (change: Partial<Holding>) =>
    snapshotOf('250000', [
      holding('TMOS', '6.5', 50_000, change),
      holding('TRUR', '7.43', 23_553),
      holding('TBRU', '10', 25_000),
    ]);

  test('is short of cash, however much of RUB is there, and names where the money is', () => {
    const plan = planOf(decide(start(HALTED), wallet));
    expect(plan.orders).toEqual([]);
    expect(plan.heldBack).toContainEqual({
      ticker: 'TRUR',
      rule: 'cash',
      detail: 'the money is in what may not be sold: TMOS',
      lots: 10_094,
    });
    expect(heldWarnings(plan.heldBack)).toEqual(['TMOS is held: the trading status is a break']);
  });

  test('is made where the sale is', () => {
    const plan = planOf(decide(start({}), wallet));
    expect(plan.heldBack.map(({ ticker, rule }) => [ticker, rule])).toEqual([
      ['TMOS', 'cash'],
      ['TRUR', 'cash'],
    ]);
    expect(heldWarnings(plan.heldBack)).toEqual([]);
  });

  test('what is less than a lot short is not short of cash', () => {
    const held = snapshotOf('250000', [
      holding('TMOS', '10', 35_000, HALTED),
      holding('TRUR', '200000', 1, {}),
      holding('TBRU', '10', 25_000),
    ]);
    expect(ruleFor(planOf(decide(held, wallet)), 'TRUR')).not.toBe('cash');
  });
});

describe('no price', () => {
  const bad: [string, Holding['price']][] = [
    ['missing', null],
    ['zero', price(0n)],
    ['negative', price(-1n)],
  ];
  const policy = policyOf({ TMOS: 50, TBRU: 50 });
  const start = (unpriced: Holding['price'], pieces: number) =>
    snapshotOf('1000', [
      { ...holding('TMOS', null, pieces), price: unpriced, priceAgeMs: 0 },
      holding('TBRU', '10', 0),
    ]);

  test.each(bad)(
    'a %s price of what is held makes the total unknown, and the skip names it',
    (_, unpriced) => {
      const decision = decide(start(unpriced, 1), policy);
      expect(decision).toMatchObject({
        kind: 'skip',
        because: expect.stringMatching(/total is unknown.*TMOS/),
      });
    },
  );

  test.each(bad)('a %s price of what is not held holds only that instrument', (_, unpriced) => {
    const plan = planOf(decide(start(unpriced, 0), policy));
    expect(ordersOf(plan)).toEqual({ TBRU: 50 });
    expect(ruleFor(plan, 'TMOS')).toBe('no_price');
    expect(plan.rows[0]).toMatchObject({ ticker: 'TMOS', price: null });
  });

  test('an unlisted holding without a price is no part of the total under keep', () => {
    const unlisted = holding('GAZP', null, 5, { listed: false });
    const snapshot = snapshotOf('1000', [unlisted, holding('TBRU', '10', 0)]);
    expect(decide(snapshot, policyOf({ TBRU: 100 })).kind).toBe('plan');
    expect(decide(snapshot, policyOf({ TBRU: 100 }, { unlistedPositions: 'sell' })).kind).toBe('skip');
  });

  test('a halt is named before a missing price', () => {
    const both = holding('TMOS', null, 0, HALTED);
    expect(ruleFor(planOf(decide(snapshotOf('10', [both]), policyOf({ TMOS: 100 }))), 'TMOS')).toBe(
      'not_tradable',
    );
  });

  test('the last accepted price values what a refused quote holds', () => {
    const last = holding('TMOS', '10', 50, { priceProblem: 'the quote is zero' });
    const plan = planOf(decide(snapshotOf('500', [last, holding('TBRU', '10', 0)]), policy));
    expect(raw(plan.equity)).toBe(1_000_000_000_000n);
  });
});

test('pieces that are blocked name the difference they leave', () => {
  const blocked = holding('TMOS', '10', 1_000, { blockedPieces: shares(900n) });
  const plan = planOf(
    decide(snapshotOf('0', [blocked, holding('TBRU', '10', 0)]), policyOf({ TMOS: 0, TBRU: 100 })),
  );
  expect(ordersOf(plan).TMOS).toBe(-100);
  expect(plan.heldBack).toContainEqual({
    ticker: 'TMOS',
    rule: 'not_tradable',
    detail: '900 of 1000 pieces are blocked',
    lots: -900,
  });
});

describe('what lacks a lot or more without a rule lacks the money, not the whole lot', () => {
  const causes = (plan: ReturnType<typeof planOf>) =>
    plan.heldBack.map(({ ticker, rule, detail }) => [ticker, rule, detail] as const);

  test('where costs leave RUB at the debt that is wanted', () => {
    const policy = policyOf(
      { TMOS: 60, TBRU: 20, RUB: 20 },
      { margin: marginOf({ multiplier: 1.5 }), commission: percent('1') },
    );
    const holdings = [collateral('TMOS', '1', 0), collateral('TBRU', '1', 0)];
    const facts = factsWith(enabled('1000000', '0'));
    const plan = planOf(decide(snapshotOf('100000', holdings, { facts }), policy));
    const missing = plan.heldBack.filter(({ lots = 0 }) => lots > 1);
    expect(missing.length).toBeGreaterThan(0);
    for (const { rule, detail } of missing)
      expect([rule, detail]).toEqual(['cash', expect.stringContaining("what is left is RUB's own share")]);
  });

  test('where what was sold for a debt brought more than that', () => {
    const limits = { ...NO_RULES.limits, doNotSell: new Set(['TMOS']) };
    const start = snapshotOf('-100', [holding('TMOS', '1000', 1), holding('TBRU', '10', 0)]);
    const plan = planOf(decide(start, policyOf({ TMOS: 50, TBRU: 50 }, { limits })));
    expect(ordersOf(plan)).toEqual({ TMOS: -1 });
    expect(causes(plan)).toContainEqual([
      'TBRU',
      'cash',
      'RUB is brought to its floor first, nothing is bought meanwhile',
    ]);
  });

  test('where it was for a purchase that has to wait', () => {
    const limits = { ...NO_RULES.limits, doNotSell: new Set(['TRUR']), maxTurnoverPercent: 5 };
    const start = snapshotOf('40000', [
      holding('TMOS', '10', 4_000),
      holding('TBRU', '10', 0),
      holding('TRUR', '10', 2_000),
    ]);
    const wallet = { TMOS: 68, TBRU: 12, TRUR: 0, RUB: 20 };
    const plan = planOf(decide(start, policyOf(wallet, { limits, minOneLot: false })));
    expect(Object.keys(ordersOf(plan))).toEqual(['TMOS']);
    expect(ruleFor(plan, 'TMOS')).toBe('limits.max_turnover_percent');
    expect(causes(plan)).toContainEqual(['TBRU', 'cash', "the plan's money was for what waits: TMOS"]);
  });
});
