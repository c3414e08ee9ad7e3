import { describe, expect, test } from 'bun:test';
import { decide } from '../../src/core/decide.ts';
import { NO_FACTS } from '../../src/core/facts.ts';
import { NO_RULES, type Policy } from '../../src/core/policy.ts';
import type { Holding } from '../../src/core/portfolio.ts';
import { price } from '../../src/core/units.ts';
import {
  holding,
  ordersOf,
  percent,
  planOf,
  policyOf,
  rub,
  snapshotOf,
} from '../support/snapshot-builder.ts';

/** Ten rubles a piece that cost twenty: nothing here has earned. */
const fund = (ticker: string, pieces: number, change: Partial<Holding> = {}) =>
  holding(ticker, '10', pieces, { step: price(1_000n), averagePrice: price(20_000_000_000n), ...change });

const limits = (change: Partial<Policy['limits']>) => ({ ...NO_RULES.limits, ...change });
const HALVES = { TMOS: 50, TBRU: 50 };
const owing = (debt: string) => snapshotOf(debt, [fund('TMOS', 1_000), fund('TBRU', 1_000)]);
const policyFor = (change: Partial<Policy>) => policyOf(HALVES, { commission: percent('0'), ...change });
const sold = (plan: ReturnType<typeof planOf>): number =>
  -Object.values(ordersOf(plan)).reduce((sum, lots) => sum + Math.min(0, lots), 0);

describe('where RUB cannot be covered otherwise the owner’s minimums give way, in their order', () => {
  test.each<[string, string, Partial<Policy>, string, string]>([
    [
      'a trade limit before the least profit',
      '-5000',
      { minProfitPercent: 0, limits: limits({ maxTradePercent: 1 }) },
      'min_profit_percent_for_close_position',
      '',
    ],
    [
      'the least profit before do_not_sell',
      '-5000',
      { minProfitPercent: 0, limits: limits({ doNotSell: new Set(['TBRU']) }) },
      'min_profit_percent_for_close_position',
      'do_not_sell',
    ],
    ['buy_only last', '-5000', { limits: limits({ buyOnly: true }) }, 'buy_only', ''],
    [
      'do_not_sell where the rest is not enough',
      '-12000',
      { limits: limits({ doNotSell: new Set(['TBRU']) }) },
      'do_not_sell',
      '',
    ],
  ])('%s', (_, debt, change, broken, kept) => {
    const plan = planOf(decide(owing(debt), policyFor(change)));
    const ways = plan.warnings.filter((warning) => warning.includes('gave way'));
    expect(ways.some((warning) => warning.includes(`: ${broken} gave way, RUB could not be covered`))).toBe(
      true,
    );
    if (kept !== '') expect(ways.some((warning) => warning.includes(kept))).toBe(false);
    expect(sold(plan) * 10).toBeGreaterThanOrEqual(-Number(debt));
    expect(sold(plan) * 10).toBeLessThan(-Number(debt) + 30);
    expect(plan.orders.every(({ side }) => side === 'sell')).toBe(true);
  });

  test('what no rule protects is sold first and whole', () => {
    const plan = planOf(
      decide(
        owing('-12000'),
        policyFor({ limits: limits({ doNotSell: new Set(['TBRU']) }), minOneLot: false }),
      ),
    );
    expect(ordersOf(plan)).toEqual({ TMOS: -1_000, TBRU: -201 });
  });

  test('what a rule allows at most holds all the same', () => {
    const plan = planOf(
      decide(owing('-5000'), policyFor({ limits: limits({ buyOnly: true, doNotBuy: new Set(['TMOS']) }) })),
    );
    expect(plan.orders.every(({ side }) => side === 'sell')).toBe(true);
  });

  test('nothing gives way where the rest is enough', () => {
    const plan = planOf(
      decide(owing('-5000'), policyFor({ limits: limits({ doNotSell: new Set(['TBRU']) }) })),
    );
    expect(plan.warnings).toEqual([]);
    expect(ordersOf(plan).TBRU).toBeUndefined();
  });

  test('safety never gives way', () => {
    const stuck = snapshotOf('-5000', [fund('TMOS', 1_000, { sellable: false }), fund('TBRU', 100)]);
    const plan = planOf(decide(stuck, policyFor({ limits: limits({ buyOnly: true }) })));
    expect(ordersOf(plan)).toEqual({ TBRU: -100 });
  });

  test('while balancing waits only what is missing is sold', () => {
    const facts = {
      ...NO_FACTS,
      timing: { calendarDue: false, calendar: '', blocked: 'outside the window' },
    };
    const drifted = snapshotOf('-100', [fund('TMOS', 1_800), fund('TBRU', 200)], { facts });
    const plan = planOf(decide(drifted, policyFor({ limits: limits({ buyOnly: true }) })));
    expect(Object.keys(ordersOf(plan))).toEqual(['TMOS']);
    expect(sold(plan)).toBeLessThanOrEqual(12);
  });
});

describe('RUB that is kept gives way before the owner’s rules do', () => {
  const short = (change: Partial<Policy['limits']>, cash = '1000') =>
    planOf(
      decide(
        snapshotOf(cash, [fund('TMOS', 1_000), fund('TBRU', 500)]),
        policyFor({ limits: limits({ cashReserve: rub('4000'), ...change }) }),
      ),
    );

  test('it is raised where the rules let it be', () => {
    expect(sold(short({})) * 10).toBeGreaterThanOrEqual(3_000);
  });

  test('nothing is sold against do_not_sell for it, and nothing of it is spent', () => {
    const plan = short({ doNotSell: new Set(['TMOS', 'TBRU']) });
    expect(plan.orders).toEqual([]);
    expect(plan.heldBack.some(({ rule }) => rule === 'cash_reserve_rub')).toBe(true);
    expect(plan.warnings.some((warning) => warning.includes('gave way'))).toBe(false);
  });
});
