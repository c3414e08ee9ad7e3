import { describe, expect, test } from 'bun:test';
import { decide } from '../../src/core/decide.ts';
import type { PlanRow } from '../../src/core/plan.ts';
import type { Holding } from '../../src/core/portfolio.ts';
import { isNegative, lotSize, money, price, raw, shares } from '../../src/core/units.ts';
import {
  holding,
  ordersOf,
  percent,
  planOf,
  policyOf,
  rub,
  snapshotOf,
} from '../support/snapshot-builder.ts';

const FUNDS = ['TRUR', 'TMOS', 'TGLD', 'TMON', 'TBRU', 'TPAY', 'TDIV', 'TLCB', 'TOFZ', 'TRND', 'TITR'];
const PRICES = [
  '10.24',
  '6.50',
  '14.65',
  '161.00',
  '7.42',
  '100.43',
  '10.11',
  '9.87',
  '13.43',
  '8.05',
  '5.91',
];

const rowOf = (rows: readonly PlanRow[], ticker: string): PlanRow =>
  rows.find((row) => row.ticker === ticker)!;

describe('the examples of the product page', () => {
  test('four quarters that drifted to 32/18/25/25 are brought back by one sell and one buy', () => {
    const drifted = snapshotOf('250000.37', [
      holding('TMOS', '6.40', 50_000),
      holding('TBRU', '7.20', 25_000),
      holding('TRUR', '10.00', 25_000),
    ]);
    const plan = planOf(decide(drifted, policyOf({ TMOS: 25, TBRU: 25, TRUR: 25, RUB: 25 })));
    expect(raw(plan.equity)).toBe(1_000_000_370_000_000n);
    expect(plan.trackingError.before).toBeCloseTo(14, 3);
    expect(plan.trackingError.after).toBeLessThan(0.1);
    expect(plan.orders.map(({ ticker, side }) => [ticker, side])).toEqual([
      ['TMOS', 'sell'],
      ['TBRU', 'buy'],
    ]);
    expect(plan.rows.map((row) => row.ticker)).toEqual(['TMOS', 'TBRU', 'TRUR', 'RUB']);
    for (const row of plan.rows) expect(Math.abs(row.afterPercent - 25)).toBeLessThan(0.05);
    expect(plan.rows.map((row) => Math.round(row.beforePercent))).toEqual([32, 18, 25, 25]);
    expect(plan.heldBack.map(({ ticker, rule, lots }) => [ticker, rule, lots])).toEqual([
      ['TMOS', 'rounding', 1],
      ['TBRU', 'cash', 38],
    ]);
  });

  test('eleven funds are bought from cash, each to its target but for a lot, and nothing is overspent', () => {
    const wallet = Object.fromEntries(FUNDS.map((ticker, index) => [ticker, index === 0 ? 10 : 9]));
    const holdings = FUNDS.map((ticker, index) => holding(ticker, PRICES[index]!, 0));
    const plan = planOf(decide(snapshotOf('250000.41', holdings), policyOf(wallet)));
    expect(plan.orders).toHaveLength(11);
    const worst = plan.orders.reduce((sum, order) => {
      const slip = raw(order.lots) * 10_000_000n;
      const value = raw(order.amount) + slip;
      return sum + value + (value * 3n) / 1_000n;
    }, 0n);
    expect(worst <= raw(rub('250000.41'))).toBe(true);
    for (const order of plan.orders) expect(order.side).toBe('buy');
    expect(plan.trackingError.after).toBeLessThan(1.5);
  });

  test.each([25, 100])('a RUB target of %p %% stays in cash', (cash) => {
    const wallet = { TMOS: 100 - cash, RUB: cash };
    const plan = planOf(decide(snapshotOf('100000', [holding('TMOS', '10', 0)]), policyOf(wallet)));
    expect(rowOf(plan.rows, 'RUB').afterPercent).toBeCloseTo(cash, 0);
    expect(rowOf(plan.rows, 'RUB').target).toEqual(money(raw(rub(`${1_000 * cash}`))));
    expect(plan.orders).toHaveLength(cash === 100 ? 0 : 1);
  });

  test('a weight of 0 sells everything that can be sold in whole lots', () => {
    const holdings = [holding('TMOS', '10', 5_000), holding('SBER', '300', 137, { lotPieces: 10 })];
    const plan = planOf(decide(snapshotOf('0', holdings), policyOf({ TMOS: 100, SBER: 0 })));
    expect(ordersOf(plan).SBER).toBe(-13);
    expect(raw(rowOf(plan.rows, 'SBER').valueAfter)).toBe(7n * 300_000_000_000n);
  });
});

describe('what takes part', () => {
  const wallet = policyOf({ TMOS: 50, RUB: 50 });
  const with50 = (other: Holding) => snapshotOf('5000', [holding('TMOS', '10', 500), other]);

  test.each<[string, Partial<Holding>, 'keep' | 'sell', Record<string, number>, bigint]>([
    ['an unlisted holding is left alone under keep', { listed: false }, 'keep', {}, 10_000n],
    ['an unlisted holding is sold under sell', { listed: false }, 'sell', { TGLD: -200, TMOS: 100 }, 12_000n],
    [
      'what vanished from the wallet is left alone under keep',
      { listed: false, vanished: true },
      'keep',
      {},
      10_000n,
    ],
    [
      'what vanished from the wallet is left alone under sell',
      { listed: false, vanished: true },
      'sell',
      {},
      10_000n,
    ],
    [
      'what a replayed snapshot calls listed and the wallet does not name is left alone',
      {},
      'keep',
      {},
      10_000n,
    ],
  ])('%s', (_, change, unlistedPositions, orders, equity) => {
    const plan = planOf(decide(with50(holding('TGLD', '10', 200, change)), { ...wallet, unlistedPositions }));
    expect(raw(plan.equity)).toBe(equity * 1_000_000_000n);
    const planned = ordersOf(plan);
    expect(Object.keys(planned).sort()).toEqual(Object.keys(orders).sort());
    for (const [ticker, count] of Object.entries(orders))
      expect(Math.abs(planned[ticker]! - count)).toBeLessThan(3);
    expect(plan.rows.some((row) => row.ticker === 'TGLD')).toBe(
      unlistedPositions === 'sell' && !change.vanished,
    );
  });

  test('a wallet ticker that the snapshot lacks is a skip that names it', () => {
    const decision = decide(snapshotOf('1000', []), policyOf({ TMOS: 100 }));
    expect(decision).toMatchObject({ kind: 'skip', because: expect.stringContaining('TMOS') });
  });

  test('a wallet ticker of 0 % may be missing', () => {
    expect(decide(snapshotOf('1000', []), policyOf({ RUB: 100, TMOS: 0 })).kind).toBe('plan');
  });

  test.each(['0', '-1'])('a total of %s RUB is a skip', (cash) => {
    const decision = decide(snapshotOf(cash, [holding('TMOS', '10', 0)]), policyOf({ TMOS: 100 }));
    expect(decision).toMatchObject({ kind: 'skip', because: expect.stringContaining('nothing to balance') });
  });

  test('two holdings of one ticker are a bug', () => {
    const twice = snapshotOf('1000', [holding('TMOS', '10', 1), holding('TMOS', '10', 2)]);
    expect(() => decide(twice, policyOf({ TMOS: 100 }))).toThrow('found twice: TMOS');
  });
});

describe('cash', () => {
  test('negative RUB is lifted to the floor and stays there after the worst commissions', () => {
    const borrowed = snapshotOf('-500.50', [holding('TMOS', '10', 5_000), holding('TBRU', '7', 7_100)]);
    const plan = planOf(decide(borrowed, policyOf({ TMOS: 50, TBRU: 50 })));
    const sold = plan.orders.reduce((sum, { side, amount, lots: count, lot }) => {
      expect(side).toBe('sell');
      const worst = raw(amount) - raw(count) * raw(lot) * 10_000_000n;
      return sum + worst - (worst * 4n) / 1_000n;
    }, 0n);
    expect(sold >= raw(rub('500.50'))).toBe(true);
    expect(isNegative(rowOf(plan.rows, 'RUB').valueAfter)).toBe(false);
    expect(sold <= raw(rub('530'))).toBe(true);
  });

  test('debt is covered though the improvement is below the least worth trading', () => {
    const borrowed = snapshotOf('-10', [holding('TMOS', '1', 50_005), holding('TBRU', '1', 50_005)]);
    const plan = planOf(decide(borrowed, policyOf({ TMOS: 50, TBRU: 50 })));
    expect(plan.orders.length).toBeGreaterThan(0);
    expect(isNegative(rowOf(plan.rows, 'RUB').valueAfter)).toBe(false);
  });

  test('the last lot that min_one_lot would keep is sold where the debt cannot be covered otherwise', () => {
    const borrowed = snapshotOf('-500', [
      holding('TMOS', '600', 1),
      holding('TBRU', '450', 1, { sellable: false }),
    ]);
    const plan = planOf(decide(borrowed, policyOf({ TMOS: 50, TBRU: 50 })));
    expect(ordersOf(plan)).toEqual({ TMOS: -1 });
  });

  test('what cannot be covered is covered as far as it goes', () => {
    const halted = { hold: { rule: 'not_tradable', detail: 'halted' } } as const;
    const borrowed = snapshotOf('-500', [holding('TMOS', '100', 3), holding('TBRU', '100', 9, halted)]);
    expect(ordersOf(planOf(decide(borrowed, policyOf({ TMOS: 50, TBRU: 50 }))))).toEqual({ TMOS: -3 });
  });

  test('blocked RUB counts in the total and is never spent', () => {
    const blocked = snapshotOf('100', [holding('TMOS', '10', 0)], { blockedCash: rub('900') });
    const plan = planOf(decide(blocked, policyOf({ TMOS: 100 }, { commission: percent('0') })));
    expect(raw(plan.equity)).toBe(raw(rub('1000')));
    expect(ordersOf(plan)).toEqual({ TMOS: 9 });
  });

  test('blocked pieces are never sold, odd pieces stay', () => {
    const fund = (blocked: bigint, pieces: number) =>
      holding('SBER', '10', pieces, { lotPieces: 10, blockedPieces: shares(blocked) });
    const left = (blocked: bigint, pieces: number) => {
      const start = snapshotOf('50000', [
        fund(blocked, pieces),
        holding('TMOS', '1', 1_000, { step: price(1n) }),
      ]);
      return 10 * (ordersOf(planOf(decide(start, policyOf({ SBER: 0, TMOS: 100 })))).SBER ?? 0) + pieces;
    };
    expect(left(0n, 1_005)).toBe(5);
    expect(left(5n, 1_005)).toBe(5);
    expect(left(6n, 1_005)).toBe(15);
    expect(left(1_005n, 1_005)).toBe(1_005);
    expect(left(2_000n, 1_005)).toBe(1_005);
  });

  test('the commission seen in fills replaces the configured one', () => {
    const cash = snapshotOf('1003', [holding('TMOS', '100', 0)]);
    const dear = policyOf({ TMOS: 100 }, { commission: percent('5') });
    expect(ordersOf(planOf(decide(cash, dear)))).toEqual({ TMOS: 9 });
    expect(ordersOf(planOf(decide({ ...cash, commissionSeen: percent('0.01') }, dear)))).toEqual({
      TMOS: 10,
    });
  });
});

describe('lots', () => {
  test.each([1, 10, 100, 1_000, 10_000])(
    'orders of %p pieces a lot are whole lots near the target',
    (lotPieces) => {
      const start = snapshotOf('3000000', [holding('SBER', '2.5', 0, { lotPieces })]);
      const plan = planOf(decide(start, policyOf({ SBER: 50, RUB: 50 })));
      const [order] = plan.orders;
      expect(order!.lot).toEqual(lotSize(BigInt(lotPieces)));
      expect(raw(order!.amount)).toBe(raw(order!.lots) * BigInt(lotPieces) * 2_500_000_000n);
      expect(Math.abs(Number(raw(order!.amount)) / 1e9 - 1_500_000)).toBeLessThanOrEqual(
        4_500 + 2.5 * lotPieces,
      );
    },
  );
});

describe('order types', () => {
  const all = { market: true, limit: true, bestPrice: true };
  const none = { market: false, limit: false, bestPrice: false };

  test.each([
    ['market', all, 'market'],
    ['market', { ...all, market: false }, 'bestprice'],
    ['market', { ...none, limit: true }, null],
    ['bestprice', { ...all, bestPrice: false }, null],
    ['bestprice', all, 'bestprice'],
    ['limit', all, 'limit'],
    ['limit', { ...all, limit: false }, null],
    ['market', none, null],
  ] as const)('%s under %j goes out as %p', (orderType, orderTypes, sent) => {
    const cash = snapshotOf('1000', [holding('TMOS', '10', 0, { orderTypes })]);
    const plan = planOf(decide(cash, policyOf({ TMOS: 100 }, { orderType })));
    expect(plan.orders.map((order) => order.type)).toEqual(sent === null ? [] : [sent]);
    if (sent === null) expect(plan.heldBack).toMatchObject([{ ticker: 'TMOS', rule: 'not_tradable' }]);
  });

  test('a limit goes out on the grid of steps, through the last price; other types carry none', () => {
    const step = price(50_000_000n);
    const start = snapshotOf('0', [
      holding('TMOS', '10.03', 1_000, { step }),
      holding('TBRU', '10.03', 0, { step }),
    ]);
    const limits = (orderType: 'limit' | 'market') =>
      planOf(decide(start, policyOf({ TMOS: 50, TBRU: 50 }, { orderType }))).orders.map(
        ({ side, limit }) => [side, limit === null ? null : raw(limit)] as const,
      );
    expect(limits('limit')).toEqual([
      ['sell', 10_000_000_000n],
      ['buy', 10_050_000_000n],
    ]);
    expect(limits('market').map(([, limit]) => limit)).toEqual([null, null]);
  });
});

describe('the stage of purchases', () => {
  const start = snapshotOf('30000', [
    holding('TMOS', '10', 5_000),
    holding('TBRU', '10', 500),
    holding('TRUR', '10', 500),
    holding('TGLD', '10', 100),
  ]);
  const policy = policyOf({ TMOS: 10, TBRU: 40, TRUR: 50, TGLD: 0 });

  test('sells nothing and buys only what the plan named', () => {
    const plan = planOf(decide(start, policy, { kind: 'buys', tickers: new Set(['TBRU', 'TGLD']) }));
    expect(plan.orders.map(({ ticker, side }) => [ticker, side])).toEqual([['TBRU', 'buy']]);
  });

  test('leaves alone what the plan did not name, however much cash there is', () => {
    const little = policyOf({ TMOS: 10, TBRU: 10, TRUR: 80, TGLD: 0 });
    const plan = planOf(decide(start, little, { kind: 'buys', tickers: new Set(['TBRU']) }));
    expect(Object.keys(ordersOf(plan))).toEqual(['TBRU']);
  });

  test('does not spend on one what waits for another', () => {
    const free = { ...policy, commission: percent('0') };
    const plan = planOf(decide(start, free, { kind: 'buys', tickers: new Set(['TBRU']) }));
    expect(rowOf(plan.rows, 'TBRU').afterPercent).toBeLessThanOrEqual(40.1);
  });

  test('goes on however little it improves', () => {
    const near = snapshotOf('100', [holding('TMOS', '1', 99_900)]);
    const all = planOf(decide(near, policyOf({ TMOS: 100 })));
    const buys = planOf(decide(near, policyOf({ TMOS: 100 }), { kind: 'buys', tickers: new Set(['TMOS']) }));
    expect([all.orders.length, buys.orders.length]).toEqual([0, 1]);
  });
});

test('a weight of 0 leaves no lot behind, though the last ones would be worth as much in cash', () => {
  const start = snapshotOf('0.01', [holding('TMOS', '126.66', 0), holding('TBRU', '42.21', 4_190)]);
  for (const commission of ['0', '0.3']) {
    const policy = policyOf({ TMOS: 100, TBRU: 0 }, { commission: percent(commission) });
    expect(ordersOf(planOf(decide(start, policy))).TBRU).toBe(-4_190);
  }
});
