// A schedule that makes no sense is no day off: it is said, told at the second look, and read again soon.

import { expect, test } from 'bun:test';
import { HOUR_MS, MINUTE_MS, openWorld, SEED_ACCOUNT } from '../support/engine-world.ts';

test('a backward schedule counts as closed, is told at the second look and read again within minutes', async () => {
  const world = await openWorld();
  world.exchange.faults.corrupt('backward_schedules', 2);
  await world.daemon({ forMs: 11 * MINUTE_MS });
  expect(world.records.map(({ status }) => status)).toEqual(['skipped', 'skipped', 'balanced']);
  expect(world.records[0]?.reason).toContain('makes no sense');
  expect(world.records[0]?.reason).toContain('ends before it begins');
  expect(world.records[0]?.exchange_open).toBe(false);
  expect(world.alerts.map(({ event }) => event)).toEqual(['paused']);
  expect(world.records[1]?.warnings.join()).toContain('iterations come to nothing');
  expect(world.faults()).toEqual([]);
});

test('under auto it is no quiet night either where no other exchange is open', async () => {
  const world = await openWorld({
    // Friday 08:00: the funds open at 10:00, the shares trade already.
    startMs: Date.UTC(2026, 10, 20, 5),
    accounts: [{ ...SEED_ACCOUNT, wallet: { TMOS: 50, SBER: 50 }, settings: { exchange: 'auto' } }],
  });
  world.exchange.faults.add({
    method: 'TradingSchedules',
    fault: { kind: 'error', code: '50001' },
    when: ({ request }) => Reflect.get(Object(request), 'exchange') === 'MOEX_PLUS',
  });
  await world.daemon({ forMs: 6 * MINUTE_MS });
  expect(world.records[0]?.status).toBe('skipped');
  expect(world.records[0]?.reason).toContain('a schedule could not be read');
  expect(world.records[1]?.exchange_open).toBe(true);
});

test('a sound schedule of a closed exchange is slept through', async () => {
  const world = await openWorld({ startMs: Date.UTC(2026, 10, 20, 2) });
  await world.daemon({ forMs: HOUR_MS });
  expect(world.records).toHaveLength(1);
  expect(world.alerts).toEqual([]);
});
