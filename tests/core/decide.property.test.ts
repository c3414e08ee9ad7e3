import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../src/core/decide.ts';
import type { Plan, PlannedOrder } from '../../src/core/plan.ts';
import { commissionOf, type Policy } from '../../src/core/policy.ts';
import type { Holding, Snapshot } from '../../src/core/portfolio.ts';
import { money, price, type Rate, rate, raw } from '../../src/core/units.ts';
import { type Account, accounts } from '../support/random-snapshot.ts';
import { afterFills, ordersOf, planOf } from '../support/snapshot-builder.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const runs = (numRuns: number) => ({ seed: SEED, numRuns });

const planFor = ({ snapshot, policy }: Account): Plan => planOf(decide(snapshot, policy));
const holdingOf = (snapshot: Snapshot, ticker: string): Holding =>
  snapshot.holdings.find((each) => each.ticker === ticker)!;

const up = (amount: bigint, part: Rate): bigint => (amount * raw(part) + 999_999_999n) / 1_000_000_000n;

/** The most that an order may cost beyond its amount: a step a piece (0.3 % at the best price), and the commission on that. */
function reserveOf(order: PlannedOrder, snapshot: Snapshot, policy: Policy): bigint {
  const { step, lot } = holdingOf(snapshot, order.ticker);
  const perLot = raw(order.amount) / raw(order.lots);
  const slip = order.type === 'bestprice' ? up(perLot, rate(3_000_000n)) : raw(step) * raw(lot);
  return raw(order.lots) * (slip + up(perLot + slip, commissionOf(snapshot, policy)));
}

const worstCash = (snapshot: Snapshot, policy: Policy, orders: readonly PlannedOrder[]): bigint =>
  orders.reduce((cash, order) => {
    const signed = order.side === 'buy' ? -raw(order.amount) : raw(order.amount);
    return cash + signed - reserveOf(order, snapshot, policy);
  }, raw(snapshot.cash));

const isHeld = (each: Holding, policy: Policy): boolean =>
  each.hold !== null ||
  each.price === null ||
  raw(each.price) <= 0n ||
  each.priceAgeMs! > policy.maxPriceAgeMs ||
  (!each.buyable && !each.sellable);

describe('whatever the account', () => {
  test('no order is short, sells what is blocked, or goes out in what is held', () => {
    fc.assert(
      fc.property(accounts(), (account) => {
        const plan = planFor(account);
        for (const order of plan.orders) {
          const each = holdingOf(account.snapshot, order.ticker);
          expect(isHeld(each, account.policy)).toBe(false);
          expect(order.side === 'buy' ? each.buyable : each.sellable).toBe(true);
          expect(raw(order.lots) > 0n && raw(order.price) > 0n).toBe(true);
          if (order.side === 'buy') continue;
          expect(raw(order.lots) * raw(order.lot) <= raw(each.pieces) - raw(each.blockedPieces)).toBe(true);
        }
        const sides = plan.orders.map((order) => order.side);
        expect(sides).toEqual([...sides].sort().reverse());
        expect(new Set(plan.orders.map((order) => order.ticker)).size).toBe(sides.length);
      }),
      runs(600),
    );
  });

  test('cash that may be spent is never below zero at worst, or raised as far as it goes', () => {
    fc.assert(
      fc.property(accounts(), ({ snapshot, policy }) => {
        const plan = planFor({ snapshot, policy });
        const after = worstCash(snapshot, policy, plan.orders);
        if (after >= 0n) return;
        expect(raw(snapshot.cash) < 0n).toBe(true);
        expect(after >= raw(snapshot.cash)).toBe(true);
        expect(plan.orders.every((order) => order.side === 'sell')).toBe(true);
        const sold = afterFills(snapshot, plan.orders, rate(0n));
        const more = sold.holdings.filter(
          (each) =>
            !isHeld(each, policy) &&
            each.sellable &&
            (raw(each.pieces) - raw(each.blockedPieces)) / raw(each.lot) > 0n &&
            raw(each.price!) > raw(each.step) * 2n,
        );
        expect(more).toEqual([]);
      }),
      runs(600),
    );
  });

  test('everything that is held is named, and every row adds up', () => {
    fc.assert(
      fc.property(accounts(), ({ snapshot, policy }) => {
        const plan = planFor({ snapshot, policy });
        const named = new Set(plan.heldBack.map((held) => held.ticker));
        for (const each of snapshot.holdings) if (isHeld(each, policy)) expect(named).toContain(each.ticker);
        const lines = plan.heldBack.map(({ ticker, rule }) => `${ticker} ${rule}`);
        expect(new Set(lines).size).toBe(lines.length);
        const sum = (pick: (row: Plan['rows'][number]) => bigint) =>
          plan.rows.reduce((total, row) => total + pick(row), 0n);
        expect(sum((row) => raw(row.valueBefore))).toBe(raw(plan.equity));
        expect(sum((row) => raw(row.target))).toBe(raw(plan.equity));
        expect(sum((row) => raw(row.valueAfter))).toBe(raw(plan.equity) - raw(plan.fees));
      }),
      runs(400),
    );
  });

  test('the tracking error is the sum of the distances of the weights from the wallet', () => {
    const errorOf = (snapshot: Snapshot, policy: Policy): number => {
      const values = new Map(
        snapshot.holdings.map((each) => [
          each.ticker,
          (Math.max(0, Number(raw(each.price ?? price(0n)))) * Number(raw(each.pieces))) / 1e9,
        ]),
      );
      values.set('RUB', Number(raw(snapshot.cash) + raw(snapshot.blockedCash)) / 1e9);
      const whole = [...values.values()].reduce((a, b) => a + b, 0);
      return [...policy.wallet].reduce((sum, [ticker, percent]) => {
        return sum + Math.abs(((values.get(ticker) ?? 0) / whole) * 100 - percent);
      }, 0);
    };
    fc.assert(
      fc.property(accounts(), ({ snapshot, policy }) => {
        const plan = planFor({ snapshot, policy });
        const next = afterFills(snapshot, plan.orders, commissionOf(snapshot, policy));
        expect(plan.trackingError.before).toBeCloseTo(errorOf(snapshot, policy), 6);
        expect(plan.trackingError.after).toBeCloseTo(errorOf(next, policy), 6);
      }),
      runs(400),
    );
  });

  test('the same account gives the same decision', () => {
    fc.assert(
      fc.property(accounts(), ({ snapshot, policy }) => {
        expect(decide(structuredClone(snapshot), policy)).toEqual(decide(snapshot, policy));
      }),
      runs(200),
    );
  });

  test('the order of the holdings changes no lot', () => {
    fc.assert(
      fc.property(accounts(), fc.infiniteStream(fc.nat()), ({ snapshot, policy }, keys) => {
        const keyed = snapshot.holdings.map((each) => ({ each, key: keys.next().value as number }));
        const holdings = keyed.sort((a, b) => a.key - b.key).map(({ each }) => each);
        const [plan, moved] = [snapshot, { ...snapshot, holdings }].map((each) =>
          planFor({ snapshot: each, policy }),
        );
        const targetsOf = ({ rows }: Plan) => Object.fromEntries(rows.map((row) => [row.ticker, row.target]));
        expect(ordersOf(moved!)).toEqual(ordersOf(plan!));
        expect(targetsOf(moved!)).toEqual(targetsOf(plan!));
      }),
      runs(400),
    );
  });

  test('prices, steps and cash made k times larger change no lot', () => {
    const factors = fc.constantFrom(2n, 3n, 7n, 10n, 1_000n);
    fc.assert(
      fc.property(accounts(), factors, ({ snapshot, policy }, k) => {
        const scaled: Snapshot = {
          ...snapshot,
          cash: money(raw(snapshot.cash) * k),
          blockedCash: money(raw(snapshot.blockedCash) * k),
          holdings: snapshot.holdings.map((each) => ({
            ...each,
            step: price(raw(each.step) * k),
            price: each.price && price(raw(each.price) * k),
          })),
        };
        expect(ordersOf(planFor({ snapshot: scaled, policy }))).toEqual(
          ordersOf(planFor({ snapshot, policy })),
        );
      }),
      runs(400),
    );
  });

  test('the objective never grows, except by first lots and by covering debt', () => {
    fc.assert(
      fc.property(accounts(), ({ snapshot, policy }) => {
        fc.pre(raw(snapshot.cash) >= 0n);
        const plan = planFor({ snapshot, policy: { ...policy, minOneLot: false } });
        const size = (nano: bigint) => (nano < 0n ? -nano : nano);
        const before = plan.rows.reduce((sum, row) => sum + size(raw(row.valueBefore) - raw(row.target)), 0n);
        const after = plan.rows.reduce((sum, row) => sum + size(raw(row.valueAfter) - raw(row.target)), 0n);
        expect(after + raw(plan.fees) <= before).toBe(true);
      }),
      runs(400),
    );
  });
});

describe('after an iteration at constant prices the next one has nothing to do', () => {
  /** Sells, then what is bought from the cash that is really there, then what the reserve left over: as the engine acts. */
  function iterate({ snapshot, policy }: Account, commission: Rate): Snapshot {
    const plan = planFor({ snapshot, policy });
    const tickers = new Set(plan.orders.filter((order) => order.side === 'buy').map((order) => order.ticker));
    const buysNow = (now: Snapshot) => planOf(decide(now, policy, { kind: 'buys', tickers })).orders;
    const sells = plan.orders.filter((order) => order.side === 'sell');
    let now = snapshot;
    let buys = plan.orders.filter((order) => order.side === 'buy');
    if (sells.length > 0) {
      now = afterFills(now, sells, commission);
      buys = tickers.size > 0 ? [...buysNow(now)] : [];
    }
    if (buys.length === 0) return now;
    now = afterFills(now, buys, commission);
    return afterFills(now, buysNow(now), commission);
  }

  const isCovered = (snapshot: Snapshot): boolean => raw(snapshot.cash) >= 0n;

  /** Iterations that trade until one has nothing to do. */
  function rounds({ snapshot, policy }: Account, commission: Rate): number {
    let now = snapshot;
    for (let count = 0; count < 6; count += 1) {
      if (planFor({ snapshot: now, policy }).orders.length === 0) return count;
      now = iterate({ snapshot: now, policy }, commission);
    }
    return 6;
  }

  // A reserve that was not needed may be worth a lot more of something coarse, and with no least improvement the fees
  // themselves move the targets by a lot of something fine: then it settles, in fewer and fewer lots.
  test.each<[string, number, boolean, number]>([
    ['with the fees that were expected', 0.25, true, 2],
    ['with no fees at all', 0.25, false, 2],
    ['without a least improvement, at the latest after five', 0, true, 5],
  ])('%s', (_, minImprovementPp, asExpected, most) => {
    const at = Array.from({ length: most + 1 }, () => 0);
    fc.assert(
      fc.property(accounts({ free: minImprovementPp === 0 }), ({ snapshot, policy }) => {
        fc.pre(isCovered(snapshot));
        const commission = asExpected ? commissionOf(snapshot, policy) : rate(0n);
        const count = rounds({ snapshot, policy: { ...policy, minImprovementPp } }, commission);
        expect(count).toBeLessThanOrEqual(most);
        at[count]! += 1;
      }),
      runs(400),
    );
    console.log(
      `min_improvement_pp ${minImprovementPp}: nothing to do after 0, 1, 2... iterations: ${at.join(', ')}`,
    );
    const later = at.slice(2).reduce((a, b) => a + b, 0);
    expect(later / 400).toBeLessThan(minImprovementPp > 0 ? 0.02 : 0.15);
  });
});
