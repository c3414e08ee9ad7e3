import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { CostBasis } from '../../src/exchange/cost-lots.ts';
import { greatest, least } from '../../src/exchange/extremes.ts';

const NANO = 1_000_000_000n;

test('the oldest pieces are sold first', () => {
  const basis = new CostBasis();
  basis.add(10n, 5n * NANO);
  basis.add(10n, 7n * NANO);
  expect([basis.fifo(), basis.average()]).toEqual([6n * NANO, 6n * NANO]);
  basis.remove(10n);
  expect([basis.held, basis.fifo(), basis.average()]).toEqual([10n, 7n * NANO, 6n * NANO]);
  basis.remove(3n);
  expect([basis.held, basis.fifo(), basis.average()]).toEqual([7n, 7n * NANO, 6n * NANO]);
});

test('an emptied holding costs nothing and starts anew', () => {
  const basis = new CostBasis();
  basis.add(3n, 10n * NANO);
  basis.remove(3n);
  expect([basis.held, basis.fifo(), basis.average()]).toEqual([0n, 0n, 0n]);
  basis.add(1n, 2n * NANO);
  expect([basis.fifo(), basis.average()]).toEqual([2n * NANO, 2n * NANO]);
});

test('more pieces than are held cannot be removed', () => {
  const basis = new CostBasis();
  basis.add(3n, NANO);
  expect(() => basis.remove(4n)).toThrow('cost basis holds 3 pieces, asked to remove 4');
});

test('a split keeps the cost', () => {
  const basis = new CostBasis();
  basis.add(10n, 6n * NANO);
  basis.add(10n, 8n * NANO);
  basis.restate(200n);
  expect([basis.held, basis.fifo(), basis.average()]).toEqual([200n, 700_000_000n, 700_000_000n]);
});

test('the average stays between the cheapest and the dearest piece ever bought', () => {
  const trades = fc.array(fc.tuple(fc.bigInt(-50n, 100n), fc.bigInt(1n, 10_000n)), { maxLength: 40 });
  fc.assert(
    fc.property(trades, (list) => {
      const basis = new CostBasis();
      const seen: bigint[] = [];
      for (const [pieces, price] of list) {
        if (pieces > 0n) {
          basis.add(pieces, price * NANO);
          seen.push(price * NANO);
        } else basis.remove(least(-pieces, basis.held));
        if (basis.held === 0n) continue;
        const low = seen.reduce((a, b) => least(a, b));
        const high = seen.reduce((a, b) => greatest(a, b));
        for (const average of [basis.fifo(), basis.average()]) {
          expect(average >= low - 40n && average <= high + 40n).toBe(true);
        }
      }
    }),
    { seed: Number(process.env.SEED ?? 20261121), numRuns: 200 },
  );
});
