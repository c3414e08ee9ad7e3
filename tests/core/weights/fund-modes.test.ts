// The modes on market cap and AUM: the documented examples, RUB's own share, and what one missing number does.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { byPremium } from '../../../src/core/weights/decorrelation.ts';
import { WEIGHTINGS } from '../../../src/core/weights/registry.ts';
import {
  fund,
  fundsOf,
  inputOf,
  rubOf,
  sumOf,
  walletOf,
  warningsOf,
  weightsOf,
  whyUnknown,
} from './weighing-input.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const { marketcap, aum, marketcap_aum: marketcapAum, decorrelation, equal, manual } = WEIGHTINGS;

describe('marketcap', () => {
  test('weighs in proportion to the market cap', () => {
    const funds = fundsOf(fund('A', '100000000000'), fund('B', '200000000000'), fund('C', '300000000000'));
    const weighed = marketcap.weigh(inputOf({ A: 10, B: 10, C: 80 }, { funds }));
    expect(weightsOf(weighed)).toEqual({ A: 16.67, B: 33.33, C: 50 });
  });

  test('leaves RUB its percent, spreads the rest, and leaves a ticker of 0 % at 0', () => {
    const funds = fundsOf(fund('A', '300'), fund('B', '100'), fund('Z', '900'));
    const weighed = marketcap.weigh(inputOf({ A: 30, Z: 0, B: 50, RUB: 20 }, { funds }));
    expect(weightsOf(weighed)).toEqual({ A: 60, Z: 0, B: 20, RUB: 20 });
  });

  test('does not need to know anything of a ticker of 0 %', () => {
    const weighed = marketcap.weigh(inputOf({ A: 100, Z: 0 }, { funds: fundsOf(fund('A', '1')) }));
    expect(weightsOf(weighed)).toEqual({ A: 100, Z: 0 });
  });

  test('does not look at the AUM', () => {
    const funds = fundsOf(fund('A', '1'), fund('B', '3'));
    expect(weightsOf(marketcap.weigh(inputOf({ A: 50, B: 50 }, { funds })))).toEqual({ A: 25, B: 75 });
  });
});

describe('aum', () => {
  test('weighs in proportion to the AUM and does not look at the market cap', () => {
    const funds = fundsOf(fund('A', null, '25'), fund('B', '1', '75'));
    expect(weightsOf(aum.weigh(inputOf({ A: 50, B: 50 }, { funds })))).toEqual({ A: 25, B: 75 });
  });
});

describe('marketcap_aum', () => {
  test('takes the market cap, and the AUM where there is none', () => {
    const funds = fundsOf(fund('A', '100', '999'), fund('B', null, '300'));
    expect(weightsOf(marketcapAum.weigh(inputOf({ A: 50, B: 50 }, { funds })))).toEqual({ A: 25, B: 75 });
  });

  test('with neither knows nothing', () => {
    const funds = fundsOf(fund('A', '100'), fund('B', null, null));
    expect(whyUnknown(marketcapAum.weigh(inputOf({ A: 50, B: 50 }, { funds })))).toContain(
      'B: market cap: nobody knows B; AUM: nobody knows B',
    );
  });
});

describe('one missing number', () => {
  test.each([
    ['marketcap', marketcap, fund('B', null, '5'), /market cap is unknown.*B: nobody knows B/],
    ['aum', aum, fund('B', '5', null), /AUM is unknown.*B: nobody knows B/],
    ['a cap of zero', marketcap, fund('B', '0', '5'), /B: its market cap is not above zero/],
    ['a negative AUM', aum, fund('B', '1', '-5'), /B: its AUM is not above zero/],
    ['decorrelation', decorrelation, fund('B', null, '5'), /premium.*B: nobody knows B/],
    [
      'decorrelation, a cap of zero',
      decorrelation,
      fund('B', '0', '5'),
      /B: its market cap is not above zero/,
    ],
    ['decorrelation, an AUM of zero', decorrelation, fund('B', '5', '0'), /B: its AUM is not above zero/],
  ] as const)('%s: nothing is weighed, and the ticker and the datum are named', (_, mode, other, because) => {
    const funds = fundsOf(fund('A', '5', '5'), other);
    const why = whyUnknown(mode.weigh(inputOf({ A: 50, B: 50 }, { funds })));
    expect(why).toMatch(because);
    expect(why).not.toContain('A:');
  });

  test.each([
    ['B: no units', 'B: no units'],
    ['B has no price', 'B has no price'],
    ['nobody knows', 'B: nobody knows'],
  ])('a reason %j names its ticker once', (reason, said) => {
    const funds = fundsOf(fund('A', '5'), {
      ...fund('B', null),
      marketCap: { kind: 'unknown', because: reason },
    });
    const why = whyUnknown(marketcap.weigh(inputOf({ A: 50, B: 50 }, { funds })));
    expect(why).toBe(`the market cap is unknown, so nothing is balanced: ${said}`);
  });

  test('all that is missing is named at once', () => {
    const why = whyUnknown(marketcap.weigh(inputOf({ A: 50, B: 50 }, { funds: fundsOf(fund('A', null)) })));
    expect(why).toMatch(/A: nobody knows A; B: no fund data are there.*snapshot/);
  });
});

describe('decorrelation', () => {
  const premiums = (...d: readonly number[]) => new Map(d.map((each, at) => [`T${at}`, each] as const));
  const wallet = (count: number, rub = 0) =>
    walletOf({
      ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`T${at}`, (100 - rub) / count])),
      ...(rub > 0 ? { RUB: rub } : {}),
    });

  test.each([
    ['100, 0, -100', [100, 0, -100], 0, [0, 33.33, 66.67]],
    ['with RUB at a quarter', [100, 0, -100], 25, [0, 25, 50, 25]],
    ['5 and 0', [5, 0], 0, [0, 100]],
    ['all below', [-1, -2, -4], 0, [0, 25, 75]],
  ] as const)('d = %s', (_, d, rub, weights) => {
    const weighed = byPremium(wallet(d.length, rub), premiums(...d), 0.5);
    expect(Object.values(weightsOf(weighed))).toEqual([...weights]);
    expect(warningsOf(weighed)).toEqual([]);
  });

  test.each([
    ['equal', [3, 3, 3], 0.5, true],
    ['equal, without any limit', [3, 3, 3], 0, true],
    ['just below the limit', [0.499, 0], 0.5, true],
    ['at the limit', [0.5, 0], 0.5, false],
  ] as const)('premiums that are %s: the own weights apply: %p', (_, d, limit, falls) => {
    const own = wallet(d.length, 10);
    const weighed = byPremium(own, premiums(...d), limit);
    expect(weighed.kind === 'weights' && weighed.weights === own).toBe(falls);
    expect(warningsOf(weighed).length).toBe(falls ? 1 : 0);
    if (falls) expect(warningsOf(weighed)[0]).toMatch(/decorrelation_min_spread_pp.*wallet's own weights/);
  });

  test('the only fund gets everything, without a word', () => {
    const weighed = decorrelation.weigh(inputOf({ A: 80, RUB: 20 }, { funds: fundsOf(fund('A', '2', '1')) }));
    expect(weightsOf(weighed)).toEqual({ A: 80, RUB: 20 });
    expect(warningsOf(weighed)).toEqual([]);
  });

  test("reckons with the market cap of the AUM's own date", () => {
    const late = { ...fund('A', '200', '100'), marketCapThen: fund('A', '101', '100').marketCap };
    const funds = fundsOf(late, fund('B', '102', '100'), fund('C', '104', '100'));
    const weighed = decorrelation.weigh(inputOf({ A: 40, B: 30, C: 30 }, { funds }));
    expect(weightsOf(weighed)).toEqual({ A: 60, B: 40, C: 0 });
  });
});

test('equal gives every ticker the same and RUB its own', () => {
  expect(weightsOf(equal.weigh(inputOf({ A: 1, B: 69, Z: 0, RUB: 30 })))).toEqual({
    A: 35,
    B: 35,
    Z: 0,
    RUB: 30,
  });
});

test('manual is the wallet', () => {
  expect(weightsOf(manual.weigh(inputOf({ A: 1, B: 69, Z: 0, RUB: 30 })))).toEqual({
    A: 1,
    B: 69,
    Z: 0,
    RUB: 30,
  });
});

test('a wallet of nothing but RUB stays so in every mode', () => {
  for (const [mode, weighting] of Object.entries(WEIGHTINGS))
    expect([mode, weightsOf(weighting.weigh(inputOf({ RUB: 100, Z: 0 })))]).toEqual([
      mode,
      { RUB: 100, Z: 0 },
    ]);
});

test('whatever the numbers, weights add up to 100, RUB keeps its own and nothing is negative', () => {
  const rubles = fc.integer({ min: 1, max: 2_000_000_000 }).map((thousands) => `${thousands}000`);
  const drawn = fc.record({
    funds: fc.array(fc.record({ cap: rubles, aum: rubles, percent: fc.integer({ min: 0, max: 100 }) }), {
      minLength: 1,
      maxLength: 12,
    }),
    rub: fc.integer({ min: 0, max: 100 }),
    mode: fc.constantFrom('marketcap', 'aum', 'marketcap_aum', 'decorrelation', 'equal'),
  });
  fc.assert(
    fc.property(drawn, ({ funds, rub, mode }) => {
      const whole = funds.reduce((sum, { percent }) => sum + percent, rub);
      fc.pre(whole > 0);
      const wallet = Object.fromEntries([
        ...funds.map(({ percent }, at) => [`T${at}`, (percent / whole) * 100]),
        ['RUB', (rub / whole) * 100],
      ]);
      const input = inputOf(wallet, {
        funds: fundsOf(...funds.map(({ cap, aum: net }, at) => fund(`T${at}`, cap, net))),
      });
      const weighed = WEIGHTINGS[mode as 'marketcap'].weigh(input);
      if (weighed.kind === 'unknown') throw new Error(weighed.because);
      expect(Math.abs(sumOf(weighed.weights) - 100)).toBeLessThan(1e-9);
      expect(rubOf(weighed.weights)).toBe(wallet.RUB ?? 0);
      for (const [ticker, weight] of weighed.weights) {
        expect(weight).toBeGreaterThanOrEqual(0);
        if (wallet[ticker] === 0) expect(weight).toBe(0);
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});
