// At constant prices a margin account comes to rest: what was borrowed and bought is not sold back, nor bought again; and
// it never owes more than its rules allow for the total that its fees and the steps of its prices have left.

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../src/core/decide.ts';
import type { MarginReport } from '../../src/core/margin-state.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { Snapshot } from '../../src/core/portfolio.ts';
import { money, NANO, type Rate, rate, raw } from '../../src/core/units.ts';
import { factsWith, marginOf } from '../support/margin-account.ts';
import { afterFills, holding, percent, policyOf, rub, snapshotOf } from '../support/snapshot-builder.ts';

const SEED = Number(process.env.SEED ?? 20261121);

/** The broker's reckoning of it. */
function reported({ cash, holdings }: Snapshot): MarginReport {
  let liquid = raw(cash);
  let starting = 0n;
  for (const each of holdings) {
    if (each.marginRate === null) continue;
    const worth = raw(each.price!) * raw(each.pieces);
    liquid += worth;
    starting += (worth * raw(each.marginRate)) / NANO;
  }
  return { kind: 'enabled', liquid: money(liquid), starting: money(starting), minimal: money(starting / 2n) };
}

const balancedTotal = ({ cash, holdings }: Snapshot): bigint =>
  holdings.reduce((sum, { price, pieces }) => sum + raw(price!) * raw(pieces), raw(cash));

/** Debt beyond what the configuration allows for the total that is left. */
function owedTooMuch(snapshot: Snapshot, multiplier: number, most: string): bigint {
  const allowed = (balancedTotal(snapshot) * BigInt(multiplier - 10)) / 10n;
  return -raw(snapshot.cash) - (allowed < raw(rub(most)) ? allowed : raw(rub(most)));
}

/** As the engine does: sells and purchases, and then what their reserve left over. */
function iterated(snapshot: Snapshot, policy: Policy, plan: Plan): Snapshot {
  const fill = (before: Snapshot, orders: Plan['orders']): Snapshot => {
    const after = afterFills(before, orders, percent('0.05'));
    return { ...after, facts: factsWith(reported(after)) };
  };
  const tickers = new Set(plan.orders.filter(({ side }) => side === 'buy').map(({ ticker }) => ticker));
  const planned = new Map(plan.rows.map(({ ticker, lotsAfter }) => [ticker, lotsAfter]));
  const filled = fill(snapshot, plan.orders);
  const more = decide(filled, policy, { kind: 'buys', tickers, aim: plan.aim, planned });
  return more.kind === 'plan' ? fill(filled, more.plan.orders) : filled;
}

const accounts = fc.record({
  lines: fc.array(
    fc.record({
      kopecks: fc.integer({ min: 100, max: 20_000 }),
      pieces: fc.integer({ min: 0, max: 3_000 }),
      weight: fc.integer({ min: 1, max: 100 }),
      rate: fc.constantFrom(null, 0.2, 0.25, 0.3),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  cash: fc.integer({ min: 0, max: 300_000 }),
  rub: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })),
  multiplier: fc.integer({ min: 10, max: 40 }),
  most: fc.constantFrom('5000', '300000', '100000000'),
});

test(`after two iterations at the latest there is nothing to do (seed ${SEED})`, () => {
  fc.assert(
    fc.property(accounts, ({ lines, ...each }) => {
      const holdings = lines.map((line, index) =>
        holding(`T${index}`, (line.kopecks / 100).toFixed(2), line.pieces, {
          marginRate: line.rate === null ? null : rate(BigInt(line.rate * 1e9)),
        }),
      );
      const wallet = Object.fromEntries(lines.map(({ weight }, index) => [`T${index}`, weight]));
      const margin = marginOf({ multiplier: each.multiplier / 10, maxMarginSize: rub(each.most) });
      const policy = policyOf({ ...wallet, RUB: each.rub }, { margin, commission: percent('0.05') });
      let snapshot = snapshotOf(String(each.cash), holdings);
      let orders = -1;
      for (let iteration = 0; iteration < 3; iteration += 1) {
        snapshot = { ...snapshot, facts: factsWith(reported(snapshot)) };
        const decision = decide(snapshot, policy);
        if (decision.kind !== 'plan') return;
        orders = decision.plan.orders.length;
        snapshot = iterated(snapshot, policy, decision.plan);
        expect(owedTooMuch(snapshot, each.multiplier, each.most)).toBeLessThanOrEqual(0n);
      }
      expect(orders).toBe(0);
    }),
    { seed: SEED, numRuns: 200 },
  );
}, 60_000);

/** Every lot a step worse than it was sized at, and the dearest commission. */
function atWorst(snapshot: Snapshot, plan: Plan, commission: Rate): Snapshot {
  const filled = afterFills(snapshot, plan.orders, commission);
  const lost = plan.orders.reduce((sum, order) => {
    const { step } = snapshot.holdings.find(({ ticker }) => ticker === order.ticker)!;
    const slip = raw(step) * raw(order.lot);
    return (
      sum + raw(order.lots) * (slip + (order.side === 'buy' ? (slip * raw(commission)) / NANO + 1n : 0n))
    );
  }, 0n);
  return { ...filled, cash: money(raw(filled.cash) - lost) };
}

test(`what an iteration costs at worst is within what may be owed (seed ${SEED})`, () => {
  fc.assert(
    fc.property(accounts, fc.constantFrom('0.05', '0.3'), ({ lines, ...each }, fee) => {
      const holdings = lines.map((line, index) =>
        holding(`T${index}`, (line.kopecks / 100).toFixed(2), line.pieces, { marginRate: percent('10') }),
      );
      const wallet = Object.fromEntries(lines.map(({ weight }, index) => [`T${index}`, weight]));
      const margin = marginOf({ multiplier: each.multiplier / 10, maxMarginSize: rub(each.most) });
      const policy = policyOf({ ...wallet, RUB: each.rub }, { margin, commission: percent(fee) });
      const snapshot = snapshotOf(String(each.cash), holdings);
      const decision = decide({ ...snapshot, facts: factsWith(reported(snapshot)) }, policy);
      if (decision.kind !== 'plan') return;
      const after = atWorst(snapshot, decision.plan, percent(fee));
      expect(owedTooMuch(after, each.multiplier, each.most)).toBeLessThanOrEqual(0n);
    }),
    { seed: SEED, numRuns: 200 },
  );
}, 60_000);
