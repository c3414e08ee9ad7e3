// Targets, floor and debt limit of an account that may borrow: product.md's formula and what narrows it.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Facts, NO_FACTS } from '../../src/core/facts.ts';
import { coveringOnly, exposureOf } from '../../src/core/leverage.ts';
import type { MarginPolicy, Policy } from '../../src/core/policy.ts';
import { NO_RULES } from '../../src/core/policy.ts';
import { RUB } from '../../src/core/portfolio.ts';
import { decimal, kopecks, money, raw, total } from '../../src/core/units.ts';
import { collateral, enabled, factsWith, marginOf } from '../support/margin-account.ts';
import { holding, policyOf, rub } from '../support/snapshot-builder.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const QUARTERS = { AAA: 25, BBB: 25, CCC: 25, RUB: 25 };
const FUNDS = ['AAA', 'BBB', 'CCC'].map((ticker) => collateral(ticker, '10.00', 0));
const SOUND = enabled('1000000', '0');

interface Asked {
  readonly equity?: string;
  readonly cash?: string;
  readonly wallet?: Readonly<Record<string, number>>;
  readonly holdings?: typeof FUNDS;
  readonly margin?: Partial<MarginPolicy> | null;
  readonly facts?: Partial<Facts>;
  readonly limits?: Partial<Policy['limits']>;
}

function exposed({ equity = '1000000', cash = '0', wallet = QUARTERS, holdings = FUNDS, ...asked }: Asked) {
  const margin = asked.margin === null ? null : marginOf(asked.margin);
  const policy = policyOf(wallet, { margin, limits: { ...NO_RULES.limits, ...asked.limits } });
  const facts = factsWith(SOUND, asked.facts);
  const input = { equity: rub(equity), holdings, weights: policy.wallet, policy, facts, cash: rub(cash) };
  const exposure = exposureOf(input);
  const targets = Object.fromEntries(
    [...exposure.targets].map(([ticker, amount]) => [ticker, decimal(amount)]),
  );
  return { ...exposure, targets, exact: exposure.targets, floor: kopecks(exposure.cashFloor) };
}

describe('exposure', () => {
  test('twice the own money, three funds and RUB at 25 % each, a million: 500,000 each and 500,000 owed', () => {
    const { targets, floor, debtLimit } = exposed({});
    expect(targets).toEqual({ AAA: '500000.00', BBB: '500000.00', CCC: '500000.00', RUB: '-500000.00' });
    expect(floor).toBe('-1000000.00');
    expect(kopecks(debtLimit)).toBe('1000000.00');
  });

  test('without margin it is the total', () => {
    const { targets, floor } = exposed({ margin: null });
    expect(targets).toEqual({ AAA: '250000.00', BBB: '250000.00', CCC: '250000.00', RUB: '250000.00' });
    expect(floor).toBe('0.00');
  });

  // Q = 1,000,000; E = max(Q, min(m Q, (Q + debt) / (1 - r))), T = w E, RUB = Q - sum(T)
  const rows: [string, Asked, Record<string, string>, string][] = [
    [
      'max_margin_size limits what is borrowed',
      { margin: { maxMarginSize: rub('50000') } },
      { AAA: '350000.00', RUB: '-50000.00' },
      '-50000.00',
    ],
    [
      'one and a half times',
      { margin: { multiplier: 1.5 } },
      { AAA: '375000.00', RUB: '-125000.00' },
      '-500000.00',
    ],
    [
      'below what the own RUB covers nothing is owed',
      { margin: { multiplier: 1.2 } },
      { AAA: '300000.00', RUB: '100000.00' },
      '-200000.00',
    ],
    ['a multiplier of one', { margin: { multiplier: 1 } }, { AAA: '250000.00', RUB: '250000.00' }, '0.00'],
    ['all RUB', { wallet: { RUB: 100 } }, { AAA: '0.00', RUB: '1000000.00' }, '-1000000.00'],
    [
      'no RUB at all',
      { wallet: { AAA: 50, BBB: 50 }, margin: { maxMarginSize: rub('300000') } },
      { AAA: '650000.00', RUB: '-300000.00' },
      '-300000.00',
    ],
    [
      'switched off at the broker it is multiplier 1',
      { facts: { margin: { kind: 'disabled', because: 'off' } }, cash: '-100000' },
      { AAA: '250000.00', RUB: '250000.00' },
      '0.00',
    ],
    ['never asked it is multiplier 1', { facts: { margin: null } }, { AAA: '250000.00' }, '0.00'],
    [
      'a reading that failed borrows no more than is owed',
      { facts: { margin: { kind: 'unknown', because: 'no answer' } }, cash: '-100000' },
      { RUB: '-100000.00' },
      '-100000.00',
    ],
    [
      'a reading that failed borrows nothing where nothing is owed',
      { facts: { margin: { kind: 'unknown', because: 'no answer' } }, cash: '100000' },
      { RUB: '0.00' },
      '0.00',
    ],
    [
      'before the close `remove` aims at no debt',
      { facts: { deleverage: true }, cash: '-500000' },
      { RUB: '0.00' },
      '0.00',
    ],
    [
      'before the close `keep_if_small` keeps the threshold',
      { facts: { deleverage: true }, cash: '-500000', margin: { strategy: 'keep_if_small' } },
      { RUB: '-5000.00' },
      '-5000.00',
    ],
    [
      'before the close `keep_if_small` adds nothing to a smaller debt',
      { facts: { deleverage: true }, cash: '-3000', margin: { strategy: 'keep_if_small' } },
      { RUB: '-3000.00' },
      '-3000.00',
    ],
    [
      'the threshold is no licence to owe more than usual',
      {
        facts: { deleverage: true },
        cash: '-4000',
        margin: { strategy: 'keep_if_small', maxMarginSize: rub('1000') },
      },
      { RUB: '-1000.00' },
      '-1000.00',
    ],
    [
      'before the close `keep` changes nothing',
      { facts: { deleverage: true }, cash: '-500000', margin: { strategy: 'keep' } },
      { AAA: '500000.00', RUB: '-500000.00' },
      '-1000000.00',
    ],
    [
      'a reserve borrows nothing',
      { limits: { cashReserve: rub('400000') } },
      { AAA: '200000.00', RUB: '400000.00' },
      '400000.00',
    ],
    [
      'a reserve below the share of RUB changes no target',
      { limits: { cashReserve: rub('100000') }, margin: null },
      { AAA: '250000.00', RUB: '250000.00' },
      '100000.00',
    ],
    [
      'what is set aside is outside the targets',
      { facts: { setAside: rub('200000') }, margin: null },
      { AAA: '200000.00', RUB: '400000.00' },
      '200000.00',
    ],
    [
      'more set aside than there is makes everything RUB',
      { facts: { setAside: rub('2000000') } },
      { AAA: '0.00', RUB: '1000000.00' },
      '2000000.00',
    ],
  ];
  for (const [name, asked, targets, floor] of rows)
    test(name, () => {
      const found = exposed(asked);
      expect(found.targets).toMatchObject(targets);
      expect(found.floor).toBe(floor);
    });

  test('what the owner keeps aside is not what has to be reached', () => {
    const kept = exposed({ limits: { cashReserve: rub('400000') } });
    expect(kopecks(kept.leastFloor)).toBe('0.00');
  });

  test('collateral limits it: what is no collateral has to be paid with own money', () => {
    const wallet = { AAA: 50, NON: 50 };
    const holdings = [FUNDS[0]!, holding('NON', '10.00', 0)];
    // 500,000 / 1.24 over AAA's 0.24 (1.2 x 0.2) and NON's whole worth, and half a per cent for the way there.
    const { exact, warnings } = exposed({ wallet, holdings, margin: { multiplier: 4 } });
    expect(warnings.join()).toContain(
      'collateral carries an exposure of 1604878.83 RUB, not of 4000000.00 RUB',
    );
    const limit = 1_000_000 / (0.5 * 0.24 + 0.5) / 1.005;
    expect(Number(raw(exact.get('NON')!)) / 1e9).toBeCloseTo(limit / 2, 0);
  });

  test('where nothing is known of collateral, in a snapshot from elsewhere, only the configured limits hold', () => {
    const holdings = ['AAA', 'BBB', 'CCC'].map((ticker) => holding(ticker, '10.00', 0));
    expect(exposed({ holdings, facts: { margin: { kind: 'assumed' } } }).targets.RUB).toBe('-500000.00');
  });

  test('every way of being kept from borrowing is said', () => {
    const said = (facts: Partial<Facts>) => exposed({ facts }).warnings.join('; ');
    expect(said({})).toBe('');
    expect(said({ margin: { kind: 'disabled', because: 'it is off' } })).toContain(
      'it is off: balanced as with',
    );
    expect(said({ margin: { kind: 'unknown', because: 'no answer' } })).toContain(
      'nothing is bought on margin',
    );
    expect(said({ margin: null })).toContain('multiplier 1');
    expect(said({ margin: enabled('99', '100', '50') })).toContain('below the starting margin of 100.00');
    expect(said({ margin: enabled('100', '100', '50') })).toBe('');
    expect(said({ margin: enabled('49', '100', '50') })).toContain('below the minimal margin of 50.00');
    expect(exposed({ margin: null, facts: { margin: null } }).warnings).toEqual([]);
  });

  test('what trades cost counts as often as the multiplier says where that, and not max_margin_size, limits the debt', () => {
    const weight = (margin: Partial<MarginPolicy>, facts: Partial<Facts> = {}, cash = '0') =>
      Number(raw(exposed({ margin, facts, cash }).costWeight)) / 1e9;
    // And a quarter more, for fills beyond the step that is reserved.
    expect(weight({ multiplier: 2 })).toBe(2.5);
    expect(weight({ multiplier: 4 })).toBe(5);
    expect(weight({ multiplier: 1 })).toBe(1);
    // Within 5 % of the million that the multiplier allows both limit it.
    expect(weight({ multiplier: 2, maxMarginSize: rub('950000.01') })).toBe(2.5);
    expect(weight({ multiplier: 2, maxMarginSize: rub('950000') })).toBe(1);
    expect(weight({ multiplier: 2 }, { deleverage: true }, '-500000')).toBe(1);
    expect(weight({ multiplier: 2 }, { margin: { kind: 'disabled', because: 'off' } })).toBe(1);
  });

  test('with the total unknown only max_margin_size limits the debt', () => {
    const policy = policyOf(QUARTERS, { margin: marginOf({ maxMarginSize: rub('70000') }) });
    const floor = (facts: Partial<Facts>, equity: string | null) =>
      kopecks(
        coveringOnly(
          { policy, facts: factsWith(SOUND, facts), cash: rub('-90000') },
          equity === null ? null : rub(equity),
        ).leastFloor,
      );
    expect(floor({}, null)).toBe('-70000.00');
    expect(floor({}, '20000')).toBe('-20000.00');
    expect(floor({ deleverage: true }, null)).toBe('0.00');
    expect(floor({ margin: null }, null)).toBe('0.00');
    const off = coveringOnly({ policy: policyOf(QUARTERS), facts: NO_FACTS, cash: rub('-1') }, null);
    expect(kopecks(off.leastFloor)).toBe('0.00');
  });

  test(`targets add up to the total, and no target owes more than the limit (seed ${SEED})`, () => {
    const cases = fc.record({
      equity: fc.bigInt({ min: 1n, max: 10n ** 18n }),
      cash: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
      weights: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 2, maxLength: 6 }),
      rub: fc.integer({ min: 1, max: 100 }),
      multiplier: fc.integer({ min: 10, max: 40 }),
      most: fc.bigInt({ min: 0n, max: 10n ** 18n }),
      deleverage: fc.boolean(),
      strategy: fc.constantFrom('remove' as const, 'keep' as const, 'keep_if_small' as const),
      reserve: fc.constantFrom('0', '0', '1000'),
    });
    fc.assert(
      fc.property(cases, ({ weights, ...each }) => {
        const holdings = weights.map((_, index) => collateral(`T${index}`, '10.00', 0));
        const wallet = Object.fromEntries([
          ...weights.map((weight, index) => [`T${index}`, weight]),
          [RUB, each.rub],
        ]);
        const policy = policyOf(wallet, {
          margin: marginOf({
            multiplier: each.multiplier / 10,
            maxMarginSize: money(each.most),
            strategy: each.strategy,
          }),
          limits: { ...NO_RULES.limits, cashReserve: rub(each.reserve) },
        });
        const facts = factsWith(SOUND, { deleverage: each.deleverage });
        const equity = money(each.equity);
        const cash = money(each.cash);
        const found = exposureOf({ equity, holdings, weights: policy.wallet, policy, facts, cash });
        const sums = raw(total([...found.targets.values()])) === each.equity;
        const owes = -raw(found.targets.get(RUB)!);
        const most = (each.equity * BigInt(each.multiplier - 10)) / 10n;
        return sums && owes <= raw(found.debtLimit) && owes <= (most > 0n ? most : 0n) && owes <= each.most;
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});
