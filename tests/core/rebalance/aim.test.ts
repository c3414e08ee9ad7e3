// Triggers and bands through `decide`: when it is traded, and what is said when it is not.

import { describe, expect, test } from 'bun:test';
import { decide } from '../../../src/core/decide.ts';
import { NO_FACTS, type Timing } from '../../../src/core/facts.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { NO_RULES, type RebalancePolicy } from '../../../src/core/policy.ts';
import type { Holding } from '../../../src/core/portfolio.ts';
import { nothingToDo } from '../../../src/core/rebalance/nothing-to-do.ts';
import { rate } from '../../../src/core/units.ts';
import {
  afterFills,
  holding,
  ordersOf,
  planOf,
  policyOf,
  ruleFor,
  snapshotOf,
} from '../../support/snapshot-builder.ts';

/** Funds at 1 RUB, so that a thousand pieces of 100,000 are one point. */
const piecesOf = (points: number): number => Math.round(points * 1000);

interface Case {
  readonly weights: Readonly<Record<string, number>>;
  readonly wallet: Readonly<Record<string, number>>;
  readonly rules: Partial<RebalancePolicy>;
  readonly timing?: Partial<Timing>;
  readonly minImprovementPp?: number;
  readonly buyOnly?: boolean;
  readonly change?: Readonly<Record<string, Partial<Holding>>>;
}

function planFor(given: Case): Plan {
  const { weights, wallet, rules, timing, change = {}, minImprovementPp = 0, buyOnly = false } = given;
  const holdings = Object.entries(weights)
    .filter(([ticker]) => ticker !== 'RUB')
    .map(([ticker, points]) => holding(ticker, '1', piecesOf(points), change[ticker]));
  const cash = String(piecesOf(weights.RUB ?? 0));
  const facts = { ...NO_FACTS, timing: { ...NO_FACTS.timing, ...timing } };
  const policy = policyOf(wallet, {
    commission: rate(0n),
    minImprovementPp,
    limits: { ...NO_RULES.limits, buyOnly },
    rebalance: { ...NO_RULES.rebalance, ...rules },
  });
  return planOf(decide(snapshotOf(cash, holdings, { facts }), policy));
}

const HALVES = { A: 50, B: 50 };
const THRESHOLD = { trigger: 'threshold', thresholdPercent: 5 } as const;

describe('a band', () => {
  test.each<[string, number, boolean]>([
    ['on its edge is not broken', 55, false],
    ['just beyond its edge is', 55.001, true],
    ['on its lower edge is not broken', 45, false],
    ['just below its lower edge is', 44.999, true],
  ])('of 5 points %s', (_, weight, traded) => {
    const plan = planFor({ weights: { A: weight, B: 100 - weight }, wallet: HALVES, rules: THRESHOLD });
    expect(plan.orders.length > 0).toBe(traded);
    expect(plan.aim.kind).toBe(traded ? 'balance' : 'quiet');
  });

  test.each<[string, number, number, boolean]>([
    // 5/25: for 12 % a quarter is 3 points, for 40 % it is 10, so that the 5 points come first.
    ['a quarter of a small target is broken first', 12, 15.01, true],
    ['a quarter of a small target is not broken inside', 12, 14.99, false],
    ['the points of a large target are broken first', 40, 45.01, true],
    ['the points of a large target are not broken inside', 40, 44.99, false],
  ])('of the 5/25 rule: %s', (_, target, weight, traded) => {
    const plan = planFor({
      weights: { A: weight, B: 20, RUB: 80 - weight },
      wallet: { A: target, B: 20, RUB: 80 - target },
      rules: { trigger: 'threshold', thresholdPercent: 5, relativeThresholdPercent: 25 },
    });
    expect(plan.orders.some((order) => order.side === 'sell')).toBe(traded);
  });

  test.each<[string, number, number, boolean]>([
    ['has none below a target of 1 %', 0.9, 2, false],
    ['has one from a target of 1 % on', 1, 2, true],
  ])('in percent of the target %s', (_, target, weight, traded) => {
    const plan = planFor({
      weights: { A: weight, B: 100 - weight },
      wallet: { A: target, B: 100 - target },
      rules: { trigger: 'threshold', relativeThresholdPercent: 25 },
    });
    expect(plan.orders.length > 0).toBe(traded);
  });

  test('RUB has the absolute band only', () => {
    const weights = { A: 47, B: 47, RUB: 6 };
    const wallet = { A: 45, B: 45, RUB: 10 };
    const relative = planFor({
      weights,
      wallet,
      rules: { trigger: 'threshold', relativeThresholdPercent: 25 },
    });
    expect(ordersOf(relative)).toEqual({});
    const absolute = planFor({ weights, wallet, rules: { trigger: 'threshold', thresholdPercent: 3 } });
    expect(ordersOf(absolute)).toEqual({ A: -2000, B: -2000 });
  });

  test('a weight that goes to 0 breaks it, however small', () => {
    const plan = planFor({ weights: { A: 1, B: 99 }, wallet: { A: 0, B: 100 }, rules: THRESHOLD });
    expect(ordersOf(plan)).toEqual({ A: -1000, B: 980 });
  });

  test.each<[string, Partial<Holding>]>([
    ['halted', { hold: { rule: 'not_tradable', detail: 'halted' } }],
    ['without a fresh price', { priceAgeMs: 3_600_001 }],
    ['not sellable', { sellable: false }],
  ])('that a fund %s has left does not set the others trading', (_, unusual) => {
    const plan = planFor({
      weights: { A: 40, B: 28, C: 32 },
      wallet: { A: 30, B: 30, C: 40 },
      rules: { trigger: 'threshold', thresholdPercent: 9 },
      change: { A: unusual },
    });
    expect(ordersOf(plan)).toEqual({});
    expect(plan.aim.because).toContain('A cannot be moved back now');
  });
});

describe('what a broken band moves', () => {
  const drifted = { A: 41, B: 23, C: 20, RUB: 16 };
  const wallet = { A: 30, B: 25, C: 25, RUB: 20 };

  test('everything goes to its target', () => {
    expect(ordersOf(planFor({ weights: drifted, wallet, rules: THRESHOLD }))).toEqual({
      A: -11000,
      B: 2000,
      C: 5000,
    });
  });

  test('with the scope `breached` only what left its band moves, RUB is its counterpart', () => {
    const weights = { A: 41, B: 22, C: 24, RUB: 13 };
    const plan = planFor({
      weights,
      wallet: { A: 30, B: 25, C: 25, RUB: 20 },
      rules: { trigger: 'threshold', thresholdPercent: 7, scope: 'breached' },
    });
    // 11 points come in, RUB lacks 7 of them: the rest is surplus, and goes to what is most under target.
    expect(ordersOf(plan)).toEqual({ A: -11000, B: 3000, C: 1000 });
  });

  test('with the scope `breached` a purchase takes RUB, not the others', () => {
    const plan = planFor({
      weights: { A: 20, B: 29, C: 31, RUB: 20 },
      wallet: { A: 27, B: 27, C: 27, RUB: 19 },
      rules: { trigger: 'threshold', thresholdPercent: 5, scope: 'breached' },
    });
    expect(ordersOf(plan)).toEqual({ A: 7000 });
    expect(ruleFor(plan, 'B')).toBe('rebalance.rebalance_scope');
  });

  test('a purchase that RUB at its target pays for is worth it, although the error is as large as before', () => {
    const plan = planFor({
      weights: { A: 20, B: 30, C: 30, RUB: 20 },
      wallet: { A: 27, B: 27, C: 26, RUB: 20 },
      rules: { trigger: 'threshold', thresholdPercent: 5, scope: 'breached' },
      minImprovementPp: 0.25,
    });
    expect(ordersOf(plan)).toEqual({ A: 7000 });
  });

  test('where nothing is sold RUB pays with what it has above its target, the largest gap first', () => {
    const rules = { trigger: 'threshold', thresholdPercent: 4, scope: 'breached' } as const;
    const weights = { A: 20, B: 40, C: 17, RUB: 23 };
    const plan = (change: Partial<Case>) =>
      ordersOf(
        planFor({ weights, wallet: { A: 30, B: 28, C: 22, RUB: 20 }, rules, buyOnly: true, ...change }),
      );
    expect(plan({})).toEqual({ A: 3000 });
    expect(plan({ weights: { ...weights, B: 45, RUB: 18 } })).toEqual({});
    expect(plan({ weights: { ...weights, B: 28, RUB: 35 } })).toEqual({ A: 10_000, C: 5000 });
    expect(plan({ buyOnly: false })).toEqual({ A: 10_000, B: -12_000, C: 5000 });
  });

  test('to the edge: what left its band goes to the nearest edge, the surplus to what is most under target', () => {
    const plan = planFor({ weights: drifted, wallet, rules: { ...THRESHOLD, to: 'edge' } });
    // 41 -> 35 brings six points; RUB takes four, C the other two.
    expect(ordersOf(plan)).toEqual({ A: -6000, C: 2000 });
    expect(plan.aim.kind).toBe('breached');
    expect(ruleFor(plan, 'A')).toBe('rebalance.rebalance_to');
  });

  test('to the edge from below: what is most above its target pays for it, RUB keeps what it has', () => {
    const plan = planFor({
      weights: { A: 20, B: 33, C: 32, RUB: 15 },
      wallet: { A: 30, B: 30, C: 25, RUB: 15 },
      rules: { trigger: 'threshold', thresholdPercent: 8, to: 'edge' },
    });
    expect(ordersOf(plan)).toEqual({ A: 2000, C: -2000 });
  });

  test.each<[string, Record<string, number>, Partial<RebalancePolicy>, Record<string, number>]>([
    ['RUB below its band stays', { A: 24, B: 72, RUB: 4 }, { to: 'edge' }, {}],
    ['RUB below its band stays', { A: 24, B: 72, RUB: 4 }, { to: 'target', scope: 'breached' }, {}],
    ['RUB within its band stays', { A: 24, B: 66.5, RUB: 9.5 }, { to: 'edge' }, {}],
    // A tie to the RUB, as without bands.
    ['RUB above its target pays', { A: 24, B: 64, RUB: 12 }, { to: 'edge' }, { A: 2001 }],
  ])('where what should pay for a purchase cannot be sold %s: %o', (_, weights, rules, orders) => {
    const given = {
      weights,
      wallet: { A: 30, B: 60, RUB: 10 },
      rules: { trigger: 'threshold', thresholdPercent: 1, ...rules },
    } as const;
    const hold = { rule: 'not_tradable', detail: 'left out' } as const;
    const plan = planFor({ ...given, change: { B: { hold } } });
    expect(ordersOf(plan)).toEqual(orders);
    expect(plan.heldBack.filter(({ ticker }) => ticker === 'A').map(({ rule }) => rule)).toContain('cash');
    // Once it can, it does.
    expect(ordersOf(planFor(given)).B).toBeLessThan(0);
  });

  test('bands count under `always` too, where the scope or the edge asks for them', () => {
    const rules = { trigger: 'always', thresholdPercent: 5, to: 'edge' } as const;
    expect(ordersOf(planFor({ weights: { A: 54, B: 46 }, wallet: HALVES, rules }))).toEqual({});
    expect(ordersOf(planFor({ weights: { A: 57, B: 43 }, wallet: HALVES, rules }))).not.toEqual({});
  });
});

describe('between the bands', () => {
  test('surplus RUB is invested in what is most under target, nothing is sold', () => {
    const plan = planFor({
      weights: { A: 33, B: 30, C: 27, RUB: 10 },
      wallet: { A: 32, B: 32, C: 31, RUB: 5 },
      rules: { trigger: 'threshold', thresholdPercent: 6 },
    });
    // RUB has 5 points too many: C lacks 4, B 2; both end half a point short (a step of 1 % is kept in reserve).
    expect(ordersOf(plan)).toEqual({ B: 1475, C: 3475 });
    expect(plan.aim.kind).toBe('quiet');
  });

  test('RUB at or below its target stays', () => {
    const rules = { trigger: 'threshold', thresholdPercent: 6 } as const;
    const plan = planFor({ weights: { A: 43, B: 39, RUB: 18 }, wallet: { A: 40, B: 40, RUB: 20 }, rules });
    expect(ordersOf(plan)).toEqual({});
    expect(ruleFor(plan, 'A')).toBe('rebalance.threshold_percent');
  });

  test('a first lot is not bought either', () => {
    const rules = { trigger: 'threshold', thresholdPercent: 6 } as const;
    const plan = planFor({ weights: { A: 0, B: 85, RUB: 15 }, wallet: { A: 3, B: 82, RUB: 15 }, rules });
    expect(ordersOf(plan)).toEqual({});
  });

  test('nothing to do names the largest drift and its band', () => {
    const plan = planFor({ weights: { A: 52.1, B: 47.9 }, wallet: HALVES, rules: THRESHOLD });
    expect(plan.aim.because).toBe('no band is broken: largest drift A +2.10 pp, band 5 pp');
  });
});

describe('the calendar', () => {
  const weights = { A: 60, B: 40 };
  const next = 'next on 2026-12-01 11:00 Europe/Moscow';

  test.each<[string, Partial<RebalancePolicy>, Partial<Timing>, boolean]>([
    ['not due: no trade', { trigger: 'calendar' }, { calendar: next }, false],
    ['due: traded', { trigger: 'calendar' }, { calendar: next, calendarDue: true }, true],
    [
      'hybrid, not due: no trade, although a band is broken',
      { ...THRESHOLD, trigger: 'hybrid' },
      { calendar: next },
      false,
    ],
    [
      'hybrid, due and broken: traded',
      { ...THRESHOLD, trigger: 'hybrid' },
      { calendar: next, calendarDue: true },
      true,
    ],
    ['hybrid without a calendar, broken: traded', { ...THRESHOLD, trigger: 'hybrid' }, {}, true],
    [
      'hybrid, due, no band broken: no trade',
      { trigger: 'hybrid', thresholdPercent: 20 },
      { calendar: next, calendarDue: true },
      false,
    ],
  ])('%s', (_, rules, timing, traded) => {
    expect(planFor({ weights, wallet: HALVES, rules, timing }).orders.length > 0).toBe(traded);
  });

  test('says when it is due', () => {
    const plan = planFor({
      weights,
      wallet: HALVES,
      rules: { trigger: 'calendar' },
      timing: { calendar: next },
    });
    expect(plan.aim.because).toBe(
      'the calendar is not due, next on 2026-12-01 11:00 Europe/Moscow: largest drift A +10.00 pp, no band',
    );
    expect(ruleFor(plan, 'A')).toBe('rebalance.calendar');
  });
});

describe('outside the window or cooling down', () => {
  const timing = { blocked: 'cooling down until noon', blockedBy: 'rebalance.cooldown' } as const;

  test.each<[string, Partial<RebalancePolicy>]>([
    ['always', {}],
    ['threshold', THRESHOLD],
    ['calendar', { trigger: 'calendar' }],
  ])('nothing is traded under `%s`, surplus RUB included', (_, rules) => {
    const plan = planFor({
      weights: { A: 50, B: 30, RUB: 20 },
      wallet: HALVES,
      rules,
      timing: { ...timing, calendarDue: true, calendar: 'due' },
    });
    expect(ordersOf(plan)).toEqual({});
    expect(ruleFor(plan, 'B')).toBe('rebalance.cooldown');
    expect(plan.aim.because).toContain('cooling down until noon');
  });

  test('a debt is covered all the same, by what is above its target first', () => {
    const plan = planFor({ weights: { A: 60, B: 45, RUB: -5 }, wallet: HALVES, rules: {}, timing });
    expect(ordersOf(plan)).toEqual({ A: -5051 });
  });
});

describe('a plan without orders under `always`', () => {
  test('names the largest drift, one with orders says nothing', () => {
    const near = planFor({
      weights: { A: 50.1, B: 49.9 },
      wallet: HALVES,
      rules: {},
      minImprovementPp: 0.25,
    });
    expect(nothingToDo(near)).toBe('largest drift A +0.10 pp, nothing worth trading');
    expect(nothingToDo(planFor({ weights: { A: 60, B: 40 }, wallet: HALVES, rules: {} }))).toBeNull();
    const quiet = planFor({ weights: { A: 53, B: 47 }, wallet: HALVES, rules: THRESHOLD });
    expect(nothingToDo(quiet)).toBe('no band is broken: largest drift A +3.00 pp, band 5 pp');
  });
});

test('a weight is on its edge once the fees are paid, too: the next iteration leaves it there', () => {
  const policy = policyOf(
    { A: 50, B: 50 },
    {
      commission: rate(3_000_000n),
      minImprovementPp: 0,
      limits: { ...NO_RULES.limits, dustPercent: 0 },
      rebalance: { ...NO_RULES.rebalance, ...THRESHOLD, to: 'edge' },
    },
  );
  const before = snapshotOf('10000', [holding('A', '1', 90_000), holding('B', '1', 0)]);
  const { A: sold = 0, B: bought = 0 } = ordersOf(planOf(decide(before, policy)));
  const left = 10_000 - 1.003 * bought - 0.997 * sold;
  const total = 90_000 + sold + bought + left;
  expect((90_000 + sold) / total).toBeLessThanOrEqual(0.55);
  expect((90_000 + sold) / total).toBeGreaterThan(0.5495);
  const after = [holding('A', '1', 90_000 + sold), holding('B', '1', bought)];
  expect(ordersOf(planOf(decide(snapshotOf(left.toFixed(2), after), policy)))).not.toHaveProperty('A');
});

test('what the sells to the edge are to pay for is bought once they are done', () => {
  const policy = policyOf(
    { A: 19, B: 3, RUB: 78 },
    {
      minOneLot: false,
      minImprovementPp: 0,
      rebalance: { ...NO_RULES.rebalance, relativeThresholdPercent: 25, to: 'edge' },
    },
  );
  const before = snapshotOf('100', [holding('A', '2', 22), holding('B', '2', 0)]);
  const plan = planOf(decide(before, policy));
  expect(plan.orders.map(({ side }) => side)).toEqual(['sell', 'buy']);
  const [sell] = plan.orders;
  const sold = afterFills(before, sell ? [sell] : [], policy.commission);
  const stage = {
    kind: 'buys',
    tickers: new Set(['B']),
    aim: plan.aim,
    planned: new Map(plan.rows.map(({ ticker, lotsAfter }) => [ticker, lotsAfter])),
  } as const;
  expect(ordersOf(planOf(decide(sold, policy, stage)))).toEqual({ B: ordersOf(plan).B! });
});

test('what sells were to pay for and did not is not bought from RUB that was to stay', () => {
  const policy = policyOf(
    { A: 22, B: 18, C: 18, D: 17, RUB: 25 },
    {
      commission: rate(0n),
      minImprovementPp: 0,
      rebalance: { ...NO_RULES.rebalance, ...THRESHOLD, thresholdPercent: 1.5, to: 'edge' },
    },
  );
  const held = (points: Readonly<Record<string, number>>, refused: readonly string[] = []) =>
    Object.entries(points).map(([ticker, each]) =>
      holding(ticker, '1', piecesOf(each), {
        hold: refused.includes(ticker) ? { rule: 'not_tradable', detail: 'its sell was refused' } : null,
      }),
    );
  const weights = { A: 8, B: 23, C: 22, D: 22 };
  const plan = planOf(decide(snapshotOf('25000', held(weights)), policy));
  expect(ordersOf(plan)).toEqual({ A: 12_500, B: -4500, C: -3500, D: -4500 });
  const stage = {
    kind: 'buys',
    tickers: new Set(['A']),
    aim: plan.aim,
    planned: new Map(plan.rows.map(({ ticker, lotsAfter }) => [ticker, lotsAfter])),
  } as const;
  const after = (cash: string, holdings: Holding[]) =>
    planOf(decide(snapshotOf(cash, holdings), policy, stage));
  const sold = { ...weights, B: 18.5, C: 18.5, D: 17.5 };
  expect(ordersOf(after('37500', held(sold)))).toEqual({ A: 12_500 });
  const short = after('29500', held({ ...weights, D: 17.5 }, ['B', 'C']));
  // A tie to the RUB: what is bought with it is as near to its edge as RUB is off its own.
  expect(ordersOf(short)).toEqual({ A: 4501 });
  expect(short.heldBack.filter(({ ticker }) => ticker === 'A').map(({ rule }) => rule)).toContain('cash');
  expect(ordersOf(after('25000', held(weights, ['B', 'C', 'D'])))).toEqual({});
});
