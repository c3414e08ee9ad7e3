import { describe, expect, test } from 'bun:test';
import { Bug } from '../../src/core/assert.ts';
import { NO_FACTS } from '../../src/core/facts.ts';
import type { PlannedOrder } from '../../src/core/plan.ts';
import type { Holding, Snapshot } from '../../src/core/portfolio.ts';
import {
  lotSize,
  lots,
  lotValue,
  money,
  NANO,
  parseNano,
  price,
  rate,
  raw,
  shares,
  times,
} from '../../src/core/units.ts';
import { approve, ORDER_CAP } from '../../src/engine/gate.ts';
import { openWorld } from '../support/engine-world.ts';

const holding = (over: Partial<Holding> = {}): Holding => ({
  ticker: 'TMOS',
  name: 'TMOS',
  uid: 'uid-tmos',
  isin: '',
  lot: lotSize(1n),
  step: price(parseNano('0.01')),
  price: price(parseNano('6.50')),
  priceTimeMs: 0,
  priceAgeMs: 0,
  priceProblem: null,
  pieces: shares(100n),
  blockedPieces: shares(0n),
  averagePrice: null,
  marginRate: null,
  buyable: true,
  sellable: true,
  orderTypes: { market: true, limit: true, bestPrice: true },
  hold: null,
  listed: true,
  vanished: false,
  ...over,
});

const order = (over: Partial<PlannedOrder> = {}): PlannedOrder => ({
  ticker: 'TMOS',
  uid: 'uid-tmos',
  side: 'buy',
  type: 'market',
  lots: lots(10n),
  lot: lotSize(1n),
  price: price(parseNano('6.50')),
  limit: null,
  amount: money(parseNano('65')),
  ...over,
});

function gate(
  orders: readonly PlannedOrder[],
  cash: string,
  held: readonly Holding[] = [holding()],
  iteration = 'i',
  borrowable = '0',
  turnoverLeft = '100000000000',
) {
  const snapshot: Snapshot = {
    account: 'a',
    takenAtMs: 0,
    exchangeOpen: true,
    cash: money(parseNano(cash)),
    blockedCash: money(0n),
    holdings: held,
    commissionSeen: null,
    facts: NO_FACTS,
  };
  return approve({
    account: 'a',
    brokerAccount: '1',
    iteration,
    leg: 1,
    snapshot,
    commission: rate(3_000_000n),
    orders,
    borrowable: money(parseNano(borrowable)),
    turnoverLeft: money(parseNano(turnoverLeft)),
  });
}

describe('the gate', () => {
  test('lets a purchase pass that its cash covers, reserve included, and stops one kopeck less as our mistake', () => {
    // 10 x (6.50 + 0.01) and 0.3 % of it, rounded up per lot.
    const needed = 10n * (6_510_000_000n + 19_530_000n);
    const text = (nano: bigint) => `${nano / NANO}.${String(nano % NANO).padStart(9, '0')}`;
    expect(gate([order()], text(needed)).approved).toHaveLength(1);
    expect(() => gate([order()], text(needed - 1n))).toThrow(Bug);
  });

  test.each([
    ['below the price costs no step', '6.49', '65.0947', '65.0946'],
    ['far above it costs what it says', '6.60', '66.198', '66.1979'],
  ])('a limit %s', (_, limit, enough, short) => {
    const limited = order({ type: 'limit', limit: price(parseNano(limit)) });
    expect(gate([limited], enough).approved).toHaveLength(1);
    expect(() => gate([limited], short)).toThrow('would borrow');
  });

  test('counts all purchases of a leg against the same cash', () => {
    const two = [order(), order({ ticker: 'TBRU', uid: 'uid-tbru' })];
    const held = [holding(), holding({ ticker: 'TBRU', uid: 'uid-tbru' })];
    expect(gate(two, '140.00', held).approved).toHaveLength(2);
    expect(() => gate(two, '130.00', held)).toThrow('would borrow');
  });

  test('never sells more than is held and free', () => {
    const sell = (count: bigint) => [order({ side: 'sell', lots: lots(count) })];
    expect(gate(sell(100n), '0').approved).toHaveLength(1);
    expect(() => gate(sell(101n), '0')).toThrow('short');
    const blocked = [holding({ blockedPieces: shares(40n) })];
    expect(gate(sell(60n), '0', blocked).approved).toHaveLength(1);
    expect(() => gate(sell(61n), '0', blocked)).toThrow('short');
    expect(() =>
      gate([order({ side: 'sell', lots: lots(11n), lot: lotSize(10n) })], '0', [
        holding({ lot: lotSize(10n) }),
      ]),
    ).toThrow('short');
  });

  test('stops an order of no lots, one in an unknown instrument, and too many orders', () => {
    expect(() => gate([order({ lots: lots(0n) })], '100')).toThrow(Bug);
    expect(() => gate([order({ uid: 'other' })], '100')).toThrow(Bug);
    expect(() =>
      gate(
        [order(), order(), order()].map((o) => ({ ...o, lots: lots(1n) })),
        '1000',
      ),
    ).toThrow('3 orders for 1 instruments');
  });

  test('lets a leg borrow what may be borrowed, a kopeck more is our mistake', () => {
    // 10 x (6.51 + 0.01953) = 65.2953
    expect(gate([order()], '15.2953', undefined, 'i', '50').approved).toHaveLength(1);
    expect(() => gate([order()], '15.2952', undefined, 'i', '50')).toThrow('more than 50.00 RUB');
    expect(() => gate([order()], '65.2952', undefined, 'i', '0')).toThrow(Bug);
  });

  test('confirms margin on every purchase of a leg that as a whole may end below zero, and on no sale', () => {
    const other = { ticker: 'TBRU', uid: 'uid-tbru' };
    const held = [holding(), holding(other)];
    const confirmed = (cash: string, borrowable: string) =>
      gate([order({ lots: lots(1n) }), order(other)], cash, held, 'i', borrowable).approved.map(
        ({ request }) => request.confirmMargin,
      );
    // 11 x 6.52953 = 71.82483
    expect(confirmed('71.82483', '50')).toEqual([false, false]);
    expect(confirmed('71.82482', '50')).toEqual([true, true]);
    const sale = gate([order({ side: 'sell' })], '-10', held, 'i', '50').approved;
    expect(sale.map(({ request }) => request.confirmMargin)).toEqual([false]);
  });

  test('confirms no margin for what only an order that does not leave would have needed', () => {
    const two = [order(), order({ lots: lots(1n), ticker: 'TBRU', uid: 'uid-tbru' })];
    const held = [holding(), holding({ ticker: 'TBRU', uid: 'uid-tbru' })];
    const { approved, refused } = gate(two, '65.2953', held, 'i', '50', '65.10');
    expect(refused.map((each) => each.order.ticker)).toEqual(['TBRU']);
    expect(approved.map(({ request }) => request.confirmMargin)).toEqual([false]);
  });

  test("does not hold back what repays a debt for the day's turnover, and everything else as before", () => {
    const sale = (cash: string) => gate([order({ side: 'sell' })], cash, [holding()], 'i', '50', '10');
    expect(sale('-0.01').approved).toHaveLength(1);
    expect(sale('0').approved).toEqual([]);
    expect(gate([order()], '-0.01', [holding()], 'i', '100', '10').approved).toEqual([]);
  });

  test('counts all orders of a leg against the same turnover of the day: 65 each, to the kopeck', () => {
    const two = (side: 'buy' | 'sell') => [order({ side }), order({ side, ticker: 'TBRU', uid: 'uid-tbru' })];
    const held = [holding(), holding({ ticker: 'TBRU', uid: 'uid-tbru' })];
    for (const side of ['buy', 'sell'] as const) {
      const within = (left: string) => gate(two(side), '1000', held, 'i', '0', left);
      expect(within('130').approved).toHaveLength(2);
      expect(within('129.99').refused.map((each) => each.order.ticker)).toEqual(['TBRU']);
    }
  });

  test('never confirms margin', () => {
    expect(gate([order()], '1000').approved.every((intent) => intent.request.confirmMargin === false)).toBe(
      true,
    );
  });

  test('refuses, with its reason, a lot that no order may hold', () => {
    const huge = { lot: lotSize(10_000_000n) };
    const { approved, refused } = gate([order({ ...huge, lots: lots(1n) })], '90000000', [holding(huge)]);
    expect(approved).toEqual([]);
    expect(refused[0]?.because).toContain('30,000,000');
  });
});

describe('an order above the cap', () => {
  const each = lotValue(price(parseNano('6.50')), lotSize(1n));
  const most = raw(ORDER_CAP) / raw(each);
  const rows: [string, bigint, number][] = [
    ['at the cap is one order', most, 1],
    ['one lot above it is two', most + 1n, 2],
    ['twice the cap is two', most * 2n, 2],
    ['far above it is as many as needed', most * 3n + 5n, 4],
  ];
  for (const [name, count, parts] of rows)
    test(name, () => {
      const { approved } = gate([order({ side: 'sell', lots: lots(count) })], '0', [
        holding({ pieces: shares(count) }),
      ]);
      expect(approved).toHaveLength(parts);
      expect(approved.reduce((sum, intent) => sum + raw(intent.request.lots), 0n)).toBe(count);
      for (const intent of approved)
        expect(raw(times(each, intent.request.lots))).toBeLessThanOrEqual(raw(ORDER_CAP));
      expect(new Set(approved.map((intent) => intent.request.key)).size).toBe(parts);
      expect(approved.map((intent) => intent.part)).toEqual(approved.map((_, index) => index));
    });

  test('the keys follow from the facts: the same again, others for another iteration', () => {
    const keys = (iteration: string) =>
      gate([order()], '1000', [holding()], iteration).approved.map((intent) => intent.request.key);
    expect(keys('one')).toEqual(keys('one'));
    expect(keys('one')).not.toEqual(keys('two'));
  });

  test('is traded in parts that the venue takes, each once', async () => {
    const world = await openWorld({
      accounts: [{ wallet: { TMON: 70, RUB: 30 }, cash: '100000000.00' }],
      exchange: { depthRub: '200000000' },
    });
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    expect(record.orders.length).toBeGreaterThanOrEqual(3);
    expect(record.tracking_error_pp?.after).toBeLessThan(0.1);
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });
});
