import { describe, expect, test } from 'bun:test';
import { decide } from '../../src/core/decide.ts';
import {
  type OrderFacts,
  orderRecord,
  positionRecord,
  positionsOf,
  trackingErrorRecord,
} from '../../src/core/iteration-record.ts';
import type { PlanRow } from '../../src/core/plan.ts';
import { lotSize, lots, money, parseNano, price } from '../../src/core/units.ts';
import { holding, planOf, policyOf, rub, snapshotOf } from '../support/snapshot-builder.ts';

const row = (change: Partial<PlanRow> = {}): PlanRow => ({
  ticker: 'TMOS',
  uid: 'uid-TMOS',
  lot: lotSize(10n),
  price: price(6_540_000_000n),
  lotsBefore: lots(3n),
  lotsAfter: lots(5n),
  valueBefore: rub('196.2'),
  valueAfter: rub('327'),
  target: rub('300'),
  beforePercent: 32,
  targetPercent: 25,
  causes: [],
  afterPercent: 25,
  ...change,
});

describe('a position', () => {
  test('is written in the words of the record', () => {
    expect(positionRecord(row())).toEqual({
      ticker: 'TMOS',
      lots_before: 3,
      lots_after: 5,
      lot_size: 10,
      price_rub: '6.54',
      value_before_rub: '196.20',
      value_after_rub: '327.00',
      before_percent: 32,
      target_percent: 25,
      after_percent: 25,
    });
  });

  test.each([
    [33.333_333_333, 33.3333],
    [66.666_666_666, 66.6667],
    [0.000_049, 0],
    [0.000_05, 0.0001],
    [-12.345_678, -12.3457],
  ])('a percentage of %p is rounded to %p', (value, rounded) => {
    expect(positionRecord(row({ afterPercent: value })).after_percent).toBeCloseTo(rounded, 12);
  });

  test('a price that nobody has is null', () => {
    expect(positionRecord(row({ price: null })).price_rub).toBeNull();
  });

  test.each([
    [2n ** 53n - 1n, true],
    [2n ** 53n, false],
    [-(2n ** 53n), false],
  ])('a count of %p fits a JSON number: %p', (count, fits) => {
    const written = () => positionRecord(row({ lotsAfter: lots(count) })).lots_after;
    if (fits) expect(BigInt(written())).toBe(count);
    else expect(written).toThrow('do not fit a JSON number');
  });

  test('a small price keeps its nine decimals', () => {
    expect(positionRecord(row({ price: price(parseNano('0.000105')) })).price_rub).toBe('0.000105');
  });
});

describe('the RUB row', () => {
  test.each(['250000.41', '1000000.37', '0', '-500.5', '0.01'])(
    'lots × lot size × price are its value: %s',
    (cash) => {
      const start = snapshotOf(cash, [holding('TMOS', '10', 1_000)]);
      const plan = planOf(decide(start, policyOf({ TMOS: 100 }, { minOneLot: false })));
      const record = positionsOf(plan).find((position) => position.ticker === 'RUB')!;
      expect(record).toMatchObject({ lot_size: 1, price_rub: '1.00' });
      expect((record.lots_before * record.lot_size * Number(record.price_rub)).toFixed(2)).toBe(
        record.value_before_rub,
      );
      expect(parseNano(record.value_before_rub)).toBe(parseNano(cash));
    },
  );

  test('comes last, and instrument rows add up the same way', () => {
    const start = snapshotOf('500', [
      holding('SBER', '300.5', 57, { lotPieces: 10 }),
      holding('TMOS', '6.54', 100),
    ]);
    const records = positionsOf(planOf(decide(start, policyOf({ SBER: 50, TMOS: 50 }))));
    expect(records.map((record) => record.ticker)).toEqual(['SBER', 'TMOS', 'RUB']);
    expect(records[0]).toMatchObject({ lots_before: 5, lot_size: 10, value_before_rub: '17128.50' });
    expect(records[1]!.lots_before * Number(records[1]!.price_rub)).toBeCloseTo(654, 9);
  });
});

describe('an order', () => {
  const facts: OrderFacts = {
    ticker: 'TMOS',
    side: 'sell',
    lots: lots(7n),
    lot: lotSize(10n),
    price: price(6_540_000_000n),
    status: 'partially_filled',
    filled: lots(3n),
    value: null,
    commission: null,
    key: 'key',
    orderId: 'id',
    error: null,
  };

  test('without a known worth is written at its planned price', () => {
    expect(orderRecord(facts)).toEqual({
      ticker: 'TMOS',
      direction: 'sell',
      lots: 7,
      price_rub: '6.54',
      amount_rub: '457.80',
      status: 'partially_filled',
      filled_lots: 3,
      commission_rub: '0.00',
      idempotency_key: 'key',
      order_id: 'id',
      error: null,
    });
  });

  test('with a known worth and commission is written with them, to the last nano-ruble', () => {
    const known = { ...facts, value: money(196_210_000_001n), commission: money(1n) };
    expect(orderRecord(known)).toMatchObject({ amount_rub: '196.210000001', commission_rub: '0.000000001' });
  });
});

test('tracking errors are rounded to a ten-thousandth of a point', () => {
  expect(trackingErrorRecord({ before: 14.000_04, after: 0.019_96 })).toEqual({ before: 14, after: 0.02 });
});
