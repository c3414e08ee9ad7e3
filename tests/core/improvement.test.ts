import { describe, expect, test } from 'bun:test';
import { decide } from '../../src/core/decide.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { Holding } from '../../src/core/portfolio.ts';
import { type Money, money, NO_MONEY, price } from '../../src/core/units.ts';
import {
  ordersOf,
  percent,
  holding as plain,
  planOf,
  policyOf,
  ruleFor,
  snapshotOf,
} from '../support/snapshot-builder.ts';

/** A ruble a piece, at steps so fine that they reserve nothing worth speaking of. */
const holding = (ticker: string, rubles: string, pieces: number): Holding =>
  plain(ticker, rubles, pieces, { step: price(1_000n) });

const halves = (unusual: Partial<Policy> = {}) => policyOf({ TMOS: 50, TBRU: 50 }, unusual);
const split = (tmos: number) =>
  snapshotOf('0', [holding('TMOS', '1', tmos), holding('TBRU', '1', 100_000 - tmos)]);

describe('a plan is traded from min_improvement_pp on', () => {
  test.each([
    [50_120, 0],
    [50_140, 2],
  ])('%p pieces of 100,000 instead of 50,000: %p orders', (tmos, orders) => {
    const plan = planOf(decide(split(tmos), halves()));
    expect(plan.orders).toHaveLength(orders);
    const isHeld = (ticker: string) => ruleFor(plan, ticker) === 'min_improvement_pp';
    expect([isHeld('TMOS'), isHeld('TBRU')]).toEqual([orders === 0, orders === 0]);
  });

  test('exactly, and not a hair below', () => {
    const off = planOf(decide(split(52_000), halves({ minImprovementPp: 0 })));
    const gained = off.trackingError.before - off.trackingError.after;
    expect(planOf(decide(split(52_000), halves({ minImprovementPp: gained }))).orders).toHaveLength(2);
    expect(planOf(decide(split(52_000), halves({ minImprovementPp: gained + 1e-9 }))).orders).toHaveLength(0);
  });

  test('0 turns it off', () => {
    expect(planOf(decide(split(50_010), halves({ minImprovementPp: 0 }))).orders).toHaveLength(2);
  });

  test('0 turns it off even where a first lot makes the tracking error larger', () => {
    const start = snapshotOf('2100', [
      holding('TMOS', '1', 49_150),
      holding('TBRU', '1', 48_750),
      holding('TGLD', '1900', 0),
    ]);
    const policy = policyOf({ TMOS: 48, TBRU: 49.9, TGLD: 0.1, RUB: 2 }, { minImprovementPp: 0 });
    const plan = planOf(decide(start, policy));
    expect(ordersOf(plan).TGLD).toBe(1);
    expect(plan.trackingError.after).toBeGreaterThan(plan.trackingError.before - 3);
    expect(plan.heldBack.some((held) => held.rule === 'min_improvement_pp')).toBe(false);
  });
});

describe('purchases after the sells', () => {
  const start = snapshotOf('100', [holding('TMOS', '1', 60_000), holding('TBRU', '1', 40_000)]);
  const after = (traded: Money | undefined) =>
    planOf(
      decide(start, halves(), {
        kind: 'buys',
        tickers: new Set(['TBRU']),
        ...(traded === undefined ? {} : { traded }),
      }),
    );

  test('are worth it with what was traded, whatever is left of them', () => {
    expect(after(money(1n)).orders).toHaveLength(1);
    expect(after(undefined).orders).toHaveLength(1);
  });

  test('stand alone where nothing was worth trading but what is exempt', () => {
    const stage = { kind: 'buys', tickers: new Set(['TBRU']), traded: money(1n), onlyExempt: true } as const;
    const plan = planOf(decide(start, halves(), stage));
    expect(plan.orders).toEqual([]);
    expect(plan.onlyExempt).toBe(true);
    expect(planOf(decide(start, halves(), { ...stage, onlyExempt: false })).orders).toHaveLength(1);
  });

  test('stand alone where every sell was refused', () => {
    const plan = after(NO_MONEY);
    expect(plan.orders).toEqual([]);
    expect(ruleFor(plan, 'TBRU')).toBe('min_improvement_pp');
  });
});

describe('it never holds back', () => {
  test('a first lot, but the rest of the plan', () => {
    const start = snapshotOf('1050', [
      holding('TMOS', '1', 49_500),
      holding('TBRU', '1', 49_450),
      holding('TGLD', '100', 0),
    ]);
    const policy = policyOf({ TMOS: 49.45, TBRU: 49.45, TGLD: 0.1, RUB: 1 });
    const plan = planOf(decide(start, policy));
    expect(ordersOf(plan)).toEqual({ TGLD: 1 });
  });

  test('the first lot alone of a purchase of many', () => {
    const start = snapshotOf('1100', [holding('TMOS', '1', 98_900), holding('TGLD', '1', 0)]);
    const policy = policyOf({ TMOS: 98.9, TGLD: 0.1, RUB: 1 });
    const plan = planOf(decide(start, policy));
    expect(ordersOf(plan)).toEqual({ TGLD: 1 });
    expect(ruleFor(plan, 'TGLD')).toBe('min_improvement_pp');
  });

  test('a first lot that other moves of the plan must pay for', () => {
    const start = snapshotOf('0', [
      holding('TMOS', '1', 50_100),
      holding('TBRU', '1', 49_900),
      holding('TGLD', '90', 0),
    ]);
    const policy = policyOf({ TMOS: 50, TBRU: 49.9, TGLD: 0.1 });
    const plan = planOf(decide(start, policy));
    expect(ordersOf(plan)).toMatchObject({ TGLD: 1 });
    expect(ordersOf(plan).TMOS).toBeLessThan(0);
  });

  test('a weight that goes to 0, but the purchases that it would pay for', () => {
    const start = snapshotOf('0', [
      holding('TMOS', '1', 49_950),
      holding('TBRU', '1', 49_950),
      holding('TGLD', '1', 100),
    ]);
    const plan = planOf(decide(start, policyOf({ TMOS: 50, TBRU: 50, TGLD: 0 })));
    expect(ordersOf(plan)).toEqual({ TGLD: -100 });
    expect(ruleFor(plan, 'TMOS')).toBe('min_improvement_pp');
  });

  test('what helps enough once the exempt moves are made', () => {
    const start = snapshotOf('2100', [
      holding('TMOS', '1', 49_100),
      holding('TBRU', '1', 48_800),
      holding('TGLD', '1900', 0),
    ]);
    const policy = policyOf({ TMOS: 48.9, TBRU: 49, TGLD: 0.1, RUB: 2 });
    const once = planOf(decide(start, policy));
    expect(once.trackingError.before - once.trackingError.after).toBeLessThan(0.25);
    expect(ordersOf(once)).toMatchObject({ TGLD: 1 });
    expect(once.heldBack.some((held) => held.rule === 'min_improvement_pp')).toBe(
      Object.keys(ordersOf(once)).length === 1,
    );
  });
});

test('a free commission changes nothing in the threshold', () => {
  expect(planOf(decide(split(50_120), halves({ commission: percent('0') }))).orders).toHaveLength(0);
  expect(planOf(decide(split(50_130), halves({ commission: percent('0') }))).orders).toHaveLength(2);
});
