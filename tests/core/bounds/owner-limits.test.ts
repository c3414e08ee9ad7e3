// One-way instruments, the largest single move, premium over NAV, moving average: through `decide`, with the words.

import { describe, expect, test } from 'bun:test';
import type { Close } from '../../../src/core/close.ts';
import { decide } from '../../../src/core/decide.ts';
import { type Facts, NO_FACTS } from '../../../src/core/facts.ts';
import { type FundFacts, unknownFacts } from '../../../src/core/fund-facts.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { type LimitsPolicy, NO_RULES } from '../../../src/core/policy.ts';
import { parseNano, price, rate } from '../../../src/core/units.ts';
import {
  holding,
  NOON_MS,
  ordersOf,
  planOf,
  policyOf,
  rub,
  snapshotOf,
} from '../../support/snapshot-builder.ts';

const DAY_MS = 86_400_000;

function planFor(limits: Partial<LimitsPolicy>, facts: Partial<Facts> = {}, cash = '0'): Plan {
  const holdings = [holding('A', '100', 600), holding('B', '100', 300), holding('C', '100', 100)];
  const policy = policyOf(
    { A: 40, B: 35, C: 25 },
    { commission: rate(0n), minImprovementPp: 0, limits: { ...NO_RULES.limits, ...limits } },
  );
  return planOf(decide(snapshotOf(cash, holdings, { facts: { ...NO_FACTS, ...facts } }), policy));
}

const detailOf = (plan: Plan, ticker: string, rule: string): string | undefined =>
  plan.heldBack.find((held) => held.ticker === ticker && held.rule === rule)?.detail;

test('without limits everything goes to its target', () => {
  expect(ordersOf(planFor({}))).toEqual({ A: -200, B: 50, C: 149 });
});

describe('one way', () => {
  test('do_not_sell keeps what it names, and nothing can be bought for it', () => {
    const plan = planFor({ doNotSell: new Set(['A']) });
    expect(ordersOf(plan)).toEqual({});
    expect(detailOf(plan, 'A', 'do_not_sell')).toContain('none of it sold');
  });

  test('do_not_buy leaves the money of what it names in RUB', () => {
    const plan = planFor({ doNotBuy: new Set(['C']) });
    expect(ordersOf(plan)).toEqual({ A: -51, B: 50 });
    expect(detailOf(plan, 'C', 'do_not_buy')).toContain('no more of it bought');
  });

  test('buy_only sells nothing; new money goes to what is most under target', () => {
    expect(ordersOf(planFor({ buyOnly: true }))).toEqual({});
    const plan = planFor({ buyOnly: true }, {}, '5000');
    expect(ordersOf(plan)).toEqual({ C: 49 });
    expect(detailOf(plan, 'A', 'buy_only')).toBe('this account only buys');
  });

  test('buy_only levels what is most under target with the next', () => {
    // Of 130,000 C is to have 32,500 and has 10,000, B 45,500 and has 30,000: 22,500 and 15,500 short.
    expect(ordersOf(planFor({ buyOnly: true }, {}, '30000'))).toEqual({ B: 115, C: 184 });
  });
});

describe('max_trade_percent', () => {
  test.each<[number, Record<string, number>]>([
    [20, { A: -200, B: 50, C: 149 }],
    [10, { A: -100, B: 1, C: 98 }],
    [0.05, {}],
  ])('of %p %% of the total bounds every move', (maxTradePercent, orders) => {
    const planned = ordersOf(planFor({ maxTradePercent }));
    for (const count of Object.values(planned))
      expect(Math.abs(count)).toBeLessThanOrEqual(maxTradePercent * 10);
    expect(planned.A ?? 0).toBe(orders.A ?? 0);
  });

  test('counts what this iteration has moved already', () => {
    const holdings = [holding('A', '100', 400), holding('B', '100', 300)];
    const policy = policyOf(
      { A: 40, B: 60 },
      { commission: rate(0n), limits: { ...NO_RULES.limits, maxTradePercent: 10 } },
    );
    const after = (moved: string) => {
      const stage = { kind: 'buys', tickers: new Set(['B']), moved: new Map([['B', rub(moved)]]) } as const;
      return ordersOf(planOf(decide(snapshotOf('30000', holdings), policy, stage)));
    };
    expect(after('0')).toEqual({ B: 100 });
    expect(after('7000')).toEqual({ B: 30 });
    expect(after('10000')).toEqual({});
  });

  test('says so', () => {
    const plan = planFor({ maxTradePercent: 10 });
    expect(detailOf(plan, 'A', 'limits.max_trade_percent')).toBe(
      'moves by at most 10 % of the total (10000.00 RUB) in an iteration',
    );
  });
});

describe('max_premium_percent', () => {
  const fundsWith = (nav: string | null): Partial<Facts> => {
    const unknown = unknownFacts('C', 'the feed is silent');
    const known: FundFacts = {
      ...unknown,
      nav: {
        kind: 'known',
        value: price(parseNano(nav ?? '1')),
        asOfMs: NOON_MS,
        fetchedAtMs: NOON_MS,
        source: 'smartfeed',
      },
    };
    const cheap: FundFacts = {
      ...known,
      ticker: 'B',
      nav: { ...known.nav, value: price(parseNano('100')) } as FundFacts['nav'],
    };
    return {
      funds: new Map([
        ['B', cheap],
        ['C', nav === null ? unknown : known],
        ['A', cheap],
      ]),
    };
  };

  test.each<[string, string, boolean]>([
    ['exactly at the bound is bought', '97.087378641', true],
    ['a little above it is not', '97', false],
    ['below NAV is bought', '120', true],
  ])('a fund %s', (_, nav, bought) => {
    const plan = planFor({ maxPremiumPercent: 3 }, fundsWith(nav));
    expect('C' in ordersOf(plan)).toBe(bought);
  });

  test('names both prices', () => {
    const plan = planFor({ maxPremiumPercent: 3 }, fundsWith('90'));
    expect(detailOf(plan, 'C', 'limits.max_premium_percent')).toBe(
      'not bought: 100.00 RUB is 11.11 % over its NAV of 90.00 RUB, the most is 3 %',
    );
  });

  test('an unknown NAV buys nothing and says why; it sells all the same', () => {
    const plan = planFor({ maxPremiumPercent: 3 }, fundsWith(null));
    expect(ordersOf(plan)).toEqual({ A: -51, B: 50 });
    expect(detailOf(plan, 'C', 'limits.max_premium_percent')).toBe(
      'not bought: its NAV is unknown (the feed is silent)',
    );
    expect(ordersOf(planFor({ maxPremiumPercent: 3 }))).toEqual({});
  });

  test('a share has no NAV and is bought', () => {
    const { funds } = fundsWith(null);
    const share = { ...unknownFacts('C', 'it is no fund'), isFund: false };
    const plan = planFor({ maxPremiumPercent: 3 }, { funds: new Map([...funds!, ['C', share]]) });
    expect('C' in ordersOf(plan)).toBe(true);
  });
});

describe('below_moving_average: no_buys', () => {
  const closes = (...prices: string[]): readonly Close[] =>
    prices.map((each, index) => ({
      dayMs: Math.floor(NOON_MS / DAY_MS) * DAY_MS - (prices.length - index) * DAY_MS,
      price: price(parseNano(each)),
    }));
  const factsWith = (ofC: readonly Close[], problems: Record<string, string> = {}): Partial<Facts> => ({
    closes: new Map([
      ['B', closes('50', '50', '50')],
      ['C', ofC],
    ]),
    closeProblems: new Map(Object.entries(problems)),
  });

  test.each<[string, string[], boolean]>([
    ['at its average is bought', ['99', '100', '101'], true],
    ['below its average is not', ['99', '100', '101.01'], false],
    ['above its average is bought', ['99', '99', '99'], true],
    ['only the last days count', ['900', '99', '100', '101'], true],
  ])('what trades %s', (_, prices, bought) => {
    const plan = planFor({ movingAverageDays: 3 }, factsWith(closes(...prices)));
    expect('C' in ordersOf(plan)).toBe(bought);
  });

  test('names both, and too few closes buy nothing', () => {
    const below = planFor({ movingAverageDays: 3 }, factsWith(closes('150', '150', '150')));
    expect(detailOf(below, 'C', 'limits.below_moving_average')).toBe(
      'not bought: 100.00 RUB is below its 3-day average of 150.00 RUB',
    );
    const few = planFor({ movingAverageDays: 3 }, factsWith(closes('1', '1')));
    expect(detailOf(few, 'C', 'limits.below_moving_average')).toBe(
      'not bought: its 3-day average is unknown (2 daily closes are known)',
    );
    const none = planFor({ movingAverageDays: 3 }, factsWith([], { C: 'the venue did not answer' }));
    expect(detailOf(none, 'C', 'limits.below_moving_average')).toContain('the venue did not answer');
  });

  test('the day that is not over is no close', () => {
    const today = { dayMs: Math.floor(NOON_MS / DAY_MS) * DAY_MS, price: price(parseNano('900')) };
    const plan = planFor({ movingAverageDays: 3 }, factsWith([...closes('99', '99', '99'), today]));
    expect('C' in ordersOf(plan)).toBe(true);
  });
});
