import { describe, expect, test } from 'bun:test';
import type { PlannedOrder } from '../../src/core/plan.ts';
import { lotSize, lots, parseNano, price, rate, raw } from '../../src/core/units.ts';
import { boundedBy } from '../../src/engine/book-bound.ts';
import { isMainSession } from '../../src/engine/book-check.ts';
import { affordable } from '../../src/engine/limit-budget.ts';
import type { BookLevel, OrderBook } from '../../src/ports.ts';
import { holding, percent, rub, snapshotOf } from '../support/snapshot-builder.ts';

const rubles = (text: string) => price(parseNano(text));
const order = (side: 'buy' | 'sell', count: number, last = '100'): PlannedOrder => ({
  ticker: 'A',
  uid: 'uid-A',
  side,
  lots: lots(BigInt(count)),
  lot: lotSize(1n),
  type: 'market',
  price: rubles(last),
  limit: null,
  amount: rub(String(Number(last) * count)),
});
const levels = (...all: (readonly [string, number])[]): BookLevel[] =>
  all.map(([each, count]) => ({ price: rubles(each), lots: lots(BigInt(count)) }));
const book = (bids: BookLevel[], asks: BookLevel[]): OrderBook => ({ bids, asks });
const A = holding('A', '100', 0);

describe('an order against its book', () => {
  test.each<[string, 'buy' | 'sell', number, OrderBook | null, string | null]>([
    ['as wide as the bound goes as it is', 'buy', 5, book(levels(['99.5', 10]), levels(['100.5', 10])), null],
    [
      'wider than the bound is a limit',
      'buy',
      5,
      book(levels(['99.49', 10]), levels(['100.5', 10])),
      '100.99',
    ],
    ['the same for a sell', 'sell', 5, book(levels(['99.49', 10]), levels(['100.5', 10])), '99.00'],
    [
      'deep enough inside the bound goes as it is',
      'buy',
      30,
      book(levels(['100', 9]), levels(['100', 10], ['101', 20])),
      null,
    ],
    [
      'whose last lot reaches beyond is a limit',
      'buy',
      31,
      book(levels(['100', 9]), levels(['100', 10], ['101', 20], ['101.01', 9])),
      '101.00',
    ],
    [
      'a sell whose last lot reaches beyond',
      'sell',
      31,
      book(levels(['100', 10], ['99', 20], ['98.99', 9]), levels(['100', 1])),
      '99.00',
    ],
    ['larger than the book is a limit', 'buy', 31, book(levels(['100', 9]), levels(['100', 30])), '101.00'],
    [
      'with nobody on the other side is a limit from the last price',
      'buy',
      1,
      book(levels(['100', 9]), []),
      '101.00',
    ],
    ['with nobody on its own side is one, too', 'sell', 1, book(levels(['100', 9]), []), '99.00'],
    ['that cannot be read is a limit from the last price', 'sell', 1, null, '99.00'],
    [
      'far from the last price counts from that',
      'buy',
      1,
      book(levels(['1', 9]), levels(['250', 9])),
      '101.00',
    ],
  ])('%s', (_, side, count, given, limit) => {
    const found = boundedBy(order(side, count), A, given, 1);
    if (limit === null) expect(found).toBeNull();
    else expect([found?.order?.type, found?.order?.limit]).toEqual(['limit', rubles(limit)]);
  });

  test('a limit lies on the grid, inside the bound, above zero', () => {
    const coarse = { ...A, step: rubles('3') };
    expect(boundedBy(order('buy', 1), coarse, null, 1)?.order?.limit).toEqual(rubles('99'));
    expect(boundedBy(order('sell', 1), coarse, null, 1)?.order?.limit).toEqual(rubles('99'));
    expect(boundedBy(order('sell', 1, '0.01'), A, null, 100)?.order?.limit).toEqual(rubles('0.01'));
  });

  test('says what is wrong with it, and what it became', () => {
    const wide = book(levels(['98', 10]), levels(['102', 10]));
    expect(boundedBy(order('buy', 5), A, wide, 1)?.because).toBe(
      'A: its book is 4.00 % wide, the bound is 1 % (limits.max_spread_percent): the buy is a limit at 101.00 RUB, what it does not fill is cancelled',
    );
  });

  test('where no limit is accepted it is not sent', () => {
    const closing = { ...A, orderTypes: { market: true, limit: false, bestPrice: false } };
    const found = boundedBy(order('buy', 5), closing, null, 1);
    expect(found?.order).toBeNull();
    expect(found?.because).toContain('not sent');
  });
});

describe('what limits above the price may take', () => {
  const limited = (count: number): PlannedOrder => ({
    ...order('buy', count),
    type: 'limit',
    limit: rubles('101'),
  });
  const paid = (cash: string, ...orders: PlannedOrder[]) =>
    affordable(orders, snapshotOf(cash, [A]), percent('0.3')).orders.map(({ lots: count }) =>
      Number(raw(count)),
    );

  test.each<[string, string, number[], number[]]>([
    // A lot at its limit takes 101.303 RUB.
    ['what is left over pays for it', '1013.03', [10], [10]],
    ['a kopeck less cuts a lot', '1013.02', [10], [9]],
    ['the first that comes is paid first', '2016.14', [10, 10], [10, 9]],
  ])('%s', (_, cash, counts, expected) => {
    expect(paid(cash, ...counts.map(limited))).toEqual(expected);
  });

  test('a purchase that is cut says so, one that is cut to nothing is not made', () => {
    const found = (cash: string) => affordable([limited(10)], snapshotOf(cash, [A]), percent('0.3'));
    expect(found('1013.02').cut).toEqual(['A: 9 of 10 lots are bought, one takes 101.31 RUB at the limit']);
    const dear = { ...limited(1), limit: rubles('300') };
    const none = affordable([dear], snapshotOf('150', [A]), percent('0.3'));
    expect([none.orders, none.cut]).toEqual([[], []]);
    expect(none.dropped).toEqual(['A: 0 of 1 lots are bought, one takes 300.90 RUB at the limit']);
  });

  test.each<[string, string, string, number, number[]]>([
    // Ten lots are sized at 1003.10 RUB with their reserve, at the limit they take 1013.03 RUB.
    ['own money alone, where it pays them as they were sized', '1003.11', '500', 1, [9]],
    ['what may be borrowed pays the rest', '503.10', '509.93', 1, [10]],
    ['a kopeck less does not', '503.10', '509.92', 1, [9]],
    // Reserve and limit cost 13.03 RUB in all: 13.03 more where each ruble of them counts twice.
    ['what trades cost counts as often as it shrinks the limit', '503.10', '522.96', 2, [10]],
    ['and not less often', '503.10', '522.90', 2, [9]],
  ])('%s', (_, cash, most, weight, expected) => {
    const loan = { most: rub(most), costWeight: rate(BigInt(weight) * 1_000_000_000n) };
    const found = affordable([limited(10)], snapshotOf(cash, [A]), percent('0.3'), new Map(), loan);
    expect(found.orders.map(({ lots: count }) => Number(raw(count)))).toEqual(expected);
  });

  test.each<[string, string, number[]]>([
    ['what is kept aside pays for nothing', '1113.02', [9]],
    ['what there is beyond it does', '1113.03', [10]],
    // A plan may leave less than that for a reason of its own: it is paid as it was sized.
    ['less than nothing beyond it is nothing', '1003.10', [9]],
  ])('%s', (_, cash, expected) => {
    const kept = rub('100');
    const found = affordable([limited(10)], snapshotOf(cash, [A]), percent('0.3'), new Map(), null, kept);
    expect(found.orders.map(({ lots: count }) => Number(raw(count)))).toEqual(expected);
  });

  test.each<[string, string, 'bestprice' | 'market', number[]]>([
    // At 1.00 RUB and the step of 0.01 a lot is sized at 1.006009 RUB for a best price, at 1.013030 RUB for the market.
    ['what was sized at less than a step reserves no more than that', '201.21', 'bestprice', [99, 100]],
    ['the same where a step was reserved', '202.61', 'market', [100, 100]],
  ])('%s', (_, cash, type, expected) => {
    const sized = [order('buy', 100, '1'), { ...order('buy', 100, '1'), uid: 'uid-B', ticker: 'B' }];
    const [first, second] = sized.map((each) => ({ ...each, type }));
    if (first === undefined || second === undefined) throw new Error('two orders');
    const orders = [{ ...first, type: 'limit' as const, limit: rubles('1.01') }, second];
    const held = [holding('A', '1', 0), holding('B', '1', 0)];
    const found = affordable(
      orders,
      snapshotOf(cash, held),
      percent('0.3'),
      new Map(),
      null,
      rub('0'),
      new Map(sized.map(({ uid }) => [uid, type])),
    );
    expect(found.orders.map(({ lots: count }) => Number(raw(count)))).toEqual(expected);
  });

  test('the amount shrinks with the lots', () => {
    const [cut] = affordable([limited(10)], snapshotOf('1013.02', [A]), percent('0.3')).orders;
    expect(cut?.amount).toEqual(rub('900'));
  });
});

describe('the main session', () => {
  const at = (day: number, hours: number, minutes = 0) => Date.UTC(2026, 10, day, hours - 3, minutes);
  const day = (date: number) => [
    { startMs: at(date, 10), endMs: at(date, 18, 50) },
    { startMs: at(date, 19, 5), endMs: at(date, 23, 50) },
  ];
  const friday = [...day(20), { startMs: at(21, 10), endMs: at(21, 23, 50) }, ...day(23)];

  test.each<[string, number, boolean]>([
    ['is the long one', at(20, 12), true],
    ['is not the evening', at(20, 20), false],
    ['is not a weekend, however long', at(21, 12), false],
    ['is none between sessions', at(20, 19), false],
  ])('%s', (_, nowMs, main) => {
    // The venue's schedules begin now: what has ended is not in them any more.
    const known = friday.filter(({ endMs }) => endMs > nowMs);
    expect(isMainSession(known, nowMs)).toBe(main);
  });
});
