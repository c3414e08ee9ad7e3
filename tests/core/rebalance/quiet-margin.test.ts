// Between its bands a margin account borrows nothing more, and repays what the broker's day asks for.

import { describe, expect, test } from 'bun:test';
import { decide } from '../../../src/core/decide.ts';
import type { Facts } from '../../../src/core/facts.ts';
import { NO_RULES } from '../../../src/core/policy.ts';
import { rate } from '../../../src/core/units.ts';
import { collateral, enabled, factsWith, marginOf } from '../../support/margin-account.ts';
import { ordersOf, planOf, policyOf, snapshotOf } from '../../support/snapshot-builder.ts';

const planFor = (cash: string, pieces: [number, number], facts: Partial<Facts> = {}) =>
  planOf(
    decide(
      snapshotOf(cash, [collateral('A', '100', pieces[0]), collateral('B', '100', pieces[1])], {
        facts: factsWith(enabled('1000000', '100000', '50000'), facts),
      }),
      policyOf(
        { A: 50, B: 50 },
        {
          margin: marginOf({ multiplier: 1.5 }),
          commission: rate(0n),
          minImprovementPp: 0,
          rebalance: { ...NO_RULES.rebalance, trigger: 'threshold', thresholdPercent: 60 },
        },
      ),
    ),
  );

describe('a quiet margin account', () => {
  test('owes 300,000 of 500,000 that it may: nothing is borrowed to reach that', () => {
    const plan = planFor('-300000', [6500, 6500]);
    expect(plan.aim.kind).toBe('quiet');
    expect(ordersOf(plan)).toEqual({});
  });

  test('invests a deposit as far as it is its own', () => {
    expect(ordersOf(planFor('50000', [4900, 4600]))).toEqual({ A: 100, B: 399 });
  });

  test.each<[string, Partial<Facts>]>([
    ['before the close', { deleverage: true }],
    [
      'before the close, cooling down',
      { deleverage: true, timing: { calendarDue: false, calendar: '', blocked: 'cooling down' } },
    ],
  ])('repays %s, from what is most above its target', (_, facts) => {
    const orders = ordersOf(planFor('-300000', [7000, 6000], facts));
    expect(orders.A).toBeLessThan(-1990);
    expect(orders.B).toBeLessThan(-990);
    expect(Object.values(orders).reduce((sum, lots) => sum + lots, 0)).toBeGreaterThan(-3010);
  });
});
