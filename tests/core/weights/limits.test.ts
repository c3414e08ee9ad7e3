// Caps and floors: clip, hand the rest out again, until all hold.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { withinLimits } from '../../../src/core/weights/limits.ts';
import type { WeightLimit } from '../../../src/core/weights/weighting-policy.ts';
import { rubOf, sumOf, walletOf } from './weighing-input.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const limited = (
  weights: Readonly<Record<string, number>>,
  { caps = null, floors = null }: { caps?: WeightLimit; floors?: WeightLimit },
  wallet = weights,
) => {
  const found = withinLimits(walletOf(weights), walletOf(wallet), { caps, floors });
  const rounded = [...found.weights].map(([ticker, weight]) => [ticker, Math.round(weight * 1e6) / 1e6]);
  return { weights: Object.fromEntries(rounded), warnings: found.warnings };
};

describe('caps and floors', () => {
  test.each([
    ['none: as they are', { A: 70, B: 30 }, {}, { A: 70, B: 30 }],
    ['a cap that nobody reaches', { A: 40, B: 60 }, { caps: 60 }, { A: 40, B: 60 }],
    ['a cap hands the rest on', { A: 70, B: 20, C: 10 }, { caps: 50 }, { A: 50, B: 33.333333, C: 16.666667 }],
    ['until all hold', { A: 70, B: 25, C: 5 }, { caps: 45 }, { A: 45, B: 45, C: 10 }],
    [
      'a floor takes from the others in proportion',
      { A: 80, B: 18, C: 2 },
      { floors: 12 },
      { A: 71.836735, B: 16.163265, C: 12 },
    ],
    [
      'per ticker',
      { A: 50, B: 30, C: 20 },
      { caps: walletOf({ A: 20 }), floors: walletOf({ C: 50 }) },
      { A: 20, B: 30, C: 50 },
    ],
    [
      'a cap and a floor that meet',
      { A: 80, B: 10, C: 10 },
      { caps: 40, floors: 30 },
      { A: 40, B: 30, C: 30 },
    ],
    ['RUB stays what it is', { A: 60, B: 20, RUB: 20 }, { caps: 50, floors: 5 }, { A: 50, B: 30, RUB: 20 }],
    ['RUB is never capped', { A: 10, B: 10, RUB: 80 }, { caps: 30 }, { A: 10, B: 10, RUB: 80 }],
    ['a ticker of 0 % stays at 0', { A: 90, B: 10, Z: 0 }, { caps: 60, floors: 20 }, { A: 60, B: 40, Z: 0 }],
  ] as const)('%s', (_, weights, limits, expected) => {
    expect(limited(weights, limits)).toEqual({ weights: expected as Record<string, number>, warnings: [] });
  });

  test('what a mode gives nothing still gets its floor', () => {
    const found = limited({ A: 70, B: 30, C: 0 }, { floors: 10 }, { A: 1, B: 1, C: 1 });
    expect(found).toEqual({ weights: { A: 63, B: 27, C: 10 }, warnings: [] });
  });

  test('what the caps leave over goes to those that the mode gives nothing, said aloud', () => {
    const found = limited({ A: 70, B: 30, C: 0, D: 0 }, { caps: 35 }, { A: 1, B: 1, C: 1, D: 1 });
    expect(found.weights).toEqual({ A: 35, B: 35, C: 15, D: 15 });
    expect(found.warnings).toEqual([expect.stringMatching(/max_weight_percent leaves a part to C, D/)]);
  });

  test.each([
    ['caps', { A: 80, B: 20 }, { caps: 30 }, { A: 50, B: 50 }, /max_weight_percent adds up to 60\.00 %/],
    [
      'floors',
      { A: 80, B: 20 },
      { floors: walletOf({ A: 90, B: 30 }) },
      { A: 75, B: 25 },
      /min_weight_percent adds up to 120\.00 %/,
    ],
  ] as const)(
    '%s that nothing can meet are kept as nearly as can be, said aloud',
    (_, weights, limits, expected, warning) => {
      const found = limited(weights, limits);
      expect(found.weights).toEqual(expected as Record<string, number>);
      expect(found.warnings[0]).toMatch(warning);
    },
  );

  test('whatever the weights: all limits hold, RUB and 0 % stay, the sum is 100, what is free keeps its proportions', () => {
    const drawn = fc.record({
      metrics: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 12 }),
      zero: fc.boolean(),
      rub: fc.integer({ min: 0, max: 90 }),
      caps: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 12, maxLength: 12 }),
      floors: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 12, maxLength: 12 }),
    });
    fc.assert(
      fc.property(drawn, ({ metrics, zero, rub, caps, floors }) => {
        const share = 100 - rub;
        const whole = metrics.reduce((sum, each) => sum + each, 0);
        fc.pre(whole > 0);
        const names = metrics.map((_, at) => `T${at}`);
        // Limits that can be met: floors scaled to at most the share, caps raised to at least it.
        const least = floors.slice(0, names.length).reduce((sum, each) => sum + each, 0);
        const floorOf = names.map((_, at) => (floors[at]! * share) / Math.max(share, least) / 2);
        const capped = names.map((_, at) => Math.max(floorOf[at]!, caps[at]!));
        const most = capped.reduce((sum, each) => sum + each, 0);
        const capOf = capped.map((each) => (most < share ? each + share - most : each));
        const weights = walletOf({
          ...Object.fromEntries(names.map((name, at) => [name, (metrics[at]! / whole) * share])),
          ...(zero ? { Z: 0 } : {}),
          RUB: rub,
        });
        const wallet = walletOf({
          ...Object.fromEntries(names.map((name) => [name, 1])),
          ...(zero ? { Z: 0 } : {}),
          RUB: rub,
        });
        const limits = {
          caps: new Map(names.map((name, at) => [name, capOf[at]!] as const)),
          floors: new Map(names.map((name, at) => [name, floorOf[at]!] as const)),
        };
        const found = withinLimits(weights, wallet, limits).weights;
        expect(Math.abs(sumOf(found) - 100)).toBeLessThan(1e-9);
        expect([rubOf(found), found.get('Z') ?? 0]).toEqual([rub, 0]);
        const free: number[] = [];
        for (const [at, name] of names.entries()) {
          const weight = found.get(name)!;
          expect(weight).toBeGreaterThanOrEqual(floorOf[at]! - 1e-9);
          expect(weight).toBeLessThanOrEqual(capOf[at]! + 1e-9);
          const isFree = weight > floorOf[at]! + 1e-7 && weight < capOf[at]! - 1e-7 && metrics[at]! > 0;
          if (isFree) free.push(weight / metrics[at]!);
        }
        if (free.length > 1) expect(Math.max(...free) / Math.min(...free) - 1).toBeLessThan(1e-6);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
