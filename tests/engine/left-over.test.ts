// What an iteration under a limit leaves to the next one is held back by that limit, to the lot.

import { expect, test } from 'bun:test';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { type LimitsPolicy, NO_RULES } from '../../src/core/policy.ts';
import { rate } from '../../src/core/units.ts';
import { runCycle } from '../../src/engine/cycle.ts';
import { openWorld } from '../support/engine-world.ts';

/** Lots between the record's target and what is there, by hand. */
function missing({ positions, equity_rub }: IterationRecord, ticker: string): number {
  const row = positions.find((each) => each.ticker === ticker)!;
  const target = (row.target_percent / 100) * Number(equity_rub);
  return (target - Number(row.value_after_rub)) / (Number(row.price_rub) * row.lot_size);
}

const limits: [string, Partial<LimitsPolicy>][] = [
  ['limits.max_turnover_percent', { maxTurnoverPercent: 20 }],
  ['limits.max_trade_percent', { maxTradePercent: 10 }],
  ['limits.max_orders', { maxOrders: 1 }],
];
for (const [rule, limit] of limits)
  test(`${rule}: the lots that are held back are those that are missing`, async () => {
    const world = await openWorld({
      accounts: [
        {
          wallet: { TMOS: 50, TBRU: 50 },
          cash: '1000000.00',
          policy: { limits: { ...NO_RULES.limits, ...limit } },
        },
      ],
    });
    const { record } = await world.cycle();
    expect(record.orders.length).toBeGreaterThan(0);
    for (const ticker of ['TMOS', 'TBRU']) {
      const held = record.held_back.filter((each) => each.ticker === ticker);
      const told = held.reduce((sum, { lots = 0 }) => sum + lots, 0);
      const off = missing(record, ticker);
      // The record's total is the one before fees and steps were paid: a thousandth of a target of 70,000 lots.
      expect(Math.abs(told - off)).toBeLessThan(100);
      if (Math.abs(off) > 1_000) expect(held.map((each) => each.rule)).toContain(rule);
    }
  });

test('what an order did not fill is not there, and said', async () => {
  const world = await openWorld({ accounts: [{ wallet: { TMOS: 100 }, cash: '100000.00' }] });
  world.exchange.faults.execute({ kind: 'rest' }, 10);
  const { record } = await world.cycle();
  expect(record.status).toBe('partial');
  const held = record.held_back.find(({ rule }) => rule === 'order_wait_seconds')!;
  expect(held).toMatchObject({ ticker: 'TMOS', detail: 'its order was not carried out whole (cancelled)' });
  expect(held.lots! / missing(record, 'TMOS')).toBeCloseTo(1, 1);
});

test('a second round of purchases says why there is one', async () => {
  const world = await openWorld({ accounts: [{ wallet: { TMOS: 50, TBRU: 50 }, cash: '100000.00' }] });
  const told: [unknown, string][] = [];
  const info = (facts: unknown, message: string) => told.push([facts, message]);
  const cycle = async () => {
    told.length = 0;
    const context = world.context();
    const { record } = await runCycle({ ...context, log: { ...context.log, info } });
    return record.orders.map(({ ticker }) => ticker);
  };
  const [first, second, ...more] = await cycle();
  expect([first, second].sort()).toEqual(['TBRU', 'TMOS']);
  expect(more.length).toBeGreaterThan(0);
  const said = () => told.filter(([, message]) => message.includes('left over buys more'));
  expect(said()).toEqual([
    [{ account: 'a', iteration: expect.any(String), tickers: more }, expect.stringContaining('reserved')],
  ]);
  expect(await cycle()).toEqual([]);
  expect(said()).toEqual([]);
});

test('fees that were reserved and not charged buy what the plan had no cash left for', async () => {
  // A percent is reckoned with: after TRUR nothing is left for TMOS, of which 350,000 RUB are missing.
  const account = {
    wallet: { TMOS: 40, TRUR: 60 },
    cash: '34436405.60',
    pieces: { TMOS: 3_441_857 },
    policy: { commission: rate(10_000_000n) },
  };
  const exchange = { commission: rate(500_000n), depthRub: '200000000' };
  const world = await openWorld({ accounts: [account], exchange });
  const { record } = await world.cycle();
  expect([...new Set(record.orders.map(({ ticker }) => ticker))]).toEqual(['TRUR', 'TMOS']);
  expect(record.status).toBe('balanced');
  expect(record.positions.find(({ ticker }) => ticker === 'RUB')!.after_percent).toBeLessThan(0.1);
});
