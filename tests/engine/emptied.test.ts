// An account that is suddenly empty is more often a bad answer than a sale: it is read again before anything is traded.

import { expect, test } from 'bun:test';
import type { PositionsResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import { HOUR_MS, openWorld } from '../support/engine-world.ts';

const without = (part: 'securities' | 'money') => (reply: PositionsResponse) => ({ ...reply, [part]: [] });

for (const part of ['securities', 'money'] as const)
  test(`no ${part} where there were some are not traded on`, async () => {
    const world = await openWorld();
    await world.cycle();
    await world.clock.sleep(HOUR_MS);
    const sent = world.calls('PostOrder').length;
    world.exchange.faults.rewrite<PositionsResponse>('GetPositions', without(part), 1_000);
    const { record } = await world.cycle();
    expect(record.status).toBe('skipped');
    expect(record.reason).toContain('where there w');
    expect(world.calls('PostOrder')).toHaveLength(sent);
    world.exchange.faults.clear();
    await world.clock.sleep(HOUR_MS);
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });

test('one bad answer costs a second look, not the iteration', async () => {
  const world = await openWorld();
  await world.cycle();
  await world.clock.sleep(HOUR_MS);
  world.exchange.faults.rewrite<PositionsResponse>('GetPositions', without('securities'), 1);
  expect((await world.cycle()).record.status).toBe('nothing_to_do');
});

test('an owner who really sold everything is believed at the second iteration', async () => {
  const world = await openWorld({ accounts: [{ wallet: { TMOS: 50, RUB: 50 }, cash: '100000.00' }] });
  await world.cycle();
  await world.clock.sleep(HOUR_MS);
  world.exchange.giveSecurities(world.accountId(), 'TMOS', -Number(world.pieces('TMOS')));
  expect((await world.cycle()).record.status).toBe('skipped');
  await world.clock.sleep(HOUR_MS);
  const { record } = await world.cycle();
  expect(record.status).toBe('balanced');
  expect(record.warnings.join()).toContain('not by this bot');
});
