// `diff`: targets pushed further the way they went, RUB apart, inside caps and floors, and nothing without a reference.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { NO_FACTS } from '../../../src/core/facts.ts';
import { targetWeights } from '../../../src/core/target-weights.ts';
import { diffPercent, shiftByDiff } from '../../../src/core/weights/diff.ts';
import { policyOf } from '../../support/snapshot-builder.ts';
import { fund, fundsOf, NOON_MS, rubOf, sumOf, walletOf } from './weighing-input.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const MIDNIGHT = Date.parse('2026-03-15T21:00:00Z');
const rounded = (weights: ReadonlyMap<string, number>) =>
  Object.fromEntries([...weights].map(([ticker, weight]) => [ticker, Math.round(weight * 1e4) / 1e4]));

test.each([
  [55, 50, 10],
  [45, 50, -10],
  [50, 50, 0],
  [7, 0, 7],
  [7, 1e-15, 7],
  [0, 50, -100],
])('a weight of %d against %d differs by %d percent', (weight, reference, expected) => {
  expect(diffPercent(weight, reference)).toBeCloseTo(expected, 10);
});

describe('the shift', () => {
  test.each([
    // 55 + 10 = 65 and 45 - 10 = 35.
    ['all of the change', { A: 55, B: 45 }, { A: 50, B: 50 }, 100, { A: 65, B: 35 }],
    ['half of it', { A: 55, B: 45 }, { A: 50, B: 50 }, 50, { A: 60, B: 40 }],
    ['none of it', { A: 55, B: 45 }, { A: 50, B: 50 }, 0, { A: 55, B: 45 }],
    // 20 + 100 = 120 and 60 - 25 = 35, of 80 for both.
    [
      'normalised, RUB apart',
      { A: 20, B: 60, RUB: 20 },
      { A: 10, B: 80, RUB: 10 },
      100,
      { A: 61.9355, B: 18.0645, RUB: 20 },
    ],
    // 1 - 98 is below zero.
    ['never below zero', { A: 1, B: 99 }, { A: 50, B: 50 }, 100, { A: 0, B: 100 }],
    ['what is new counts with its weight', { A: 10, B: 90 }, { B: 100 }, 100, { A: 20, B: 80 }],
    ['0 % stays 0 %', { A: 100, Z: 0 }, { A: 100, Z: 0 }, 100, { A: 100, Z: 0 }],
  ] as const)('%s', (_, weights, reference, multiplier, expected) => {
    const shifted = shiftByDiff(walletOf(weights), walletOf(reference as Record<string, number>), multiplier);
    expect(rounded(shifted)).toEqual(expected as Record<string, number>);
  });

  test('adds up to 100, keeps RUB, is never negative, and is none without a change', () => {
    const part = fc.integer({ min: 0, max: 1000 });
    const list = fc.array(part, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(
        list,
        list,
        fc.integer({ min: 0, max: 90 }),
        fc.integer({ min: 0, max: 100 }),
        (now, then, rub, multiplier) => {
          fc.pre(now.some((each) => each > 0) && then.some((each) => each > 0));
          const weightsOf = (parts: readonly number[]) => {
            const whole = parts.reduce((sum, each) => sum + each, 0);
            return walletOf({
              ...Object.fromEntries(parts.map((each, at) => [`T${at}`, (each / whole) * (100 - rub)])),
              RUB: rub,
            });
          };
          const weights = weightsOf(now);
          const shifted = shiftByDiff(weights, weightsOf(then), multiplier);
          expect(Math.abs(sumOf(shifted) - 100)).toBeLessThan(1e-9);
          expect(rubOf(shifted)).toBe(rub);
          for (const weight of shifted.values()) expect(weight).toBeGreaterThanOrEqual(0);
          expect(rounded(shiftByDiff(weights, weights, multiplier))).toEqual(rounded(weights));
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('the targets of an iteration', () => {
  const funds = fundsOf(fund('A', '55'), fund('B', '45'));
  const reference = { atMs: MIDNIGHT, weights: walletOf({ A: 50, B: 50 }) };
  const targets = (change: Parameters<typeof policyOf>[1], facts: object = {}) => {
    const found = targetWeights(
      policyOf({ A: 50, B: 50 }, { mode: 'marketcap', ...change }),
      { ...NO_FACTS, funds, reference, ...facts },
      NOON_MS,
    );
    if (found.kind === 'unknown') throw new Error(found.because);
    return found;
  };

  test('are shifted where diff is on', () => {
    const found = targets({ diff: { mode: 'day', multiplier: 100 } });
    expect(rounded(found.weights)).toEqual({ A: 65, B: 35 });
    expect(rounded(found.base)).toEqual({ A: 55, B: 45 });
    expect(found.reference).toBe(reference);
    expect(found.warnings).toEqual([]);
  });

  test('are not where it is off, nor without a reference', () => {
    expect(rounded(targets({}).weights)).toEqual({ A: 55, B: 45 });
    expect(targets({}).reference).toBeNull();
    const first = targets({ diff: { mode: 'iteration', multiplier: 100 } }, { reference: null });
    expect(rounded(first.weights)).toEqual({ A: 55, B: 45 });
  });

  test('keep caps and floors after the shift, too', () => {
    const weighting = { ...policyOf({}).weighting, caps: 60 };
    const found = targets({ diff: { mode: 'day', multiplier: 100 }, weighting });
    expect(rounded(found.weights)).toEqual({ A: 60, B: 40 });
    expect(rounded(found.base)).toEqual({ A: 55, B: 45 });
  });

  test('say so where the weights of midnight are not known', () => {
    const late = { ...reference, atMs: MIDNIGHT + 3_600_000 };
    const day = targets({ diff: { mode: 'day', multiplier: 100 } }, { reference: late });
    expect(day.warnings).toEqual([
      expect.stringMatching(/weights of 00:00 Moscow time are not known.*2026-03-15T22:00/),
    ]);
    const iteration = targets({ diff: { mode: 'iteration', multiplier: 100 } }, { reference: late });
    expect(iteration.warnings).toEqual([]);
  });
});
