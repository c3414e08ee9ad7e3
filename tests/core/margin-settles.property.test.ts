// At constant prices a margin account comes to rest: what was borrowed and bought is not sold back, nor bought again.

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { decide } from '../../src/core/decide.ts';
import type { MarginReport } from '../../src/core/margin-state.ts';
import type { Snapshot } from '../../src/core/portfolio.ts';
import { money, NANO, rate, raw } from '../../src/core/units.ts';
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
  rub: fc.integer({ min: 1, max: 60 }),
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
        snapshot = afterFills(snapshot, decision.plan.orders, percent('0.05'));
      }
      expect(orders).toBe(0);
    }),
    { seed: SEED, numRuns: 200 },
  );
}, 60_000);
