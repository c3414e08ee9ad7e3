import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { level } from '../../../src/core/rebalance/level.ts';
import { money, raw } from '../../../src/core/units.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const parts = (amount: bigint, gaps: readonly bigint[]): bigint[] =>
  level(money(amount), gaps.map(money)).map(raw);

describe('an amount that is shared out by need', () => {
  test.each<[string, bigint, bigint[], bigint[]]>([
    ['all of it goes to the largest gap alone', 10n, [100n, 50n, 20n], [10n, 0n, 0n]],
    ['to where the next gap begins', 50n, [100n, 50n, 20n], [50n, 0n, 0n]],
    ['from there both shrink together', 60n, [100n, 50n, 20n], [55n, 5n, 0n]],
    ['equal gaps get equal parts', 30n, [20n, 20n, 20n], [10n, 10n, 10n]],
    ['what does not divide stays over', 31n, [20n, 20n, 20n], [10n, 10n, 10n]],
    ['more than all gaps together fills them', 500n, [100n, 50n, 20n], [100n, 50n, 20n]],
    ['no amount gives nothing', 0n, [100n], [0n]],
    ['a negative amount gives nothing', -5n, [100n], [0n]],
    ['no gap takes nothing', 5n, [0n, 0n], [0n, 0n]],
  ])('%s', (_, amount, gaps, expected) => {
    expect(parts(amount, gaps)).toEqual(expected);
  });

  test('parts never exceed a gap or the amount, leave less than one per gap, and leave no smaller gap for a larger one', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10_000n }),
        fc.array(fc.bigInt({ min: 0n, max: 3_000n }), { minLength: 1, maxLength: 8 }),
        (amount, gaps) => {
          const given = parts(amount, gaps);
          const all = gaps.reduce((sum, gap) => sum + gap, 0n);
          const sum = given.reduce((total, part) => total + part, 0n);
          expect(sum <= amount).toBe(true);
          expect((amount < all ? amount : all) - sum < BigInt(gaps.length)).toBe(true);
          const left = gaps.map((gap, index) => gap - given[index]!);
          const highest = left.reduce((most, each) => (each > most ? each : most), 0n);
          gaps.forEach((gap, index) => {
            expect(given[index]! >= 0n && given[index]! <= gap).toBe(true);
            if (given[index]! > 0n) expect(highest - left[index]! <= 1n).toBe(true);
          });
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});
