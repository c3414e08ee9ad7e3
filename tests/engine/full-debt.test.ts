// All that the multiplier allows, with no share of RUB: what the purchases cost leaves no debt above the limit, and the next
// iteration at the same prices has nothing to do.

import { expect, test } from 'bun:test';
import { openWorld } from '../support/engine-world.ts';
import { marginOf } from '../support/margin-account.ts';

const cases: [number, Record<string, number>, string][] = [
  [2, { TPAY: 20, TRUR: 30, TGLD: 50 }, '1000000.00'],
  [2, { TBRU: 10, TPAY: 20, SBER: 30, TGLD: 40 }, '5000000.00'],
  [4, { TPAY: 33, TBRU: 67 }, '100000.00'],
  [4, { TBRU: 10, TPAY: 20, SBER: 30, TGLD: 40 }, '5000000.00'],
];
for (const [multiplier, wallet, cash] of cases)
  test(`${multiplier} times ${cash} RUB in ${Object.keys(wallet).join(', ')}`, async () => {
    const policy = { margin: marginOf({ multiplier, strategy: 'keep' }) };
    const world = await openWorld({ accounts: [{ wallet, cash, margin: { enabled: true }, policy }] });
    const { record } = await world.cycle();
    expect(record.orders.length).toBeGreaterThan(0);
    const total = record.positions.reduce((sum, row) => sum + Number(row.value_after_rub), 0);
    const debt = -Number(world.cash()) / 1e9;
    expect(debt).toBeLessThanOrEqual((multiplier - 1) * total);
    // Nor much below it.
    expect(debt).toBeGreaterThan((multiplier - 1) * total * 0.997);
    const next = await world.cycle();
    expect(next.record.status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });
