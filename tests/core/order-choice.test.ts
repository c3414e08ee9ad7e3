import { describe, expect, test } from 'bun:test';
import { limitPrice, reservePerLot } from '../../src/core/order-choice.ts';
import { stateOf } from '../../src/core/order-report.ts';
import { trackingError } from '../../src/core/tracking-error.ts';
import { lotSize, parseNano, price, raw } from '../../src/core/units.ts';
import { percent, rub } from '../support/snapshot-builder.ts';

const at = (text: string) => price(parseNano(text));

describe('a limit lies on the grid, where it can execute', () => {
  test.each([
    ['buy', '10.00', '0.05', '10.00'],
    ['sell', '10.00', '0.05', '10.00'],
    ['buy', '10.01', '0.05', '10.05'],
    ['sell', '10.04', '0.05', '10.00'],
    ['buy', '0.004', '0.01', '0.01'],
    ['sell', '0.004', '0.01', '0.01'],
  ] as const)('%s at %s with steps of %s: %s', (side, last, step, limit) => {
    expect(raw(limitPrice(at(last), at(step), side))).toBe(parseNano(limit));
  });
});

describe('the reserve of a lot', () => {
  test.each([
    ['market', 10n, '0.3', '0.1', '0.3003'],
    ['limit', 10n, '0.3', '0.1', '0.3003'],
    ['bestprice', 10n, '0.3', '0.3', '0.3009'],
    ['market', 1n, '0', '0.01', '0'],
  ] as const)(
    '%s, %p pieces at 10 RUB, %s %%: %s for the price, %s for the commission on it',
    (type, size, part, slip, fee) => {
      const reserve = reservePerLot(at('10'), at('0.01'), lotSize(size), type, percent(part));
      expect(raw(reserve)).toBe(parseNano(slip) + parseNano(fee));
    },
  );
});

test.each([
  ['new', 'live'],
  ['partial', 'live'],
  ['filled', 'filled'],
  ['cancelled', 'cancelled'],
  ['rejected', 'rejected'],
] as const)('an order that the venue calls %s is %s', (status, state) => {
  const report = {
    key: null,
    orderId: 'id',
    uid: 'uid',
    side: 'buy',
    value: null,
    commission: null,
    message: '',
  } as const;
  const counts = { requested: rub('0') as never, executed: rub('0') as never };
  expect(stateOf({ ...report, ...counts, status })).toBe(state);
});

describe('the tracking error', () => {
  test.each<[string, [string, number][], number]>([
    [
      'nothing off',
      [
        ['50', 50],
        ['50', 50],
      ],
      0,
    ],
    [
      'both ways count',
      [
        ['320', 25],
        ['180', 25],
        ['250', 25],
        ['250', 25],
      ],
      14,
    ],
    [
      'debt counts with its sign',
      [
        ['150', 100],
        ['-50', 0],
      ],
      100,
    ],
    [
      'fees paid are no drift',
      [
        ['49', 50],
        ['49', 50],
      ],
      0,
    ],
    ['an empty whole has no weights', [['0', 100]], 100],
  ])('%s', (_, positions, expected) => {
    const rows = positions.map(([value, targetPercent]) => ({ value: rub(value), targetPercent }));
    expect(trackingError(rows)).toBeCloseTo(expected, 9);
  });
});
