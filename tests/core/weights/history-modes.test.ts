// inverse_volatility and sharpe: by hand on short windows, stable over their period, and unknown rather than guessed.

import { describe, expect, test } from 'bun:test';
import { NO_RULES } from '../../../src/core/policy.ts';
import { weighWithin } from '../../../src/core/target-weights.ts';
import { WEIGHTINGS } from '../../../src/core/weights/registry.ts';
import {
  closesUpTo,
  DAY_MS,
  inputOf,
  NOON_MS,
  priced,
  warningsOf,
  weightsOf,
  whyUnknown,
} from './weighing-input.ts';

const { inverse_volatility: inverseVolatility, sharpe } = WEIGHTINGS;
const TODAY = Date.parse('2026-03-16');
const MONTH = Date.parse('2026-03-01');

const policy = (change: object = {}) => ({
  ...NO_RULES.weighting,
  volatilityDays: 4,
  sharpeDays: 4,
  ...change,
});
const closesOf = (endMs: number, returns: Readonly<Record<string, readonly number[]>>) =>
  new Map(
    Object.entries(returns).map(([ticker, each]) => [ticker, closesUpTo(endMs, priced(each))] as const),
  );

const CALM = [0.01, -0.01, 0.01, -0.01];
const WILD = [0.03, -0.03, 0.03, -0.03];

describe('inverse_volatility', () => {
  const weigh = (
    closes: ReturnType<typeof closesOf>,
    wallet: Record<string, number> = { A: 40, B: 40, RUB: 20 },
  ) => inverseVolatility.weigh(inputOf(wallet, { closes, policy: policy() }));

  test('three times the volatility is a third of the weight', () => {
    const weighed = weigh(closesOf(TODAY, { A: CALM, B: WILD }));
    expect(weightsOf(weighed)).toEqual({ A: 60, B: 20, RUB: 20 });
  });

  test('looks at the last days of the window only', () => {
    const weighed = weigh(closesOf(TODAY, { A: [0.2, -0.2, 0.3, ...CALM], B: WILD }));
    expect(weightsOf(weighed)).toEqual({ A: 60, B: 20, RUB: 20 });
  });

  test('does not look at the running day', () => {
    const closes = closesOf(TODAY, { A: CALM, B: WILD });
    const later = new Map(
      [...closes].map(([ticker, days]) => [ticker, [...days, { dayMs: TODAY, price: days[0]!.price }]]),
    );
    expect(weigh(later)).toEqual(weigh(closes));
  });

  test('one close too few is unknown, and says how many there are', () => {
    const closes = closesOf(TODAY, { A: CALM, B: WILD.slice(1) });
    const why = whyUnknown(weigh(closes));
    expect(why).toMatch(
      /price history is unknown, so nothing is balanced: B: 5 daily closes before 2026-03-16 are needed, it has 4 \(from 2026-03-12\)\..*volatility_window_days/,
    );
    expect(why).not.toContain('A:');
  });

  test.each([
    ['a price that does not move', [0, 0, 0, 0], /B: its close has not moved for 4 days/],
    [
      'a day of half the price and less',
      [0.01, -0.51, 0.01, 0],
      /B: its close went from 101\.00 to 49\.49 on 2026-03-13/,
    ],
    ['a day of more than half again', [0.51, 0, 0, 0], /by more than half in a day/],
  ] as const)('%s is unknown', (_, returns, because) => {
    expect(whyUnknown(weigh(closesOf(TODAY, { A: CALM, B: returns })))).toMatch(because);
  });

  test('a day of exactly half the price is taken', () => {
    expect(weigh(closesOf(TODAY, { A: CALM, B: [-0.5, 0, 0, 0.5] })).kind).toBe('weights');
  });

  test.each([
    [15, 'weights'],
    [16, 'unknown'],
  ] as const)('a last close of %d days ago is %s', (days, kind) => {
    const closes = new Map([
      ...closesOf(TODAY, { A: CALM }),
      ...closesOf(TODAY - (days - 1) * DAY_MS, { B: WILD }),
    ]);
    expect(weigh(closes).kind).toBe(kind);
  });

  test('why candles could not be read is passed on', () => {
    const input = inputOf(
      { A: 50, B: 50 },
      {
        closes: closesOf(TODAY, { A: CALM }),
        policy: policy(),
        closeProblems: new Map([['B', 'no answer']]),
      },
    );
    expect(whyUnknown(inverseVolatility.weigh(input))).toContain('B: no answer');
  });
});

describe('sharpe', () => {
  const weigh = (
    returns: Readonly<Record<string, readonly number[]>>,
    wallet: Record<string, number>,
    change: object = {},
    atMs = NOON_MS,
  ) =>
    weighWithin(
      'sharpe',
      inputOf(wallet, { closes: closesOf(MONTH, returns), policy: policy(change), atMs }),
    );
  const GOOD = [0.02, 0.0, 0.02, 0.0];
  const FAIR = [0.015, -0.005, 0.015, -0.005];
  const BAD = [-0.02, 0.0, -0.02, 0.0];

  test('weighs in proportion to mean return over deviation', () => {
    // Equal deviations: means of 1 % and 0.5 % are two to one, under the cap of 40 % each.
    const weighed = weigh({ A: GOOD, B: FAIR }, { A: 30, B: 30, RUB: 40 });
    expect(weightsOf(weighed)).toEqual({ A: 40, B: 20, RUB: 40 });
  });

  test('gives nothing where the ratio is zero or less', () => {
    const weighed = weigh({ A: GOOD, B: BAD, C: GOOD, D: GOOD }, { A: 25, B: 25, C: 25, D: 25 });
    expect(weightsOf(weighed)).toEqual({ A: 33.33, B: 0, C: 33.33, D: 33.33 });
  });

  test('the risk-free rate is taken off first', () => {
    // 126 % a year is 0.5 % a day: nothing is left of the fair one.
    const weighed = weigh({ A: GOOD, B: FAIR, C: GOOD }, { A: 40, B: 30, C: 30 }, { riskFreePercent: 126 });
    expect(weightsOf(weighed)).toEqual({ A: 50, B: 0, C: 50 });
  });

  test('no ticker gets more than 40 percent, unless the others are too few, which is said', () => {
    const four = weigh({ A: GOOD, B: FAIR, C: [0.011, -0.009, 0.011, -0.009] }, { A: 40, B: 30, C: 30 });
    expect(weightsOf(four)).toEqual({ A: 40, B: 40, C: 20 });
    expect(warningsOf(four)).toEqual([]);
    const one = weigh({ A: GOOD, B: BAD, C: BAD }, { A: 40, B: 30, C: 30 });
    expect(weightsOf(one)).toEqual({ A: 100, B: 0, C: 0 });
    expect(warningsOf(one)[0]).toMatch(/only A earned more.*up to 100\.00 % in one ticker/);
  });

  test("the owner's own cap stands instead, and is kept even where only one ticker has earned anything", () => {
    const two = weigh({ A: GOOD, B: FAIR }, { A: 50, B: 50 }, { caps: 60 });
    expect(weightsOf(two)).toEqual({ A: 60, B: 40 });
    const one = weigh({ A: GOOD, B: BAD, C: BAD }, { A: 40, B: 30, C: 30 }, { caps: 60 });
    expect(weightsOf(one)).toEqual({ A: 60, B: 20, C: 20 });
    expect(warningsOf(one)[0]).toMatch(/max_weight_percent leaves a part to B, C/);
  });

  test('where nothing has earned anything all weigh the same, said aloud', () => {
    const weighed = weigh({ A: BAD, B: BAD }, { A: 10, B: 70, RUB: 20 });
    expect(weightsOf(weighed)).toEqual({ A: 40, B: 40, RUB: 20 });
    expect(warningsOf(weighed)[0]).toMatch(/sharpe: no ticker earned more/);
  });

  test('is the same on every day of a Moscow month, and new on the first of the next', () => {
    const closes = new Map(
      ['A', 'B', 'C'].map((ticker, at) => [
        ticker,
        closesUpTo(
          Date.parse('2026-04-03'),
          priced(Array.from({ length: 60 }, (_, day) => ((day * (at + 3)) % 7) / 1000)),
        ),
      ]),
    );
    const on = (at: string) =>
      sharpe.weigh(inputOf({ A: 40, B: 30, C: 30 }, { closes, policy: policy(), atMs: Date.parse(at) }));
    const march = on('2026-02-28T21:00:00Z');
    expect(on('2026-03-16T09:00:00Z')).toEqual(march);
    expect(on('2026-03-31T20:59:59Z')).toEqual(march);
    expect(on('2026-03-31T21:00:00Z')).not.toEqual(march);
    expect(on('2026-02-28T20:59:59Z')).not.toEqual(march);
  });

  test('too few closes before the month are unknown, with the date', () => {
    const why = whyUnknown(weigh({ A: GOOD, B: GOOD.slice(2) }, { A: 50, B: 50 }));
    expect(why).toMatch(/B: 5 daily closes before 2026-03-01 are needed, it has 3.*sharpe_window_days/);
  });
});
