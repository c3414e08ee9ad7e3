import { expect, test } from 'bun:test';
import { rublesOf } from '../../src/cli/rubles.ts';
import { rub } from '../support/snapshot-builder.ts';

test.each([
  ['100000', '100000'],
  ['100000.50', '100000.5'],
  ['100000.5', '100000.5'],
  ['100 000', '100000'],
  ['1 234 567.89', '1234567.89'],
  ['100_000', '100000'],
  ['1_000_000', '1000000'],
  ['100\u00a0000', '100000'],
  [' 0.01 ', '0.01'],
  ['007', '7'],
  ['9000000000', '9000000000'],
])('%p is understood', (text, amount) =>
  expect(rublesOf(text)).toEqual({ kind: 'amount', amount: rub(amount) }),
);

test.each([
  '',
  'all',
  '100k',
  '1e5',
  '-5',
  '+5',
  '100,000',
  '100000,50',
  '100.000.000',
  '10 00',
  '1000 000',
  '100 00',
  '1 000_000',
  '100000.505',
  '.5',
  '5.',
  '100%',
  '₽100',
  '0x10',
  'NaN',
  'Infinity',
  '１００',
])('%p is refused with words', (text) => {
  const refused = rublesOf(text);
  expect(refused).toEqual({
    kind: 'refused',
    because: `${JSON.stringify(text)} is no amount; expected rubles such as 100000, 100000.50, "100 000" or 100_000`,
  });
});

test.each(['0', '0.00', '000'])('%p is nothing', (text) =>
  expect(rublesOf(text)).toEqual({
    kind: 'refused',
    because: `"${text}" is nothing; expected more than 0 RUB`,
  }),
);

test.each(['9000000000.01', '9'.repeat(400)])('%p is too much', (text) =>
  expect(rublesOf(text)).toMatchObject({
    because: expect.stringContaining('expected at most 9 000 000 000.00 RUB'),
  }),
);
