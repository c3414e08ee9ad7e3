import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { NANO, raw } from '../../src/core/units.ts';
import { WorldError } from '../../src/ports.ts';
import {
  lotSizeOf,
  lotsOf,
  nanoOf,
  positivePrice,
  quotationOf,
  rubles,
  rublesOrNull,
  timeOf,
} from '../../src/tinvest/convert.ts';

const SEED = Number(process.env.SEED ?? 20261121);

const refusal = (run: () => unknown): WorldError => {
  try {
    run();
  } catch (error) {
    if (error instanceof WorldError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
};

describe('quotations', () => {
  test('nano -> quotation -> nano is the identity', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 53n - 1n) * NANO, max: (2n ** 53n - 1n) * NANO }), (nano) => {
        expect(nanoOf(quotationOf(nano), 'x')).toBe(nano);
      }),
      { seed: SEED },
    );
  });

  test('quotation -> nano -> quotation is the identity', () => {
    const quotation = fc
      .tuple(fc.maxSafeNat(), fc.integer({ min: 0, max: 999_999_999 }), fc.boolean())
      .map(([units, nano, minus]) => (minus ? { units: 0 - units, nano: 0 - nano } : { units, nano }));
    fc.assert(
      fc.property(quotation, (value) => {
        expect(quotationOf(nanoOf(value, 'x'))).toEqual({ units: value.units, nano: value.nano });
      }),
      { seed: SEED },
    );
  });

  test.each([
    [{ units: 0, nano: -500_000_000 }, -500_000_000n],
    [{ units: 15, nano: 890_000_000 }, 15_890_000_000n],
    [{ units: -211_140, nano: -550_000_000 }, -211_140_550_000_000n],
    [{ units: 0, nano: 999_999_999 }, 999_999_999n],
  ])('%p is %p nano', (value, nano) => {
    expect(nanoOf(value, 'x')).toBe(nano);
  });

  test.each([
    ['missing', undefined],
    ['mixed signs', { units: 1, nano: -1 }],
    ['mixed signs the other way', { units: -1, nano: 1 }],
    ['nano of a whole unit', { units: 0, nano: 1_000_000_000 }],
    ['negative nano of a whole unit', { units: 0, nano: -1_000_000_000 }],
    ['a fraction', { units: 1.5, nano: 0 }],
    ['a fraction of a nano', { units: 1, nano: 0.5 }],
    ['NaN', { units: Number.NaN, nano: 0 }],
    ['beyond 2^53', { units: 2 ** 53, nano: 0 }],
  ])('refuses %s, naming the field', (_, value) => {
    const error = refusal(() => nanoOf(value, 'last price'));
    expect(error.kind).toBe('refused_data');
    expect(error.message).toContain('last price');
  });

  test('a request never says an amount that a double would round', () => {
    expect(() => quotationOf(2n ** 53n * NANO)).toThrow(RangeError);
  });
});

describe('amounts', () => {
  test.each(['rub', 'RUB', 'Rub'])('%s is RUB', (currency) => {
    expect(raw(rubles({ currency, units: 1, nano: 0 }, 'x'))).toBe(NANO);
  });

  test('another currency is refused where RUB is needed', () => {
    expect(refusal(() => rubles({ currency: 'usd', units: 1, nano: 0 }, 'cash')).message).toContain('usd');
    expect(refusal(() => rubles({ currency: '', units: 1, nano: 0 }, 'cash')).kind).toBe('refused_data');
  });

  test('an amount that may be left out is null, an empty one without a currency is zero', () => {
    expect(rublesOrNull(undefined, 'x')).toBeNull();
    expect(rublesOrNull({ currency: 'usd', units: 3, nano: 0 }, 'x')).toBeNull();
    expect(rublesOrNull({ currency: '', units: 3, nano: 0 }, 'x')).toBeNull();
    const zero = rublesOrNull({ currency: '', units: 0, nano: 0 }, 'x');
    expect(zero === null ? null : raw(zero)).toBe(0n);
  });

  test.each([0, -1])('a step of %p is refused', (units) => {
    expect(refusal(() => positivePrice({ units, nano: 0 }, 'step')).message).toContain('step');
  });
});

describe('counts', () => {
  test.each([-1, 0.5, Number.NaN, 2 ** 53])('%p lots are refused', (count) => {
    expect(refusal(() => lotsOf(count, 'lots')).message).toContain('lots');
  });

  test('a lot has at least one piece', () => {
    expect(raw(lotSizeOf(1, 'lot'))).toBe(1n);
    expect(refusal(() => lotSizeOf(0, 'lot')).message).toContain('lot is 0');
  });
});

test('the time of 1970 is no time', () => {
  expect(timeOf(undefined)).toBeNull();
  expect(timeOf(new Date(0))).toBeNull();
  expect(timeOf(new Date(Number.NaN))).toBeNull();
  expect(timeOf(new Date(1))).toBe(1);
});
