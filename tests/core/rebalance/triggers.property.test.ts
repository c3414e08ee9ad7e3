// Bands and limits on random accounts: what the rules promise, reckoned here from the snapshot and the plan alone.

import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../../src/core/decide.ts';
import { NO_FACTS, type Timing } from '../../../src/core/facts.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { commissionOf, NO_RULES, type Policy, type Stage } from '../../../src/core/policy.ts';
import type { Snapshot } from '../../../src/core/portfolio.ts';
import { type Money, money, NO_MONEY, raw } from '../../../src/core/units.ts';
import { accounts } from '../../support/random-snapshot.ts';
import { afterFills, planOf } from '../../support/snapshot-builder.ts';

const SEED = Number(process.env.SEED ?? 20261121);
const runs = (numRuns: number) => ({ seed: SEED, numRuns });

const bandPoints = fc.constantFrom(0.5, 1, 3, 5, 10);
const triggers = fc.record({
  trigger: fc.constantFrom('always' as const, 'threshold' as const, 'hybrid' as const, 'calendar' as const),
  thresholdPercent: fc.oneof(bandPoints, bandPoints, fc.constant(null)),
  relativeThresholdPercent: fc.constantFrom(null, 10, 25),
  volatilityAdjusted: fc.boolean(),
  to: fc.constantFrom('target' as const, 'edge' as const),
  scope: fc.constantFrom('all' as const, 'breached' as const),
});
const limits = fc.record({
  minTrade: fc.constantFrom(0n, 500_000_000_000n, 20_000_000_000_000n),
  dustPercent: fc.constantFrom(0, 0.02, 1),
  maxTradePercent: fc.constantFrom(null, null, 2, 10),
  maxTurnoverPercent: fc.constantFrom(null, null, 5, 30),
  maxDayTurnoverPercent: fc.constantFrom(null, null, 20),
  maxOrders: fc.constantFrom(null, null, 1, 2, 3),
  buyOnly: fc.constantFrom(false, false, false, true),
});
const timing = fc.constantFrom<Timing>(
  { calendarDue: false, calendar: '', blocked: null },
  { calendarDue: true, calendar: 'due', blocked: null },
  { calendarDue: false, calendar: 'next on Monday', blocked: null },
  { calendarDue: false, calendar: '', blocked: 'cooling down' },
);

const withRules = (free: boolean) =>
  fc
    .tuple(accounts({ free }), triggers, limits, timing)
    .map(([{ snapshot, policy }, rebalance, set, when]) => ({
      snapshot: { ...snapshot, facts: { ...NO_FACTS, timing: when } },
      policy: {
        ...policy,
        rebalance,
        limits: { ...NO_RULES.limits, ...set, minTrade: money(set.minTrade) },
      } satisfies Policy,
    }));

const planFor = (snapshot: Snapshot, policy: Policy, stage?: Stage): Plan =>
  planOf(decide(snapshot, policy, stage));
const covered = (snapshot: Snapshot): boolean => raw(snapshot.cash) >= 0n;
const turnoverOf = ({ orders }: Plan): bigint => orders.reduce((sum, { amount }) => sum + raw(amount), 0n);
const percent = (part: bigint, whole: bigint): number => Number((part * 10n ** 12n) / whole) / 1e10;

/** Points outside the band per row; 0 inside, on the edge or without a band. */
function outside({ rows, equity }: Plan, { rebalance }: Policy): number[] {
  return rows.map((row) => {
    const { thresholdPercent: points, relativeThresholdPercent: relative } = rebalance;
    const target = percent(raw(row.target), raw(equity));
    const ofTarget = relative !== null && row.uid !== null && target >= 1 ? (relative * target) / 100 : null;
    const widths = [points, ofTarget].filter((width) => width !== null);
    if (row.uid !== null && target === 0 && raw(row.lotsBefore) > 0n && (points ?? relative) !== null)
      return 100;
    if (widths.length === 0) return 0;
    const drift = percent(raw(row.valueBefore), raw(equity)) - target;
    const beyond = Math.abs(drift) - Math.min(...widths);
    return beyond > 1e-7 ? beyond : 0;
  });
}

describe('whatever the account, its bands and limits', () => {
  test('inside all bands nothing is sold, and bought only what RUB has above its target', () => {
    let inside = 0;
    fc.assert(
      fc.property(withRules(false), ({ snapshot, policy }) => {
        const banded = policy.rebalance.trigger === 'threshold' || policy.rebalance.trigger === 'hybrid';
        const bands = policy.rebalance.thresholdPercent ?? policy.rebalance.relativeThresholdPercent;
        fc.pre(covered(snapshot) && banded && bands !== null);
        const plan = planFor(snapshot, policy);
        if (outside(plan, policy).some((points) => points > 0)) return;
        inside += 1;
        expect(plan.aim.kind).toBe('quiet');
        expect(plan.orders.filter(({ side }) => side === 'sell')).toEqual([]);
        const cash = plan.rows.at(-1)!;
        const surplus = raw(cash.valueBefore) - raw(cash.target);
        expect(turnoverOf(plan) <= (surplus > 0n ? surplus : 0n)).toBe(true);
        expect(plan.aim.because).toContain('largest drift');
      }),
      runs(800),
    );
    expect(inside).toBeGreaterThan(50);
  });

  test('a quiet plan never sells, and outside the window or cooling down nothing is bought', () => {
    fc.assert(
      fc.property(withRules(false), ({ snapshot, policy }) => {
        fc.pre(covered(snapshot));
        const plan = planFor(snapshot, policy);
        if (plan.aim.kind !== 'quiet') return;
        expect(plan.orders.filter(({ side }) => side === 'sell')).toEqual([]);
        if (snapshot.facts.timing.blocked !== null) expect(plan.orders).toEqual([]);
      }),
      runs(800),
    );
  });

  test('with the scope `breached` only what left its band is sold, unless RUB itself did', () => {
    let seen = 0;
    fc.assert(
      fc.property(withRules(true), ({ snapshot, policy: drawn }) => {
        const rebalance = { ...drawn.rebalance, scope: 'breached' as const };
        const policy: Policy = { ...drawn, rebalance };
        const plan = planFor(snapshot, policy);
        const beyond = outside(plan, policy);
        if (plan.aim.kind !== 'breached' || beyond.at(-1)! > 0) return;
        seen += 1;
        const names = plan.rows.filter((_, index) => beyond[index]! > 0).map(({ ticker }) => ticker);
        for (const order of plan.orders) if (order.side === 'sell') expect(names).toContain(order.ticker);
      }),
      runs(600),
    );
    expect(seen).toBeGreaterThan(50);
  });

  test('turnover, orders, single moves and least sizes keep their limits', () => {
    fc.assert(
      fc.property(withRules(false), ({ snapshot, policy }) => {
        fc.pre(covered(snapshot));
        const plan = planFor(snapshot, policy);
        const { limits: set } = policy;
        const total = raw(plan.equity);
        const part = (points: number): bigint => (total * BigInt(Math.round(points * 1e7))) / 1_000_000_000n;
        for (const points of [set.maxTurnoverPercent, set.maxDayTurnoverPercent])
          if (points !== null) expect(turnoverOf(plan) <= part(points)).toBe(true);
        if (set.maxOrders !== null) expect(plan.orders.length <= set.maxOrders).toBe(true);
        const least = [raw(set.minTrade), part(set.dustPercent)].reduce((a, b) => (a > b ? a : b));
        for (const order of plan.orders) {
          if (set.maxTradePercent !== null) expect(raw(order.amount) <= part(set.maxTradePercent)).toBe(true);
          const row = plan.rows.find(({ ticker }) => ticker === order.ticker)!;
          const first = order.side === 'buy' && policy.minOneLot && raw(row.lotsBefore) === 0n;
          const leaving = order.side === 'sell' && raw(row.target) === 0n;
          if (!first && !leaving) expect(raw(order.amount) >= least).toBe(true);
        }
        if (set.buyOnly) expect(plan.orders.every(({ side }) => side === 'buy')).toBe(true);
      }),
      runs(1_500),
    );
  });

  test('a debt is covered as far as it goes, whatever they say', () => {
    fc.assert(
      fc.property(withRules(false), ({ snapshot, policy }) => {
        if (covered(snapshot)) return;
        const bare = { ...policy, rebalance: NO_RULES.rebalance, limits: NO_RULES.limits };
        const worst = (now: Policy): bigint => {
          const { orders } = planFor(snapshot, now);
          return raw(afterFills(snapshot, orders, commissionOf(snapshot, now)).cash);
        };
        if (worst(bare) >= 0n) expect(worst(policy) >= 0n).toBe(true);
      }),
      runs(800),
    );
  });
});

describe('after an iteration at constant prices', () => {
  /** As the engine acts: sells, buys from the cash that is there, what the reserve left over. */
  function iterate(snapshot: Snapshot, policy: Policy): Snapshot {
    const plan = planFor(snapshot, policy);
    const commission = commissionOf(snapshot, policy);
    const tickers = new Set(plan.orders.filter(({ side }) => side === 'buy').map(({ ticker }) => ticker));
    const planned = new Map(plan.rows.map(({ ticker, lotsAfter }) => [ticker, lotsAfter]));
    const moved = new Map<string, Money>();
    let traded = NO_MONEY;
    let sent = 0;
    const fill = (now: Snapshot, orders: Plan['orders']): Snapshot => {
      for (const { ticker, amount } of orders) {
        moved.set(ticker, money(raw(moved.get(ticker) ?? NO_MONEY) + raw(amount)));
        traded = money(raw(traded) + raw(amount));
      }
      sent += orders.length;
      return afterFills(now, orders, commission);
    };
    const buysNow = (now: Snapshot) =>
      planFor(now, policy, { kind: 'buys', tickers, aim: plan.aim, planned, traded, moved, sent }).orders;
    const sells = plan.orders.filter(({ side }) => side === 'sell');
    let now = fill(snapshot, sells);
    if (tickers.size > 0) now = fill(now, sells.length > 0 ? buysNow(now) : plan.orders);
    if (tickers.size > 0) now = fill(now, buysNow(now));
    return now;
  }

  test.each(['target', 'edge'] as const)('the next one has nothing to do, to the %s', (to) => {
    const at = Array.from({ length: 7 }, () => 0);
    fc.assert(
      fc.property(withRules(true), ({ snapshot, policy: drawn }) => {
        const rebalance = { ...drawn.rebalance, to };
        const policy: Policy = { ...drawn, rebalance, limits: NO_RULES.limits, minImprovementPp: 0.25 };
        let now = snapshot;
        let count = 0;
        for (; count < 6 && planFor(now, policy).orders.length > 0; count += 1) now = iterate(now, policy);
        at[count]! += 1;
        expect(count).toBeLessThan(4);
      }),
      runs(600),
    );
    console.log(`to the ${to}: nothing to do after 0, 1, 2... iterations: ${at.join(', ')}`);
    expect(at.slice(2).reduce((a, b) => a + b, 0) / 600).toBeLessThan(0.03);
  });

  test('under limits it settles, a little at a time', () => {
    fc.assert(
      fc.property(withRules(true), ({ snapshot, policy }) => {
        let now = snapshot;
        let count = 0;
        const settled = { ...policy, minImprovementPp: 0.25 };
        for (; count < 80 && planFor(now, settled).orders.length > 0; count += 1) now = iterate(now, settled);
        expect(count).toBeLessThan(80);
        expect(covered(now)).toBe(true);
      }),
      runs(150),
    );
  });
});
