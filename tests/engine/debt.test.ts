// A halted account with a debt: its owner is told in the last half hour of the day's trading, once, with what it costs.

import { expect, test } from 'bun:test';
import { DEFAULT_OVERNIGHT_FEES } from '../../src/config/overnight-fees.ts';
import { overnightFee } from '../../src/core/overnight-fee.ts';
import { money, NANO, raw } from '../../src/core/units.ts';
import { HOUR_MS, openWorld, SEED_ACCOUNT } from '../support/engine-world.ts';

const INDEBTED = {
  ...SEED_ACCOUNT,
  settings: { intervalMs: 5 * HOUR_MS },
  policy: { overnightFees: DEFAULT_OVERNIGHT_FEES },
};

const debtAlerts = (alerts: readonly { event: string; message: string }[]) =>
  alerts.filter((alert) => alert.event === 'debt_overnight').map((alert) => alert.message);

test('the loop wakes before the close and says what the night costs', async () => {
  // Friday 13:00 Moscow; the evening session ends at 23:50.
  const world = await openWorld({ accounts: [INDEBTED] });
  world.journal.setHalt('a', { cause: 'drawdown', detail: 'a test', atMs: world.clock.now() });
  world.exchange.withdraw(world.accountId(), '300000.00');
  const owed = -world.cash();
  expect(owed).toBeGreaterThan(0n);
  await world.daemon({ forMs: 10 * HOUR_MS + 49 * 60_000 });
  const said = debtAlerts(world.alerts);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('costs about 40.00 RUB');
  expect(world.calls('PostOrder')).toEqual([]);
});

test('without a debt, or without a halt, nothing is said', async () => {
  const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, settings: { intervalMs: 5 * HOUR_MS } }] });
  world.journal.setHalt('a', { cause: 'drawdown', detail: 'a test', atMs: world.clock.now() });
  await world.daemon({ forMs: 11 * HOUR_MS });
  expect(debtAlerts(world.alerts)).toEqual([]);
});

test('the fee is a step up to 10 million and a part above it', () => {
  const fee = (rubles: bigint) => raw(overnightFee(money(rubles * NANO), DEFAULT_OVERNIGHT_FEES, 0));
  expect(fee(5_000n)).toBe(0n);
  expect(fee(5_001n)).toBe(40n * NANO);
  expect(fee(10_000_000n)).toBe(7_350n * NANO);
  expect(fee(20_000_000n)).toBe(14_200n * NANO);
  expect(fee(40_000_000n)).toBe(27_600n * NANO);
  expect(fee(100_000_000n)).toBe(60_000n * NANO);
});
