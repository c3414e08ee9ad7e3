import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { nanoOf } from '../../src/config/amount.ts';

test.each([
  [0, 0n],
  [-0, 0n],
  [1, 1_000_000_000n],
  [0.1, 100_000_000n],
  [0.07, 70_000_000n],
  [1.005, 1_005_000_000n],
  [-2.5, -2_500_000_000n],
  [1e-7, 100n],
  [1e-9, 1n],
  [1e-10, 0n],
  [0.1234567899, 123_456_789n],
  [4_000_000.07, 4_000_000_070_000_000n],
  [999_999_999_999.99, 999_999_999_999_990_000_000n],
  [1e12, 1_000_000_000_000_000_000_000n],
] as const)('%p is %p nano', (written, nano) => expect(nanoOf(written)).toBe(nano));

test('every amount in kopecks is exact', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000_000_000_000 }), (kopecks) => {
      const text = `${Math.floor(kopecks / 100)}.${String(kopecks % 100).padStart(2, '0')}`;
      expect(nanoOf(Number(text))).toBe(BigInt(kopecks) * 10_000_000n);
    }),
    { seed: Number(process.env.SEED ?? 20261121), numRuns: 1000 },
  );
});
