// A clock that is set forward makes our own fills seem long ago: they are still waited for.

import { describe, expect, test } from 'bun:test';
import { byClock, openHeld } from '../support/clock-that-is-set.ts';
import { HOUR_MS, MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';

const posts = (world: World) => world.calls('PostOrder').length;

/** Never trades; a fall of two percent halts it. */
async function openWatched(): Promise<World> {
  const world = await openWorld({
    accounts: [
      {
        wallet: { TMOS: 50, RUB: 50 },
        cash: '50000.00',
        pieces: { TMOS: 7_692 },
        settings: { maxDrawdownPercent: 2, intervalMs: HOUR_MS },
        policy: { minImprovementPp: 90 },
      },
    ],
  });
  world.exchange.faults.delay('*', 20);
  return world;
}

/** Dies after its orders are filled, before it has looked at what they did. */
async function dieAfterFills(world: World, cycle: () => Promise<unknown>): Promise<void> {
  const before = posts(world);
  world.onCall = (call, phase) => {
    if (call.method === 'GetPositions' && phase === 'received' && posts(world) > before) world.process.kill();
  };
  await expect(cycle()).rejects.toThrow();
  world.onCall = null;
}

test('a clock that is set while the account is looked at makes no deposit of before a fall', async () => {
  const world = await openWatched();
  const by = byClock(world);
  world.exchange.deposit(world.accountId(), '20000');
  await world.clock.sleep(MINUTE_MS / 60);
  // Four seconds back while the positions are on their way, and right again before anything is made of them.
  world.onCall = ({ method }, phase) => {
    if (method === 'GetPositions' && phase === 'received') {
      by.setForward(-4_000);
      void world.clock.sleep(25).then(() => by.setForward(4_000));
    }
  };
  world.exchange.faults.delay('GetLastPrices', 200);
  expect((await by.cycle()).status).toBe('nothing_to_do');
  world.onCall = null;
  for (let turn = 0; turn < 3; turn += 1) {
    await world.clock.sleep(HOUR_MS + MINUTE_MS);
    expect((await by.cycle()).status).toBe('nothing_to_do');
  }
  expect(world.journal.halt('a')).toBeNull();
  world.exchange.gapPrice('TMOS', '0.8');
  await by.cycle();
  expect(world.journal.halt('a')?.cause).toBe('drawdown');
});

test.each([
  ['what left before the clock was set back, after a restart', true],
  ['what left after the clock was set back', false],
])('%s is no fall', async (_, isBefore) => {
  const world = await openWatched();
  const by = byClock(world);
  const withdraw = async () => {
    world.exchange.withdraw(world.accountId(), '20000');
    await world.clock.sleep(MINUTE_MS);
  };
  await by.cycle();
  await world.clock.sleep(MINUTE_MS);
  if (isBefore) {
    await withdraw();
    await by.cycle();
    world.restart();
  }
  by.setForward(-2 * HOUR_MS);
  if (!isBefore) await withdraw();
  for (let turn = 0; turn < 3; turn += 1) {
    expect((await by.cycle()).status).toBe('nothing_to_do');
    await world.clock.sleep(MINUTE_MS);
  }
  expect(world.journal.halt('a')).toBeNull();
  world.exchange.gapPrice('TMOS', '0.9');
  await by.cycle();
  expect(world.journal.halt('a')?.cause).toBe('drawdown');
});

test('what came before an account began by a clock that was behind is no money of afterwards', async () => {
  const world = await openWatched();
  const by = byClock(world);
  world.exchange.deposit(world.accountId(), '20000');
  await world.clock.sleep(MINUTE_MS);
  by.setForward(-3 * MINUTE_MS);
  await by.cycle();
  by.setForward(3 * MINUTE_MS);
  world.restart();
  for (const rub of ['10000', '5000']) {
    await world.clock.sleep(MINUTE_MS);
    expect((await by.cycle()).status).toBe('nothing_to_do');
    world.exchange.withdraw(world.accountId(), rub);
  }
  await by.cycle();
  expect(world.journal.halt('a')).toBeNull();
  world.exchange.gapPrice('TMOS', '0.9');
  await by.cycle();
  expect(world.journal.halt('a')?.cause).toBe('drawdown');
});

describe('a look that begins the account by a clock that was set back a moment before', () => {
  /** Begins after a deposit that by its clock comes a second after the positions, which have it. */
  async function begun(meanwhile: (world: World) => void): Promise<{ world: World; cycle(): Promise<void> }> {
    const world = await openWatched();
    const by = byClock(world);
    world.exchange.deposit(world.accountId(), '20000');
    await world.clock.sleep(1_000);
    by.setForward(-2_000);
    const cycle = async () => {
      await by.cycle();
      await world.clock.sleep(HOUR_MS);
    };
    // By that clock the deposit is over when the operations are read.
    world.exchange.faults.delay('GetOperationsByCursor', 3_000, 'before', 1);
    world.exchange.faults.rewrite(
      'GetOperationsByCursor',
      (reply) => {
        meanwhile(world);
        return reply;
      },
      1,
    );
    await cycle();
    by.setForward(2_000);
    world.restart();
    return { world, cycle };
  }

  test.each([
    ['nothing else', () => {}],
    ['a withdrawal while it goes on', (world: World) => world.exchange.withdraw(world.accountId(), '15000')],
    ['a deposit while it goes on', (world: World) => world.exchange.deposit(world.accountId(), '15000')],
  ])('takes nothing that its positions have for money of afterwards: %s', async (_, meanwhile) => {
    const { world, cycle } = await begun(meanwhile);
    for (let turn = 0; turn < 3; turn += 1) await cycle();
    expect(world.journal.halt('a')).toBeNull();
    world.exchange.gapPrice('TMOS', '0.93');
    await cycle();
    expect(world.journal.halt('a')?.detail).toMatch(/equity has fallen .* from where it began/);
  });
});

test('fills of minutes ago have to show after the clock was set an hour forward', async () => {
  const world = await openHeld();
  const by = byClock(world);
  expect((await by.cycle()).status).toBe('balanced');
  const sent = posts(world);
  await world.clock.sleep(2 * MINUTE_MS);
  by.setForward(HOUR_MS);
  world.exchange.faults.conditions.positionsLagMs = 10 * MINUTE_MS;
  const behind = await by.cycle();
  expect(behind.status).toBe('skipped');
  expect(behind.reason).toContain('does not show our own fills');
  expect(posts(world)).toBe(sent);
  world.exchange.faults.clear();
  expect((await by.cycle()).status).toBe('nothing_to_do');
  expect(world.faults()).toEqual([]);
});

test('fills that no look has shown have to show, also after a restart by another clock', async () => {
  const world = await openHeld();
  const by = byClock(world);
  expect((await by.cycle()).status).toBe('balanced');
  await world.clock.sleep(HOUR_MS);
  world.exchange.deposit(world.accountId(), '60000');
  await dieAfterFills(world, by.cycle);
  world.restart();
  const sent = posts(world);
  by.setForward(HOUR_MS);
  await world.clock.sleep(MINUTE_MS);
  world.exchange.faults.conditions.positionsLagMs = 10 * MINUTE_MS;
  expect((await by.cycle()).status).toBe('skipped');
  expect(posts(world)).toBe(sent);
  world.exchange.faults.clear();
  expect((await by.cycle()).status).toBe('nothing_to_do');
  expect(world.faults()).toEqual([]);
});

test('what was waited for before a restart is not over by a clock that was set meanwhile', async () => {
  const world = await openHeld();
  const by = byClock(world);
  expect((await by.cycle()).status).toBe('balanced');
  await world.clock.sleep(HOUR_MS);
  world.exchange.deposit(world.accountId(), '60000');
  await dieAfterFills(world, by.cycle);
  world.restart();
  const sent = posts(world);
  world.exchange.faults.conditions.positionsLagMs = 20 * MINUTE_MS;
  expect((await by.cycle()).status).toBe('skipped');
  by.setForward(HOUR_MS);
  world.restart();
  expect((await by.cycle()).status).toBe('skipped');
  expect(posts(world)).toBe(sent);
  world.exchange.faults.clear();
  expect((await by.cycle()).status).toBe('nothing_to_do');
  expect(world.faults()).toEqual([]);
});

test('a program that only ever looks once an hour waits for them until the next hour', async () => {
  const world = await openHeld();
  const by = byClock(world);
  expect((await by.cycle()).status).toBe('balanced');
  await world.clock.sleep(HOUR_MS);
  world.exchange.deposit(world.accountId(), '60000');
  const held = world.pieces('TMOS');
  await dieAfterFills(world, by.cycle);
  world.exchange.giveSecurities(world.accountId(), 'TMOS', Number(held - world.pieces('TMOS')));
  for (const status of ['skipped', 'balanced', 'nothing_to_do'] as const) {
    world.restart();
    expect((await by.cycle()).status).toBe(status);
    await world.clock.sleep(HOUR_MS);
  }
  expect(world.faults()).toEqual([]);
});

test('they are waited for a while only: then somebody has traded them away', async () => {
  const world = await openHeld();
  const by = byClock(world);
  expect((await by.cycle()).status).toBe('balanced');
  await world.clock.sleep(HOUR_MS);
  world.exchange.deposit(world.accountId(), '60000');
  const held = world.pieces('TMOS');
  await dieAfterFills(world, by.cycle);
  await world.clock.sleep(HOUR_MS);
  world.exchange.giveSecurities(world.accountId(), 'TMOS', Number(held - world.pieces('TMOS')));
  world.restart();
  expect((await by.cycle()).status).toBe('skipped');
  await world.clock.sleep(10 * MINUTE_MS);
  expect((await by.cycle()).status).toBe('skipped');
  await world.clock.sleep(5 * MINUTE_MS);
  expect((await by.cycle()).status).toBe('balanced');
  expect(world.faults()).toEqual([]);
});

test('fills of a clock that was ahead are waited for no longer than others', async () => {
  const world = await openHeld();
  const by = byClock(world);
  by.setForward(50 * MINUTE_MS);
  const held = world.pieces('TMOS');
  expect((await by.cycle()).status).toBe('balanced');
  by.setForward(-50 * MINUTE_MS);
  await world.clock.sleep(10 * MINUTE_MS);
  world.exchange.giveSecurities(world.accountId(), 'TMOS', Number(held - world.pieces('TMOS')));
  expect((await by.cycle()).status).toBe('skipped');
  await world.clock.sleep(6 * MINUTE_MS);
  expect((await by.cycle()).status).toBe('balanced');
  expect(world.faults()).toEqual([]);
});

test('fills of before the clock was set forward are expected by the next program, though they were seen once', async () => {
  const world = await openHeld();
  const by = byClock(world);
  expect((await by.cycle()).status).toBe('balanced');
  by.setForward(30 * MINUTE_MS);
  await world.clock.sleep(1_000);
  expect((await by.cycle()).status).toBe('nothing_to_do');
  const posts = world.calls('PostOrder').length;
  world.restart();
  world.exchange.faults.conditions.positionsLagMs = MINUTE_MS;
  expect((await by.cycle()).status).toBe('skipped');
  expect(world.calls('PostOrder')).toHaveLength(posts);
  expect(world.faults()).toEqual([]);
});

test('fills of a clock that was ahead are not the last ones, whatever was filled after it was set back', async () => {
  const wallet = { TMOS: 40, TBRU: 30, RUB: 30 };
  const world = await openWorld({ accounts: [{ wallet, cash: '0.00', pieces: { TMOS: 15_000 } }] });
  const by = byClock(world);
  by.setForward(HOUR_MS);
  expect((await by.cycle()).status).toBe('balanced');
  by.setForward(-HOUR_MS);
  world.exchange.deposit(world.accountId(), '20000');
  const [sold] = world.records.at(-1)!.orders;
  expect(sold).toMatchObject({ ticker: 'TMOS', direction: 'sell' });
  expect((await by.cycle()).orders.map(({ ticker }) => ticker)).toContain('TMOS');
  await world.clock.sleep(20 * MINUTE_MS);
  expect((await by.cycle()).status).toBe('nothing_to_do');
  expect(world.faults()).toEqual([]);
});

test('fills of a clock that was ahead are not expected again by looks that come after it was set back', async () => {
  const world = await openHeld();
  const by = byClock(world);
  by.setForward(HOUR_MS);
  expect((await by.cycle()).status).toBe('balanced');
  by.setForward(-HOUR_MS);
  for (const _ of [1, 2, 3, 4]) {
    await world.clock.sleep(12 * MINUTE_MS);
    expect(await by.cycle()).toMatchObject({ status: 'nothing_to_do', warnings: [] });
  }
  world.exchange.ownerOrder(world.accountId(), { uid: world.uid('TMOS'), side: 'sell', lots: 1 });
  await world.clock.sleep(30 * MINUTE_MS);
  const { warnings } = await by.cycle();
  expect(warnings).toContain('TMOS: -1 pieces since the last iteration, not by this bot');
  expect(world.journal.halt('a')).toBeNull();
  expect(world.faults()).toEqual([]);
});

test('a clock that is set back leaves no order resting for longer than it may', async () => {
  const world = await openHeld();
  const by = byClock(world);
  world.exchange.faults.execute({ kind: 'rest' }, 10);
  const beganMs = world.clock.now();
  world.onCall = ({ method }, phase) => {
    if (method !== 'GetOrderState' || phase !== 'replied') return;
    by.setForward(-2 * HOUR_MS);
    world.onCall = null;
  };
  expect((await by.cycle()).status).toBe('partial');
  expect(world.calls('CancelOrder').length).toBeGreaterThan(0);
  expect(world.clock.now() - beganMs).toBeLessThan(10 * MINUTE_MS);
  expect(world.faults()).toEqual([]);
});
