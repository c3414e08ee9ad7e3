import { describe, expect, test } from 'bun:test';
import { decide } from '../../src/core/decide.ts';
import { raw } from '../../src/core/units.ts';
import {
  afterFills,
  holding,
  ordersOf,
  percent,
  planOf,
  policyOf,
  ruleFor,
  snapshotOf,
} from '../support/snapshot-builder.ts';

describe('a first lot is bought', () => {
  test.each([
    ['at exactly twice the target', 1.5, '3000.00', true],
    ['not a kopeck above that', 1.5, '3000.01', false],
    ['at exactly 2 % of the total', 0.1, '2000.00', true],
    ['not a kopeck above that', 0.1, '2000.01', false],
    ['never for a weight of 0', 0, '10.00', false],
  ])('%s', (_, weight, lot, bought) => {
    const cash = snapshotOf('100000', [holding('TMOS', lot, 0)]);
    const policy = policyOf({ TMOS: weight, RUB: 100 - weight });
    const plan = planOf(decide(cash, policy));
    expect(ordersOf(plan)).toEqual(bought ? { TMOS: 1 } : {});
    if (!bought && weight > 0) expect(ruleFor(plan, 'TMOS')).toBe('rounding');
    expect(ordersOf(planOf(decide(cash, { ...policy, minOneLot: false })))).toEqual({});
  });

  test.each([
    ['at exactly twice the target', 1.5, '3000.00'],
    ['at exactly 2 % of the total', 0.1, '2000.00'],
  ])('and kept next time, though fees made the total smaller: %s', (_, weight, lot) => {
    for (const minImprovementPp of [0, 0.25]) {
      const cash = snapshotOf('100000', [holding('TMOS', lot, 0)]);
      const policy = policyOf({ TMOS: weight, RUB: 100 - weight }, { minImprovementPp });
      const next = afterFills(cash, planOf(decide(cash, policy)).orders, percent('0.3'));
      expect(raw(next.holdings[0]!.pieces)).toBe(1n);
      expect(planOf(decide(next, policy)).orders).toEqual([]);
    }
  });

  test('what is far too large is not kept', () => {
    const held = snapshotOf('97500', [holding('TMOS', '2500', 1)]);
    const policy = policyOf({ TMOS: 0.1, RUB: 99.9 });
    expect(ordersOf(planOf(decide(held, policy)))).toEqual({ TMOS: -1 });
  });

  test('the last lot of a positive target in proportion is kept', () => {
    const held = snapshotOf('98000', [holding('TMOS', '2000', 1)]);
    const policy = policyOf({ TMOS: 0.1, RUB: 99.9 });
    expect(ordersOf(planOf(decide(held, policy)))).toEqual({});
    expect(ordersOf(planOf(decide(held, { ...policy, minOneLot: false })))).toEqual({ TMOS: -1 });
  });
});

describe('a first lot is paid', () => {
  const policy = policyOf({ TMOS: 1.5, TBRU: 98.5, TGLD: 0 });

  test('from cash', () => {
    const start = snapshotOf('3100', [holding('TMOS', '3000', 0), holding('TBRU', '1', 96_900)]);
    expect(ordersOf(planOf(decide(start, policy)))).toMatchObject({ TMOS: 1 });
  });

  test('not from cash that does not cover its worst commission', () => {
    const start = snapshotOf('3005', [holding('TMOS', '3000', 0), holding('TBRU', '1', 96_995)]);
    const plan = planOf(decide(start, policy));
    expect(ordersOf(plan).TMOS).toBeUndefined();
    expect(plan.heldBack).toContainEqual({
      ticker: 'TMOS',
      rule: 'cash',
      detail: expect.stringContaining('its first lot needs 3009.02 RUB, 3005.00 RUB is left'),
      lots: expect.any(Number),
    });
  });

  test('from a sale that the plan makes anyway', () => {
    const start = snapshotOf('0', [
      holding('TMOS', '3000', 0),
      holding('TBRU', '1', 95_000),
      holding('TGLD', '1', 5_000),
    ]);
    expect(ordersOf(planOf(decide(start, policy)))).toMatchObject({ TMOS: 1 });
  });

  test('never by forcing another sale', () => {
    const start = snapshotOf('0', [holding('TMOS', '3000', 0), holding('TBRU', '1', 100_000)]);
    const plan = planOf(decide(start, policy));
    expect(plan.orders).toEqual([]);
    expect(ruleFor(plan, 'TMOS')).toBe('cash');
  });

  test('cheapest first where cash is short', () => {
    const start = snapshotOf('1950', [
      holding('TLCB', '1500', 0),
      holding('TMOS', '1800', 0),
      holding('TOFZ', '400', 0),
      holding('TBRU', '1', 98_050),
    ]);
    const many = policyOf({ TMOS: 0.1, TBRU: 99.7, TLCB: 0.1, TOFZ: 0.1 });
    expect(ordersOf(planOf(decide(start, many)))).toMatchObject({ TLCB: 1, TOFZ: 1 });
    expect(ordersOf(planOf(decide(start, many))).TMOS).toBeUndefined();
  });
});

test('one first lot does not cost another its own', () => {
  const cash = snapshotOf('55', [holding('TMOS', '2', 0), holding('SBER', '2', 0, { lotPieces: 10 })]);
  const policy = policyOf({ TMOS: 9.0909, SBER: 18.1819, RUB: 72.7272 });
  const orders = ordersOf(planOf(decide(cash, policy)));
  expect(orders.SBER).toBe(1);
  expect(orders.TMOS).toBeGreaterThanOrEqual(1);
});

test('what the plan buys anyway is paid before the first lots of others', () => {
  const start = snapshotOf('5000', [
    holding('TMOS', '2900', 0),
    holding('TGLD', '3000', 0),
    holding('TOFZ', '400', 0),
    holding('TBRU', '1', 95_000, { sellable: false }),
  ]);
  const plan = planOf(decide(start, policyOf({ TMOS: 3, TGLD: 1.5, TOFZ: 0.2, TBRU: 95, RUB: 0.3 })));
  expect(ordersOf(plan)).toMatchObject({ TMOS: 1 });
  const detail = expect.stringContaining('its first lot needs');
  expect(plan.heldBack).toContainEqual({ ticker: 'TGLD', rule: 'cash', detail, lots: 1 });
});
