// An account that is suddenly empty is more often a bad answer than a sale: it is read again before anything is traded.

import { expect, test } from 'bun:test';
import type { PositionsResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import { HOUR_MS, MINUTE_MS, openWorld } from '../support/engine-world.ts';

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

for (const times of [1, 1_000])
  test(`no securities at the very first look, ${times === 1 ? 'once' : 'again and again'}, where the portfolio has some`, async () => {
    const world = await openWorld();
    world.exchange.faults.rewrite<PositionsResponse>('GetPositions', without('securities'), times);
    const { record } = await world.cycle();
    expect(record.status).toBe(times === 1 ? 'balanced' : 'skipped');
    if (times === 1) return;
    expect(record.reason).toContain('the portfolio has securities, the positions have none');
    expect(world.calls('PostOrder')).toEqual([]);
    world.exchange.faults.clear();
    await world.clock.sleep(MINUTE_MS);
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

test('an account of nothing but RUB is believed at its very first look', async () => {
  const world = await openWorld({ accounts: [{ wallet: { TMOS: 50, RUB: 50 }, cash: '100000.00' }] });
  expect((await world.cycle()).record.status).toBe('balanced');
});

test('RUB that our own sells did not show yet say nothing about the securities', async () => {
  const world = await openWorld({
    accounts: [{ wallet: { TMOS: 50, RUB: 50 }, cash: '0.00', pieces: { TMOS: 10_000 } }],
  });
  world.exchange.faults.conditions.positionsLagMs = HOUR_MS;
  expect((await world.cycle()).record.reason).toContain('no RUB where there was some');
  const sent = world.calls('PostOrder').length;
  expect(sent).toBe(1);
  world.exchange.faults.clear();
  await world.clock.sleep(5 * MINUTE_MS);
  world.exchange.faults.rewrite<PositionsResponse>('GetPositions', without('securities'), 1_000);
  const { record } = await world.cycle();
  expect([record.status, record.orders]).toEqual(['skipped', []]);
  expect(record.reason).toContain('no securities where there were some');
  world.exchange.faults.clear();
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

test('an account that was never seen is asked twice before it counts as empty', async () => {
  const world = await openWorld();
  const { TMOS, TBRU } = { TMOS: world.pieces('TMOS'), TBRU: world.pieces('TBRU') };
  world.exchange.faults.rewrite<PositionsResponse>(
    'GetPositions',
    (reply) => ({ ...reply, money: [], securities: [] }),
    1,
  );
  const { record } = await world.cycle();
  expect(record.status).toBe('balanced');
  expect(record.positions.find(({ ticker }) => ticker === 'TMOS')?.lots_before).toBe(Number(TMOS));
  expect(record.positions.find(({ ticker }) => ticker === 'TBRU')?.lots_before).toBe(Number(TBRU));
  expect(world.faults()).toEqual([]);
});

test('a new account with nothing but RUB costs one call more, no wait', async () => {
  const world = await openWorld({ accounts: [{ wallet: { TMOS: 50, RUB: 50 }, cash: '100000.00' }] });
  const beganMs = world.clock.now();
  await world.cycle();
  const [first, second] = world.calls('GetPositions').map(({ atMs }) => atMs);
  expect([first, second]).toEqual([beganMs, beganMs]);
});
