// Numbers as pages and feeds write them: the recorded strings, both sides of every rule, and what must stay unread.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { NANO, parseNano } from '../../src/core/units.ts';
import { member, nanoOf, parseJson } from '../../src/funds/exact-json.ts';
import { parseAmount } from '../../src/funds/parse-amount.ts';
import { parseDecimal } from '../../src/funds/parse-decimal.ts';
import { isTotalUnits, parseUnits } from '../../src/funds/parse-units.ts';
import { columnUnit } from '../../src/funds/scale-word.ts';
import moneyStrings from '../fixtures/money_strings.json';
import unitsStrings from '../fixtures/units_strings.json';

const SEED = Number(process.env.SEED ?? 20261121);

describe('an amount of money', () => {
  test.each(moneyStrings.map((each) => [each.in, each] as const))('reads the recorded %p', (text, each) => {
    const expected = each.amount === null ? null : { nano: parseNano(each.amount), currency: each.currency! };
    expect(parseAmount(text)).toEqual(expected);
  });

  test.each([
    ['18\u00a0204\u2009551\u202f310,47\u00a0₽', '18204551310.47', 'RUB'],
    ['US$ 4.5 млн', '4500000', 'USD'],
    ['1,795 млрд', '1795000000', 'RUB'],
    ['1 795,123 млн', '1795123000', 'RUB'],
    ['1,795', '1795', 'RUB'],
    ['0,795', '0.795', 'RUB'],
    ['0.5', '0.5', 'RUB'],
    ['12.3', '12.3', 'RUB'],
    ['10,7312', '10.7312', 'RUB'],
    ['1’234’567.80', '1234567.80', 'RUB'],
    ['1,500,00', '1500.00', 'RUB'],
    ['2 трлн руб.', '2000000000000', 'RUB'],
    ['17,8 миллиарда рублей', '17800000000', 'RUB'],
    ['1\u200b234,50 Евро', '1234.50', 'EUR'],
    ['5 000\n₽', '5000', 'RUB'],
  ])('reads %p as %s %s', (text, amount, currency) => {
    expect(parseAmount(text)).toEqual({ nano: parseNano(amount), currency });
  });

  test.each([
    'NaN',
    'Infinity',
    '1e9',
    '∞',
    '-',
    '–',
    '…',
    'нет данных',
    '₽',
    '0,00 ₽',
    '−5 000 ₽',
    '(5 000)',
    '+5',
    '1 234 567,8 1 234',
    '17,8 млрд 100 млн',
    '100 ₽ $',
    '$ 100 €',
    '12 % ',
    '100 CNY',
    '18 204 551 310,47 ₽ на 19.11.2026',
    '18 204\n310 220',
    '1 500,000',
    '1,234.567',
    '1234,567',
    '1 23',
    '12 3456',
    '0123',
    '0 500',
    '007,5',
    '1.2.3.4567',
    '1,5,',
    '١٢٣',
    '１２３',
    '5 млн млн',
    '1 000 000 000 000 000 000 000',
    `${'9'.repeat(5000)}`,
    `1${' 000'.repeat(40)}`,
    '0,0000000000001',
  ])('leaves %p unread', (text) => {
    expect(parseAmount(text)).toBeNull();
  });

  test('takes the unit of its column where it names none itself', () => {
    expect(columnUnit('СЧА за последний день, млн ₽')).toEqual({ scale: 1_000_000n, currency: 'RUB' });
    expect(columnUnit('СЧА, $')).toEqual({ scale: 1n, currency: 'USD' });
    expect(columnUnit('СЧА, ₽ / $')).toEqual({ scale: 1n, currency: null });
    expect(parseAmount('18 204,55', { scale: 1_000_000n, currency: 'USD' })).toEqual({
      nano: parseNano('18204550000'),
      currency: 'USD',
    });
    expect(parseAmount('18,2 млрд ₽', { scale: 1_000_000n, currency: 'USD' })?.currency).toBe('RUB');
  });

  test('per unit is unread where a lone mark stands before three digits', () => {
    expect(parseAmount('10,731', { perUnit: true })).toBeNull();
    expect(parseAmount('10,7312', { perUnit: true })?.nano).toBe(parseNano('10.7312'));
    expect(parseAmount('0,731', { perUnit: true })?.nano).toBe(parseNano('0.731'));
    expect(parseAmount('1 042,11', { perUnit: true })?.nano).toBe(parseNano('1042.11'));
  });

  test('comes back exactly from any way of writing it', () => {
    const marks = fc.constantFrom(
      [' ', ','],
      ['\u00a0', ','],
      [',', '.'],
      ['.', ','],
      ['', '.'],
      ['', ','],
      ['’', '.'],
    );
    fc.assert(
      fc.property(
        fc.bigInt(1000n, 10n ** 13n),
        fc.integer({ min: 0, max: 99 }),
        marks,
        (whole, kopecks, [group, mark]) => {
          const grouped = whole.toString().replace(/\B(?=(\d{3})+$)/g, group!);
          const cents = kopecks.toString().padStart(2, '0');
          const amount = parseAmount(`${grouped}${mark}${cents} ₽`);
          expect(amount?.nano).toBe(whole * NANO + BigInt(kopecks) * 10_000_000n);
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('never throws, whatever the text', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[-0-9 .,'₽$млнрд]{0,40}$/));
    fc.assert(
      fc.property(text, (any) => {
        const amount = parseAmount(any);
        expect(amount === null || amount.nano > 0n).toBe(true);
        expect(parseUnits(any) ?? 1n).toBeGreaterThan(0n);
        expect(parseDecimal(any) ?? 0n).toBeGreaterThanOrEqual(0n);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

describe('a number of units', () => {
  test.each(unitsStrings.map((each) => [each.name, each.value, each.units] as const))(
    '%p %p is %p',
    (name, value, units) => {
      const read = isTotalUnits(name) ? parseUnits(value) : null;
      expect(read).toBe(units === null ? null : BigInt(units) * NANO);
    },
  );

  test.each(['1,5 шт.', '0', '—', '12 ₽', '5 млн 3 шт', '1,7 млн шт. шт.', '4 6 млн'])(
    'is not read from %p',
    (text) => {
      expect(parseUnits(text)).toBeNull();
    },
  );

  test.each([
    ['ВСЕГО\u00a0ПАЁВ', true],
    ['Всего паев, шт.', true],
    ['Всего паев выдано', false],
    ['Выдано паев', false],
  ])('a field %p counts all of them: %p', (name, expected) => {
    expect(isTotalUnits(name)).toBe(expected);
  });
});

describe('a JSON number', () => {
  test.each([
    ['84.1207', '84.1207'],
    ['21586948000', '21586948000'],
    ['1e3', '1000'],
    ['1.5E-3', '0.0015'],
    ['-2.5', '-2.5'],
    ['0.1234567891', '0.123456789'],
  ])('%s is exactly %s', (text, exact) => {
    expect(nanoOf(member(parseJson(`{"a":${text}}`), 'a'))).toBe(parseNano(exact));
  });

  test.each(['null', 'true', '"NaN"', '"1 000"', '{}', '1e80', '1e400', `1${'0'.repeat(200)}`])(
    '%s is none',
    (text) => {
      expect(nanoOf(member(parseJson(`{"a":${text}}`), 'a'))).toBeNull();
    },
  );

  test('keeps digits that a double would lose', () => {
    expect(nanoOf(member(parseJson('{"a":123456789012345678.123456789}'), 'a'))).toBe(
      123456789012345678123456789n,
    );
  });

  test('of a text cut off or nested beyond reason there is none', () => {
    expect(parseJson('{"a": [1, 2')).toBeUndefined();
    expect(() => parseJson('['.repeat(200_000))).not.toThrow();
    expect(member(parseJson('{"__proto__": 1}'), 'toString')).toBeNull();
  });
});
