// How much further off its targets an account is: by one exposure for all of it where it may borrow; and when nobody knows.

import { expect, test } from 'bun:test';
import { allChecks } from '../../sim/all-checks.ts';
import {
  growthOf,
  missOf,
  mostMissing,
  type Row,
  rubEdge,
  type Standing,
  standingOf,
} from '../../sim/invariants/targets.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import { decimal, money } from '../../src/core/units.ts';
import { STEP_MS, stepAt, stepMs } from '../../src/exchange/tape.ts';

const row = (ticker: string, worth: number, low: number, high: number): Row => ({
  ticker,
  uid: ticker,
  pieces: 1n,
  lotSize: 1n,
  lot: 1,
  worth,
  low,
  high,
});

const both = (absolute: number, relative: number): Record<string, number> => ({
  threshold_percent: absolute,
  relative_threshold_percent: relative,
});

const grown = (before: Standing, now: Standing): number => {
  const [was, is] = growthOf(before, now, 0);
  return is - was;
};

/** 100 of own money, at most twice of it in A and B by halves. */
function borrowing(a: number, b: number): Standing {
  const rows = [row('A', a, 50, 100), row('B', b, 50, 100)];
  return { rows, cash: 100 - a - b, total: 100, cashLow: -100, cashHigh: 0 };
}

test('a debt that pays for one row while another keeps too much is nearer by the most exposure', () => {
  const [before, now] = [borrowing(120, 60), borrowing(120, 100)];
  // Span by span RUB alone moves, and away.
  expect(missOf(now) - missOf(before)).toBe(20);
  expect(growthOf(before, now, 1)).toEqual([80, 41]);
});

test('what is missing is judged by one exposure for all rows: the one that leaves most to do', () => {
  // Own money alone leaves 30 of A, 10 of B and 40 of debt to move; the most exposure 20, 40 and 60.
  expect(missOf(borrowing(80, 60))).toBe(0);
  expect(mostMissing(borrowing(80, 60))).toBe(120);
});

test('a purchase past every target is further off by any exposure', () => {
  expect(grown(borrowing(100, 100), borrowing(100, 130))).toBe(60);
});

test('without borrowing it is the miss of both', () => {
  const own = (a: number): Standing => ({
    rows: [row('A', a, 60, 60)],
    cash: 100 - a,
    total: 100,
    cashLow: 40,
    cashHigh: 40,
  });
  for (const [from, to] of [
    [10, 60],
    [60, 10],
    [50, 75],
  ] as const)
    expect(growthOf(own(from), own(to), 3)).toEqual([missOf(own(from)), missOf(own(to)) + 3]);
});

test.each([
  ['none without bands', {}, 25, 0],
  ['the absolute one, also where a relative one would be narrower', both(15, 10), 25, 15],
  ['all of it beside relative bands alone', { relative_threshold_percent: 10 }, 25, 25],
  ['no more than there is', both(40, 10), 25, 25],
  ['none where RUB may be borrowed', both(15, 10), -50, 0],
])('the edge of RUB is %s', (_, rebalance, cashLow, edge) => {
  const standing: Standing = { rows: [], cash: 30, cashLow, cashHigh: 25, total: 100 };
  expect(rubEdge(rebalance, standing)).toBe(edge);
});

test.each([
  ['what it was when prices were told', '0.01', 'aum', true],
  ['something else, at the same price', '0.02', 'aum', false],
  ['something else, and nothing weighs by it', '0.02', 'marketcap', true],
])('targets where the AUM is %s', (_, later, desired_mode, known) => {
  const store = openSimJournal();
  const world = new World({ seed: 3, kept: new Set(), traced: false, calm: true, store, checks: allChecks });
  const { exchange, timeline } = world;
  const [first] = world.accounts;
  if (first === undefined) throw new Error('the calm world has an account');
  const account = { ...first, block: { desired_mode }, wallet: { TMOS: 50, RUB: 50 } };
  const tmos = exchange.instrument('TMOS');
  // A price, and what follows from it, begins with its step.
  const toldMs = stepMs(stepAt(timeline.now()) + 1);
  timeline.run(toldMs, () => false);
  exchange.setPremium('TMOS', '0.01');
  timeline.run(toldMs + STEP_MS, () => false);
  exchange.setPremium('TMOS', later);
  const { price } = exchange.market.last(tmos, toldMs) ?? { price: 0n };
  exchange.setPrice('TMOS', decimal(money(price)));
  expect(standingOf(world, account, () => price, toldMs) !== null).toBe(known);
  world.close();
});
