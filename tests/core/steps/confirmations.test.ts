import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../../src/core/decide.ts';
import { type Approval, NO_FACTS } from '../../../src/core/facts.ts';
import type { Plan } from '../../../src/core/plan.ts';
import type { Policy } from '../../../src/core/policy.ts';
import type { Snapshot } from '../../../src/core/portfolio.ts';
import { isMore, lots, raw } from '../../../src/core/units.ts';
import { afterFills, holding, percent, policyOf, rub, snapshotOf } from '../../support/snapshot-builder.ts';

const SEED = { seed: Number(process.env.SEED ?? 20261121) };
const RULE = 'confirmationThresholdRub';

const planOf = (snapshot: Snapshot, policy: Policy): Plan => {
  const decision = decide(snapshot, policy);
  if (decision.kind !== 'plan') throw new Error(JSON.stringify(decision));
  return decision.plan;
};
const ordersOf = (plan: Plan) =>
  plan.orders.map(({ side, ticker, lots }) => `${side} ${ticker} ${raw(lots)}`);
const askedOf = (plan: Plan) =>
  plan.confirmations.map(
    ({ order, agreed }) => `${order.side} ${order.ticker} ${raw(order.lots)}${agreed ? ' agreed' : ''}`,
  );
const heldOf = (plan: Plan) => plan.heldBack.filter(({ rule }) => rule === RULE).map(({ ticker }) => ticker);
const yes = (ticker: string, side: 'buy' | 'sell', count: number, amount: string): Approval => ({
  ticker,
  side,
  lots: lots(BigInt(count)),
  amount: rub(amount),
});
const approved = (...approvals: Approval[]) => ({ facts: { ...NO_FACTS, approvals } });
const above = (amount: string | null) => ({
  confirmAbove: amount === null ? null : rub(amount),
  commission: percent('0'),
});

/** 100,000 RUB in cash; A is to be 50 %, B 30 %. */
const NEW = (more: Partial<Snapshot> = {}) =>
  snapshotOf('100000', [holding('A', '100', 0), holding('B', '10', 0)], more);
const WALLET = { A: 50, B: 30, RUB: 20 };

describe('an order above confirmationThresholdRub', () => {
  test('waits, and the rest of the plan goes on without it', () => {
    const plan = planOf(NEW(), policyOf(WALLET, above('40000')));
    expect(ordersOf(plan)).toEqual(['buy B 3000']);
    expect(askedOf(plan)).toEqual(['buy A 500']);
    expect(plan.heldBack.find(({ ticker }) => ticker === 'A')).toMatchObject({
      ticker: 'A',
      rule: RULE,
      detail: "to buy 500 lots for 50000.00 RUB needs a person's yes (above 40000.00 RUB)",
    });
    expect(plan.rows.find(({ ticker }) => ticker === 'A')?.afterPercent).toBe(0);
  });

  test.each([
    ['50000', []],
    ['49999.99', ['buy A 500']],
    ['29999.99', ['buy A 500', 'buy B 3000']],
    [null, []],
  ] as const)('is one worth more than the threshold, not as much: %p', (threshold, asked) => {
    expect(askedOf(planOf(NEW(), policyOf(WALLET, above(threshold))))).toEqual([...asked]);
  });

  test('with a threshold of 0 is every order', () => {
    const plan = planOf(NEW(), policyOf(WALLET, above('0')));
    expect(ordersOf(plan)).toEqual([]);
    expect(heldOf(plan)).toEqual(['A', 'B']);
  });

  test('is judged whole, however the broker makes it be split', () => {
    const rich = snapshotOf('200000000', [holding('A', '100', 0)]);
    expect(askedOf(planOf(rich, policyOf({ A: 50, RUB: 50 }, above('60000000'))))).toEqual(['buy A 1000000']);
  });

  test('goes once a person agreed, also when it has shrunk, and up to 5 % larger; then it needs a new yes', () => {
    const cases: [number, string, boolean][] = [
      [500, '50000', true],
      [900, '90000', true],
      [477, '47700', true],
      // 500 is more than 5 % above 476.
      [476, '47600', false],
      [500, '47619', false],
      [500, '47620', true],
    ];
    for (const [count, amount, goes] of cases) {
      const plan = planOf(NEW(approved(yes('A', 'buy', count, amount))), policyOf(WALLET, above('40000')));
      expect([count, amount, ordersOf(plan).includes('buy A 500')]).toEqual([count, amount, goes]);
      expect(askedOf(plan)).toEqual([goes ? 'buy A 500 agreed' : 'buy A 500']);
    }
  });

  test('is not let go by a yes to another side or ticker', () => {
    for (const other of [yes('A', 'sell', 500, '50000'), yes('B', 'buy', 500, '50000')])
      expect(askedOf(planOf(NEW(approved(other)), policyOf(WALLET, above('40000'))))).toEqual(['buy A 500']);
  });

  test('that is a sale takes the purchases with it that it would have paid', () => {
    const held = snapshotOf('0', [holding('A', '100', 1000), holding('B', '10', 0), holding('C', '10', 0)]);
    const policy = policyOf({ A: 50, B: 25, C: 25 }, above('30000'));
    const plan = planOf(held, policy);
    expect(ordersOf(plan)).toEqual([]);
    expect(askedOf(plan)).toEqual(['sell A 500']);
    const agreed = planOf({ ...held, ...approved(yes('A', 'sell', 500, '50000')) }, policy);
    expect(ordersOf(agreed)[0]).toBe('sell A 500');
    expect(ordersOf(agreed)).toHaveLength(3);
  });

  test('whose sale waits stays wanted, and agreed: its yes is not lost', () => {
    const held = snapshotOf('0', [holding('A', '100', 1000), holding('B', '10', 0)]);
    const policy = policyOf({ A: 50, B: 50 }, above('30000'));
    const plan = planOf({ ...held, ...approved(yes('B', 'buy', 5000, '50000')) }, policy);
    expect(ordersOf(plan)).toEqual([]);
    expect(askedOf(plan).map((text) => text.replace(/ \d+/, ''))).toEqual(['sell A', 'buy B agreed']);
  });

  test('leaves its money alone: nothing else is bought past its target with it', () => {
    const lumpy = snapshotOf('100000', [
      holding('A', '100', 0),
      holding('B', '7000', 0),
      holding('C', '9000', 0),
    ]);
    const plan = planOf(lumpy, policyOf({ A: 60, B: 20, C: 20 }, above('40000')));
    expect(askedOf(plan)).toEqual(['buy A 605']);
    for (const row of plan.rows.filter(({ ticker }) => ticker === 'B' || ticker === 'C'))
      expect(row.afterPercent).toBeLessThan(20 + 9);
    expect(ordersOf(plan)).toEqual(['buy B 3', 'buy C 2']);
  });
});

describe('what has to be covered', () => {
  const debtor = (cash: string, wallet: Record<string, number>, threshold: string) =>
    planOf(
      snapshotOf(cash, [holding('A', '100', 1000), holding('B', '100', 100)]),
      policyOf(wallet, above(threshold)),
    );

  test('does not wait, whatever the order is worth', () => {
    const plan = debtor('-60000', { A: 90, B: 10 }, '10000');
    expect(ordersOf(plan).join()).toMatch(/^sell A \d+,sell B \d+$|^sell A \d+$/);
    const cash = plan.rows.find(({ ticker }) => ticker === 'RUB')!.valueAfter;
    expect(isMore(rub('0'), cash)).toBe(false);
  });

  test('carries no more than itself past the threshold', () => {
    // A is 50,000 RUB above its target, the debt is 5,000.
    const plan = debtor('-5000', { A: 50, B: 50 }, '10000');
    const sold = plan.orders.find(({ ticker }) => ticker === 'A')!;
    expect(sold.side).toBe('sell');
    expect(Number(raw(sold.amount)) / 1e9).toBeLessThan(5_300);
    expect(ordersOf(plan)).toHaveLength(1);
    expect(heldOf(plan)).toContain('B');
  });
});

test('a debt does not let the sale go that small purchases would be paid with', () => {
  const small = ['B', 'C', 'D', 'E', 'F'];
  const snapshot = snapshotOf('-5000', [
    holding('A', '100', 1050),
    ...small.map((ticker) => holding(ticker, '100', 0)),
  ]);
  const wallet = { A: 50, ...Object.fromEntries(small.map((ticker) => [ticker, 10])) };
  const plan = planOf(snapshot, policyOf(wallet, { ...above('20000'), minOneLot: false }));
  expect(ordersOf(plan)).toEqual(['sell A 51']);
  expect(askedOf(plan)).toEqual(['sell A 550']);
  expect(heldOf(plan)).toEqual(['A']);
});

describe('money that is kept aside', () => {
  const policy = (threshold: string) => policyOf({ A: 100 }, above(threshold));
  const asking = (amount: string) => ({ facts: { ...NO_FACTS, setAside: rub(amount) } });

  test('waits with the sale that raises it, and nothing else is sold in its place', () => {
    const held = snapshotOf('0', [holding('A', '100', 900), holding('B', '100', 100)], asking('50000'));
    const plan = planOf(held, policyOf({ A: 90, B: 10 }, above('20000')));
    expect(askedOf(plan).join()).toMatch(/^sell A \d+$/);
    const small = plan.orders.filter(({ ticker }) => ticker === 'B');
    // Its own part of the 50,000, not A's.
    expect(small.length).toBeLessThan(2);
    for (const order of small) expect(Number(raw(order.amount)) / 1e9).toBeLessThan(5_500);
  });

  test('is sold for below the threshold', () => {
    const held = snapshotOf('0', [holding('A', '100', 1000)], asking('20000'));
    expect(ordersOf(planOf(held, policy('30000'))).join()).toMatch(/^sell A 20[01]$/);
  });
});

test('no plan has an order above the threshold that nobody agreed to, unless cash is to be covered', () => {
  const part = fc.record({
    price: fc.integer({ min: 1, max: 3_000 }),
    pieces: fc.integer({ min: 0, max: 500 }),
    weight: fc.integer({ min: 0, max: 50 }),
    lot: fc.constantFrom(1, 10),
    agreed: fc.option(fc.integer({ min: 1, max: 2_000 })),
  });
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 2_000_000 }),
      fc.integer({ min: 0, max: 300_000 }),
      fc.integer({ min: 0, max: 400_000 }),
      (parts, cash, threshold, aside) => {
        const names = parts.map((_, index) => `T${index}`);
        const snapshot = snapshotOf(
          String(cash),
          parts.map(({ price, pieces, lot }, index) =>
            holding(names[index]!, String(price), pieces, { lotPieces: lot }),
          ),
          {
            facts: {
              ...NO_FACTS,
              setAside: rub(String(aside)),
              approvals: parts.flatMap(({ agreed, price, lot }, index) =>
                agreed === null ? [] : [yes(names[index]!, 'buy', agreed, String(agreed * price * lot))],
              ),
            },
          },
        );
        const weights = Object.fromEntries(parts.map(({ weight }, index) => [names[index]!, weight]));
        const policy = policyOf({ ...weights, RUB: 1 }, above(String(threshold)));
        const decision = decide(snapshot, policy);
        if (decision.kind !== 'plan') return;
        const { plan } = decision;
        for (const order of plan.orders) {
          if (!isMore(order.amount, rub(String(threshold)))) continue;
          const agreed = snapshot.facts.approvals.find(({ ticker }) => ticker === order.ticker);
          expect([order.side, agreed !== undefined]).toEqual(['buy', true]);
          expect(raw(order.lots) * 100n <= raw(agreed!.lots) * 105n).toBe(true);
        }
        const after = plan.rows.find(({ ticker }) => ticker === 'RUB')!.valueAfter;
        expect(isMore(rub('0'), after)).toBe(false);
        for (const { order, agreed } of plan.confirmations)
          if (!agreed) expect(plan.orders.some(({ ticker }) => ticker === order.ticker)).toBe(false);
        // At constant prices, with nobody answering, the second iteration has nothing to do.
        const used = { ...snapshot.facts, approvals: [] };
        const second = decide(
          { ...afterFills(snapshot, plan.orders, policy.commission), facts: used },
          policy,
        );
        expect(second.kind === 'plan' ? ordersOf(second.plan) : []).toEqual([]);
      },
    ),
    { ...SEED, numRuns: 400 },
  );
});
