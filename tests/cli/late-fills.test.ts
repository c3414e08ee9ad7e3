// Orders of iterations that were killed before their record, or learned of after it: history counts them once.

import { describe, expect, test } from 'bun:test';
import { historyCommand } from '../../src/cli/history.ts';
import { decimal, money } from '../../src/core/units.ts';
import { chargedFee, executedValue } from '../../src/exchange/order.ts';
import { HOUR_MS, MINUTE_MS, openWorld, SEED_ACCOUNT, type World } from '../support/engine-world.ts';

interface Summary {
  readonly orders: number;
  readonly turnover_rub: string;
  readonly fees_rub: string;
  readonly profit_rub: string;
  readonly paid_in_rub: string;
  readonly equity_first_rub: string;
  readonly equity_last_rub: string;
}

function summary(world: World): Summary {
  const printed: string[] = [];
  const options = { stateDir: world.stateDir, account: [], days: 7, summary: true, json: true };
  const outside = {
    clock: world.clock,
    readJournal: () => ({ ...world.journal, close() {} }),
    terminal: { out: (part: string) => void printed.push(part), err() {}, colors: false, width: 80 },
  };
  historyCommand(options as never, outside as never);
  return JSON.parse(printed.join(''));
}

function expectWhole(world: World, paidIn: string): void {
  const sums = summary(world);
  const orders = world.exchange.desk.orders;
  const total = (of: (order: (typeof orders)[number]) => bigint) =>
    decimal(money(orders.reduce((sum, order) => sum + of(order), 0n)));
  expect(sums.turnover_rub).toBe(total(executedValue));
  expect(sums.fees_rub).toBe(total(chargedFee));
  expect(sums.orders).toBe(orders.length);
  expect(Number(sums.paid_in_rub)).toBeCloseTo(Number(paidIn), 2);
  const change = Number(sums.equity_last_rub) - Number(sums.equity_first_rub);
  expect(Number(sums.profit_rub)).toBeCloseTo(change - Number(paidIn), 2);
  expect(Number(sums.profit_rub)).toBeLessThan(0);
}

const open = () => openWorld({ accounts: [SEED_ACCOUNT], lookUpMs: 30_000 });

describe('history', () => {
  test('counts every order once where nothing was interrupted', async () => {
    const world = await open();
    await world.cycle();
    expectWhole(world, '0');
  });

  test('counts the fills of a killed iteration, and their fee is no payment', async () => {
    const world = await open();
    await world.cycle();
    await world.clock.sleep(HOUR_MS);
    world.exchange.deposit(world.accountId(), '40000.00');
    world.onCall = (call, phase) => {
      if (call.method === 'PostOrder' && phase === 'replied') world.process.kill();
    };
    await world.cycle().catch(() => {});
    expect(world.process.alive).toBe(false);
    world.onCall = null;
    world.restart();
    await world.clock.sleep(MINUTE_MS);
    const { record } = await world.cycle();
    expect(record.warnings.join()).toContain('an earlier run left an order behind');
    expectWhole(world, '40000.00');
  });

  test('counts them also where the recovering iteration is killed before its record', async () => {
    const world = await open();
    await world.cycle();
    await world.clock.sleep(HOUR_MS);
    world.exchange.deposit(world.accountId(), '40000.00');
    world.onCall = (call, phase) => {
      if (call.method === 'PostOrder' && phase === 'replied') world.process.kill();
    };
    await world.cycle().catch(() => {});
    world.restart();
    await world.clock.sleep(MINUTE_MS);
    world.onCall = (call, phase) => {
      if (call.method === 'GetPositions' && phase === 'replied') world.process.kill();
    };
    await world.cycle().catch(() => {});
    expect(world.process.alive).toBe(false);
    world.onCall = null;
    world.restart();
    await world.clock.sleep(MINUTE_MS);
    await world.cycle();
    expectWhole(world, '40000.00');
  });

  test('counts a fill that its iteration recorded as unknown', async () => {
    const world = await open();
    await world.cycle();
    await world.clock.sleep(HOUR_MS);
    world.exchange.deposit(world.accountId(), '40000.00');
    world.exchange.faults.lose('PostOrder', 'after', 'unavailable');
    world.exchange.faults.conditions.ordersVisibleAfterMs = 5 * MINUTE_MS;
    expect((await world.cycle()).record.status).toBe('unknown_outcome');
    await world.clock.sleep(10 * MINUTE_MS);
    world.exchange.faults.clear();
    const { record } = await world.cycle();
    expect(record.warnings.join()).toContain('an earlier run left an order behind');
    expectWhole(world, '40000.00');
  });
});
