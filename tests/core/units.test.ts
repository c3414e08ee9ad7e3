import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  absolute,
  allocate,
  compare,
  decimal,
  isLess,
  isMore,
  kopecks,
  kopecksUp,
  larger,
  lotSize,
  lots,
  lotsAffordable,
  lotValue,
  money,
  NANO,
  negate,
  parseNano,
  percentOf,
  piecesIn,
  portionUp,
  price,
  rate,
  rateOf,
  raw,
  shares,
  smaller,
  times,
  total,
  wholeLots,
  worth,
} from '../../src/core/units.ts';

const SEED = { seed: Number(process.env.SEED ?? 20261121), numRuns: 500 };
const amount = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
const some = fc.bigInt({ min: 1n, max: 10n ** 18n });

describe('parseNano and decimal', () => {
  test.each([
    ['0', 0n],
    ['-0', 0n],
    ['0.000000001', 1n],
    ['-0.5', -500_000_000n],
    ['250000.41', 250_000_410_000_000n],
    ['1000000.37', 1_000_000_370_000_000n],
    ['007', 7_000_000_000n],
    ['99999999999999999999.999999999', 99_999_999_999_999_999_999_999_999_999n],
  ])('%s is read exactly', (text, nano) => {
    expect(parseNano(text)).toBe(nano);
  });

  test.each([
    '',
    ' ',
    '1.',
    '.5',
    '+1',
    '1,5',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '--1',
    '1.0000000001',
    '1 ',
    '1\n',
    '１',
  ])('%j is refused by name', (text) => {
    expect(() => parseNano(text)).toThrow(JSON.stringify(text));
  });

  test.each([
    [6_540_000_000n, 2, '6.54'],
    [105_000n, 2, '0.000105'],
    [1_000_000_370_000_000n, 2, '1000000.37'],
    [-500_000_000n, 2, '-0.50'],
    [-1n, 2, '-0.000000001'],
    [5_000_000_000n, 2, '5.00'],
    [5_000_000_000n, 0, '5'],
    [5_100_000_000n, 0, '5.1'],
    [0n, 2, '0.00'],
  ])('%p nano with %p decimals is written %p', (nano, decimals, text) => {
    expect(decimal(money(nano), decimals)).toBe(text);
  });

  test('what decimal writes, parseNano reads back', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 9 }), (nano, decimals) => {
        expect(parseNano(decimal(money(nano), decimals))).toBe(nano);
      }),
      SEED,
    );
  });

  test.each([
    [1_239_999_999n, '1.23'],
    [-1_239_999_999n, '-1.23'],
    [5_000_000_000n, '5.00'],
    [9_999_999n, '0.00'],
  ])('%p nano in kopecks is cut to %p', (nano, text) => {
    expect(kopecks(money(nano))).toBe(text);
  });

  test.each([
    [6_540_000_000n, '6.54'],
    [6_540_000_001n, '6.55'],
    [1n, '0.01'],
    [0n, '0.00'],
    [-1_239_999_999n, '-1.23'],
  ])('a need of %p nano is %p in kopecks', (nano, text) => {
    expect(kopecksUp(money(nano))).toBe(text);
  });
});

describe('allocate', () => {
  const split = (nano: bigint, weights: number[]) => allocate(money(nano), weights).map(raw);

  test.each<[string, bigint, number[], bigint[]]>([
    ['even parts', 100n, [25, 25, 25, 25], [25n, 25n, 25n, 25n]],
    ['what is left over goes to the first of equal remainders', 100n, [1, 1, 1], [34n, 33n, 33n]],
    ['what is left over goes to the largest remainder', 10n, [1, 1, 1.9], [3n, 2n, 5n]],
    ['two left over go to two', 5n, [1, 1, 1], [2n, 2n, 1n]],
    ['no weight, no part', 7n, [0, 3, 0], [0n, 7n, 0n]],
    ['a negative amount mirrors the positive one', -100n, [1, 1, 1], [-34n, -33n, -33n]],
    ['nothing to split', 0n, [1, 2], [0n, 0n]],
    ['the scale of the weights is free', 100n, [0.0025, 0.0075], [25n, 75n]],
  ])('%s', (_, nano, weights, parts) => {
    expect(split(nano, weights)).toEqual(parts);
  });

  test.each<[string, number[]]>([
    ['nobody', []],
    ['nobody positive', [0, 0]],
    ['a negative weight', [1, -0.1]],
    ['NaN', [1, Number.NaN]],
    ['infinity', [Number.POSITIVE_INFINITY]],
  ])('%s is refused', (_, weights) => {
    expect(() => split(1n, weights)).toThrow(RangeError);
  });

  test('parts add up, keep the sign, and are off the exact share by less than one nano-ruble', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(amount, weights, (nano, given) => {
        fc.pre(given.some((weight) => weight > 0));
        const parts = split(nano, given);
        const whole = BigInt(given.reduce((a, b) => a + b, 0));
        expect(parts.reduce((a, b) => a + b, 0n)).toBe(nano);
        parts.forEach((part, index) => {
          const offBy = part * whole - nano * BigInt(given[index]!);
          expect(offBy < whole && offBy > -whole).toBe(true);
          expect(part === 0n || part > 0n === nano > 0n).toBe(true);
        });
      }),
      SEED,
    );
  });
});

describe('each division rounds the way its name says', () => {
  test.each([
    [1_000n, 3_000_000n, 3n],
    [1_001n, 3_000_000n, 4n],
    [1n, 1n, 1n],
    [0n, 3_000_000n, 0n],
    [-1_001n, 3_000_000n, -3n],
  ])('portionUp of %p at %p billionths is %p', (nano, billionths, part) => {
    expect(raw(portionUp(money(nano), rate(billionths)))).toBe(part);
  });

  test.each([
    [3n, 1_000n, 3_000_000n],
    [1n, 3n, 333_333_334n],
    [0n, 5n, 0n],
    [5n, 0n, 0n],
  ])('rateOf %p in %p is %p, rounded up', (part, whole, billionths) => {
    expect(raw(rateOf(money(part), money(whole)))).toBe(billionths);
  });

  test('a fee at the rate that was seen is never less than the fee that was seen', () => {
    fc.assert(
      fc.property(some, some, (fee, paid) => {
        expect(raw(portionUp(money(paid), rateOf(money(fee), money(paid)))) >= fee).toBe(true);
      }),
      SEED,
    );
  });

  test.each([
    [29n, 10n, 2n],
    [30n, 10n, 3n],
    [-29n, 10n, -2n],
    [9n, 10n, 0n],
  ])('%p pieces at %p a lot are %p whole lots, toward zero', (pieces, size, count) => {
    expect(raw(wholeLots(shares(pieces), lotSize(size)))).toBe(count);
  });

  test.each([
    [29n, 10n, 2n],
    [30n, 10n, 3n],
    [-1n, 10n, 0n],
  ])('%p nano buy %p-nano lots %p times, rounded down', (nano, each, count) => {
    expect(raw(lotsAffordable(money(nano), money(each)))).toBe(count);
  });
});

describe('percentOf', () => {
  test.each([
    [1n, 3n, 33.3333333333],
    [-1n, 4n, -25],
    [1n, -4n, -25],
    [5n, 0n, 0],
    [0n, 5n, 0],
    [3n * 10n ** 24n, 10n ** 25n, 30],
  ])('%p of %p is %p', (part, whole, expected) => {
    expect(percentOf(money(part), money(whole))).toBeCloseTo(expected, 9);
  });
});

describe('plain arithmetic', () => {
  test('worth, lot value, times, pieces and totals are products and sums of the integers', () => {
    fc.assert(
      fc.property(some, some, amount, (a, b, c) => {
        expect(raw(worth(price(a), shares(b)))).toBe(a * b);
        expect(raw(lotValue(price(a), lotSize(b)))).toBe(a * b);
        expect(raw(times(money(c), lots(b)))).toBe(c * b);
        expect(raw(piecesIn(lots(c), lotSize(b)))).toBe(c * b);
        expect(raw(total([money(a), money(c), money(-b)]))).toBe(a + c - b);
        expect(raw(absolute(money(c)))).toBe(c < 0n ? -c : c);
        expect(raw(negate(money(c)))).toBe(-c);
      }),
      SEED,
    );
  });

  test('comparisons agree with one another', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: -2, max: 2 }), (a, difference) => {
        const b = a + BigInt(difference);
        expect(compare(money(a), money(b))).toBe(Math.sign(-difference) + 0);
        expect(isLess(money(a), money(b))).toBe(difference > 0);
        expect(isMore(money(a), money(b))).toBe(difference < 0);
        expect(raw(smaller(money(a), money(b)))).toBe(a < b ? a : b);
        expect(raw(larger(money(a), money(b)))).toBe(a > b ? a : b);
      }),
      SEED,
    );
  });

  test.each([0n, -1n])('a lot of %p pieces is refused', (pieces) => {
    expect(() => lotSize(pieces)).toThrow('at least 1 piece');
  });

  test('a ruble is a billion nano-rubles', () => {
    expect(NANO).toBe(parseNano('1'));
  });
});
