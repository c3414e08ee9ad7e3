import { expect, test } from 'bun:test';
import { DEFAULT_OVERNIGHT_FEES } from '../../src/config/overnight-fees.ts';
import { overnightFee } from '../../src/core/overnight-fee.ts';
import { decimal, money, parseNano } from '../../src/core/units.ts';
import { lines, parseAccount } from '../support/config-text.ts';

const feesOf = (tables: readonly object[] = []) => {
  const parsed = parseAccount({}, { overnight_fees: tables });
  if (!parsed.ok) throw new Error(lines(parsed).join('\n'));
  return parsed.config.overnightFees;
};
const fee = (debt: string, fees = feesOf(), at = '2026-11-21') =>
  decimal(overnightFee(money(parseNano(debt)), fees, Date.parse(`${at}T12:00:00+03:00`)));

test("without a table of one's own, the broker's of August 2024 holds", () => {
  const parsed = parseAccount({});
  expect(parsed.ok && parsed.config.overnightFees).toEqual(DEFAULT_OVERNIGHT_FEES);
  expect(feesOf()).toEqual(DEFAULT_OVERNIGHT_FEES);
});

test.each([
  ['0', '0.00'],
  ['5000', '0.00'],
  ['5000.01', '40.00'],
  ['50000', '40.00'],
  ['100000', '80.00'],
  ['250000', '200.00'],
  ['250000.01', '400.00'],
  ['1000000', '785.00'],
  ['10000000', '7350.00'],
  ['20000000', '14200.00'],
  ['30000000', '20700.00'],
  ['100000000', '60000.00'],
])('a debt of %s RUB costs %s', (debt, expected) => expect(fee(debt)).toBe(expected));

test('a table holds from its first day in Moscow on', () => {
  const fees = feesOf([{ from: '2027-01-01', steps: [[1000, 0]], rates: [[null, 0.1]] }]);
  const cost = (iso: string) => decimal(overnightFee(money(parseNano('100000')), fees, Date.parse(iso)));
  expect(cost('2026-12-31T23:59:59+03:00')).toBe('80.00');
  expect(cost('2027-01-01T00:00:00+03:00')).toBe('100.00');
});

test('kopecks and small percents arrive exactly', () => {
  const fees = feesOf([
    {
      from: '2026-01-01',
      steps: [[1000.5, 0.01]],
      rates: [
        [2000000, 0.075],
        [null, 0.0333],
      ],
    },
  ]);
  expect([fee('1000.5', fees), fee('1000000', fees), fee('10000000', fees)]).toEqual([
    '0.01',
    '750.00',
    '3330.00',
  ]);
});

test.each([
  [{ from: '2026-02-31' }, 'overnight_fees[0].from | "2026-02-31" | a date such as "2024-08-01"'],
  [{ from: '01.08.2024' }, 'overnight_fees[0].from | "01.08.2024" | a date'],
  [{}, 'overnight_fees[0].from | nothing | a date'],
  [{ from: '2026-01-01', steps: [[1000]] }, 'overnight_fees[0].steps[0]'],
  [{ from: '2026-01-01', steps: [[1000, -1]] }, 'overnight_fees[0].steps[0][1] | -1 | a number from 0'],
  [
    { from: '2026-01-01', rates: [[null, 101]] },
    'overnight_fees[0].rates[0][1] | 101 | a number from 0 to 100 (percent)',
  ],
] as const)('refused: %j', (table, line) => {
  expect(lines(parseAccount({}, { overnight_fees: [table] }))[0] ?? 'accepted').toContain(line);
});

test.each([
  [
    'out of order',
    {
      steps: [
        [5000, 40],
        [1000, 0],
      ],
      rates: [[null, 0.1]],
    },
    'overnight_fees[0].steps',
  ],
  [
    'a rate before the steps',
    {
      steps: [[5000, 40]],
      rates: [
        [1000, 0.1],
        [null, 0.1],
      ],
    },
    'overnight_fees[0].rates',
  ],
  ['nothing for a large debt', { steps: [[5000, 40]], rates: [[10_000, 0.1]] }, 'overnight_fees[0].rates'],
  [
    'something after the end',
    {
      steps: [],
      rates: [
        [null, 0.1],
        [10_000, 0.1],
        [null, 0.2],
      ],
    },
    'overnight_fees[0].rates',
  ],
])('a table with %s is refused', (_, table, path) => {
  const parsed = parseAccount({}, { overnight_fees: [{ from: '2027-01-01', ...table }] });
  expect(lines(parsed).join()).toContain(path);
});

test('two tables for one day are refused', () => {
  const table = { from: '2027-01-01', steps: [], rates: [[null, 0.1]] };
  const parsed = parseAccount({}, { overnight_fees: [table, table] });
  expect(lines(parsed).join()).toContain('overnight_fees[1].from');
});
