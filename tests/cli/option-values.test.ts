// Numbers as a person types them, and what only `Number` would take for one.

import { expect, test } from 'bun:test';
import { positiveNumber, wholeNumber } from '../../src/cli/common-options.ts';

test.each([
  ['4', 4],
  ['.5', 0.5],
  ['0.25', 0.25],
  ['2.', 2],
  ['1e3', 1000],
])('%j is a number', (text, value) => {
  expect(positiveNumber(text)).toBe(value);
});

test.each(['', ' ', '.', '0x10', '1,5', '-1', '0', '1e', '1e999', 'Infinity', '+1', '1 2'])(
  '%j is none above zero',
  (text) => {
    expect(() => positiveNumber(text)).toThrow('expected a number above 0');
  },
);

test.each(['', '1.0', '1e2', '0x1', '-1', '101', '9'.repeat(17)])(
  '%j is no whole number from 0 to 100',
  (text) => {
    expect(() => wholeNumber(0, 100)(text)).toThrow('expected a whole number from 0 to 100');
  },
);
