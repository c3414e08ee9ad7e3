// Who shares in what a broken band or RUB above its target pays for: only what may be bought.

import { describe, expect, test } from 'bun:test';
import { decide } from '../../../src/core/decide.ts';
import { NO_FACTS } from '../../../src/core/facts.ts';
import type { FundFacts } from '../../../src/core/fund-facts.ts';
import { type LimitsPolicy, NO_RULES, type RebalancePolicy } from '../../../src/core/policy.ts';
import type { Holding } from '../../../src/core/portfolio.ts';
import { rate } from '../../../src/core/units.ts';
import { holding, ordersOf, planOf, policyOf, snapshotOf } from '../../support/snapshot-builder.ts';

interface Case {
  readonly weights: Readonly<Record<string, number>>;
  readonly rules: Partial<RebalancePolicy>;
  readonly limits?: Partial<LimitsPolicy>;
  readonly fundA?: Partial<Holding>;
  readonly premiumOfA?: boolean;
}

/** Funds at 1 RUB, so that a thousand pieces of 100,000 are one point. */
function ordersFor({ weights, rules, limits, fundA, premiumOfA = false }: Case): Record<string, number> {
  const holdings = ['A', 'B', 'C'].map((ticker) =>
    holding(ticker, '1', Math.round((weights[ticker] ?? 0) * 1000), ticker === 'A' ? fundA : {}),
  );
  const known = (nav: bigint) =>
    ({ isFund: true, nav: { kind: 'known', value: nav } }) as unknown as FundFacts;
  const funds = new Map(
    ['A', 'B', 'C'].map((ticker) => [
      ticker,
      known(ticker === 'A' && premiumOfA ? 500_000_000n : 1_000_000_000n),
    ]),
  );
  const policy = policyOf(
    { A: 45, B: 30, C: 15, RUB: 10 },
    {
      commission: rate(0n),
      minImprovementPp: 0,
      limits: { ...NO_RULES.limits, ...(premiumOfA ? { maxPremiumPercent: 5 } : {}), ...limits },
      rebalance: { ...NO_RULES.rebalance, ...rules },
    },
  );
  const cash = String(Math.round((weights.RUB ?? 0) * 1000));
  return ordersOf(planOf(decide(snapshotOf(cash, holdings, { facts: { ...NO_FACTS, funds } }), policy)));
}

const EDGE = { trigger: 'threshold', thresholdPercent: 5, to: 'edge' } as const;

const BARRED: [string, Omit<Case, 'weights' | 'rules'>][] = [
  ['refused for good', { fundA: { hold: { rule: 'not_tradable', detail: '30101' } } }],
  ['not buyable', { fundA: { buyable: false } }],
  ['named by do_not_buy', { limits: { doNotBuy: new Set(['A']) } }],
  ['too dear for max_premium_percent', { premiumOfA: true }],
  ['without a fresh price', { fundA: { priceAgeMs: 3_600_001 } }],
];

describe.each(BARRED)('a fund that is %s', (_, barred) => {
  test.each<[string, Partial<RebalancePolicy>]>([
    ['without bands', {}],
    ['with bands, to the target', { ...EDGE, to: 'target' }],
    ['to the edge of a band', EDGE],
  ])('takes no share of what sells pay for %s', (_, rules) => {
    const weights = { A: 20, B: 60, C: 10, RUB: 10 };
    // Nothing is sold for what cannot be bought; the step that is reserved for a purchase is sold, too.
    expect(ordersFor({ ...barred, weights, rules })).toEqual({ B: -5102, C: 5000 });
  });

  test('takes no share of RUB above its target', () => {
    const weights = { A: 36, B: 36, C: 11, RUB: 17 };
    const rules = { trigger: 'threshold', thresholdPercent: 10 } as const;
    expect(ordersFor({ ...barred, weights, rules })).toEqual({ C: 4000 });
  });

  test('takes no share of RUB that pays where nothing is sold', () => {
    const weights = { A: 24, B: 36, C: 9, RUB: 31 };
    const limits = { ...barred.limits, buyOnly: true };
    expect(ordersFor({ ...barred, limits, weights, rules: EDGE }).C).toBe(6000);
  });
});

test('what max_trade_percent leaves over of a share goes to the others', () => {
  const given = { weights: { A: 20, B: 37, C: 10, RUB: 33 }, rules: EDGE };
  expect(ordersFor(given)).toEqual({ A: 22_500, B: -2000, C: 2500 });
  expect(ordersFor({ ...given, limits: { maxTradePercent: 12 } })).toMatchObject({ A: 12_000, C: 5000 });
});
