// How old an order of unknown fate is: by what has passed, whatever the clock says, also for a later program.

import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { JOURNAL_FILE } from '../../src/journal/database.ts';
import { byClock, openHeld } from '../support/clock-that-is-set.ts';
import { HOUR_MS, MINUTE_MS, type World } from '../support/engine-world.ts';

const posts = (world: World) => world.calls('PostOrder').length;
const states = (world: World) => world.journal.openOrders('a').map(({ state }) => state);

/** Nobody knows what became of its orders, which never arrived, and they are too old to be sent again. */
async function openUnknown() {
  const world = await openHeld();
  const by = byClock(world);
  world.exchange.faults.lose('PostOrder', 'before', 'unavailable', 1_000);
  expect((await by.cycle()).status).toBe('unknown_outcome');
  world.exchange.faults.clear();
  await world.clock.sleep(5 * MINUTE_MS);
  return { world, by, sent: posts(world) };
}

test('no absence is believed by minutes that were set, not lived through', async () => {
  const world = await openHeld();
  const by = byClock(world);
  world.exchange.faults.lose('PostOrder', 'before', 'unavailable', 1_000);
  expect((await by.cycle()).status).toBe('unknown_outcome');
  const sent = posts(world);
  world.exchange.faults.clear();
  by.setForward(20 * MINUTE_MS);
  expect((await by.cycle()).status).toBe('unknown_outcome');
  expect(posts(world)).toBe(sent);
  await world.clock.sleep(16 * MINUTE_MS);
  expect((await by.cycle()).status).toBe('balanced');
  expect(world.faults()).toEqual([]);
});

test('an order that is shown late is not proved absent by a clock set forward in its first iteration', async () => {
  const world = await openHeld();
  const by = byClock(world);
  Object.assign(world.exchange.faults.conditions, {
    ordersVisibleAfterMs: 10 * MINUTE_MS,
    positionsLagMs: 10 * MINUTE_MS,
  });
  world.onCall = (call, phase) => {
    if (call.method === 'PostOrder' && phase === 'applied') world.process.kill();
  };
  await expect(by.cycle()).rejects.toThrow();
  world.restart();
  let isSet = false;
  world.onCall = ({ method }) => {
    if (method === 'GetOrderState' && !isSet) by.setForward(20 * MINUTE_MS);
    isSet ||= method === 'GetOrderState';
  };
  await by.cycle();
  expect(isSet).toBe(true);
  const states = world.exchange.desk.orders.map(({ key }) => world.journal.order(key)?.state);
  expect(states).not.toEqual([]);
  expect(states).not.toContain('absent');
  world.onCall = null;
  world.exchange.faults.clear();
  expect((await by.cycle()).status).toMatch(/^(balanced|nothing_to_do)$/);
  expect(world.faults()).toEqual([]);
});

test('an order sent by a clock that was set back in its iteration is not proved absent once the clock is set right', async () => {
  const world = await openHeld();
  const by = byClock(world);
  world.exchange.faults.lose('PostOrder', 'before', 'unavailable', 1_000);
  let isBack = false;
  world.onCall = ({ method }, phase) => {
    if (phase !== 'replied') return;
    if (method === 'GetOperationsByCursor') {
      by.setForward(-HOUR_MS);
      isBack = true;
    } else if (method === 'GetOrderState' && isBack) {
      by.setForward(HOUR_MS);
      world.onCall = null;
    }
  };
  const record = await by.cycle();
  expect(world.onCall).toBeNull();
  expect(record.status).toBe('unknown_outcome');
  const states = world.journal.ordersOf(record.iteration).map(({ state }) => state);
  expect(states).toEqual(['unknown', 'unknown']);
  expect(world.journal.halt('a')).toBeNull();
});

test('a clock that is set forward makes it no older for a later program', async () => {
  const { world, by, sent } = await openUnknown();
  by.setForward(20 * MINUTE_MS);
  world.restart();
  expect((await by.cycle()).status).toBe('unknown_outcome');
  expect(states(world)).toEqual(['unknown', 'unknown']);
  expect(posts(world)).toBe(sent);
  await world.clock.sleep(11 * MINUTE_MS);
  world.restart();
  expect((await by.cycle()).status).toBe('balanced');
  expect(world.faults()).toEqual([]);
});

test('a clock that is set back makes it no younger for a later program', async () => {
  const { world, by, sent } = await openUnknown();
  by.setForward(-2 * HOUR_MS);
  world.restart();
  expect((await by.cycle()).status).toBe('unknown_outcome');
  expect(posts(world)).toBe(sent);
  await world.clock.sleep(11 * MINUTE_MS);
  world.restart();
  expect((await by.cycle()).status).toBe('balanced');
  expect(world.faults()).toEqual([]);
});

test('after a restart of the machine it is as old as the machine has been running', async () => {
  const { world, by } = await openUnknown();
  await by.restartMachine(20 * MINUTE_MS);
  await world.clock.sleep(MINUTE_MS);
  expect((await by.cycle()).status).toBe('unknown_outcome');
  await world.clock.sleep(14 * MINUTE_MS);
  world.restart();
  expect((await by.cycle()).status).toBe('balanced');
  expect(world.faults()).toEqual([]);
});

test('where the machine was off for more than a day the hour of the clock is believed', async () => {
  const { world, by } = await openUnknown();
  await by.restartMachine(25 * HOUR_MS);
  await by.cycle();
  expect(states(world)).toEqual([]);
});

test.each([
  // An iteration asks for a minute.
  [13, 2],
  [15, 0],
])(
  'what an older version sent, asked about %p minutes after this one began: %p stay unknown',
  async (minutes, left) => {
    const { world, by, sent } = await openUnknown();
    world.restart(() => {
      const db = new Database(join(world.stateDir, JOURNAL_FILE), { strict: true });
      db.exec('UPDATE attempts SET steady = NULL');
      db.close();
    });
    // The program runs, and the venue cannot be asked yet.
    world.context();
    await world.clock.sleep(minutes * MINUTE_MS);
    await by.cycle();
    expect(states(world)).toHaveLength(left);
    if (left > 0) expect(posts(world)).toBe(sent);
  },
);
