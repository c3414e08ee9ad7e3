// Money that is always a little too little: the bot learns to reckon with more, and forgets it once a purchase goes through.

import { expect, setDefaultTimeout, test } from 'bun:test';
import { rate } from '../../src/core/units.ts';
import { HOUR_MS, openWorld } from '../support/engine-world.ts';

setDefaultTimeout(240_000);

test('a fee far above the configured one is learned within a few iterations', async () => {
  const world = await openWorld({
    accounts: [{ wallet: { TMOS: 100 }, cash: '90000', settings: { intervalMs: HOUR_MS } }],
    exchange: { commission: rate(10_000_000n) },
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
  expect(world.pieces('TMOS')).toBeGreaterThan(13_000n);
  expect(world.faults()).toEqual([]);
});
