// Money that is always a little too little: the bot learns to reckon with more, and forgets it once a purchase goes through.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { NO_RULES } from '../../src/core/policy.ts';
import { HOUR_MS, openWorld } from '../support/engine-world.ts';

setDefaultTimeout(240_000);

const ONE = { ...NO_RULES.limits, maxOrders: 1 };
/** Cheap pieces and a wide evening spread: a step is no reserve. */
const WIDE = {
  wallet: { TMOS: 100 },
  cash: '100000',
  settings: { intervalMs: HOUR_MS },
  policy: { limits: ONE },
};

test('an evening spread wider than the reserve is learned within a few iterations', async () => {
  const world = await openWorld({
    accounts: [WIDE],
    exchange: { offHoursSpread: 6 },
    startMs: Date.UTC(2026, 10, 18, 16, 51),
  });
  const statuses: string[] = [];
  for (let at = 0; at < 4; at += 1) {
    const { record } = await world.cycle();
    statuses.push(record.status);
    await world.clock.sleep(HOUR_MS / 2);
  }
  expect(statuses[0]).toBe('partial');
  expect(statuses).toContain('balanced');
  expect(world.context().memory.shortOfMoney).toBe(0);
  expect(world.pieces('TMOS')).toBeGreaterThan(14_900n);
  expect(world.faults()).toEqual([]);
});
