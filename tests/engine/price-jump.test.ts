// A price that leaps holds its instrument, and nothing else, until it is explained.

import { describe, expect, test } from 'bun:test';
import { HOUR_MS, MINUTE_MS, openWorld, type World, type WorldAccount } from '../support/engine-world.ts';

/** TMOS at its target, TBRU wanted and not held yet. */
const HOLDS: WorldAccount = {
  wallet: { TMOS: 40, TBRU: 20, RUB: 40 },
  cash: '60000.00',
  pieces: { TMOS: 6_154 },
};

const jumps = (world: World) => world.alerts.filter((alert) => alert.event === 'price_jump');
const held = (world: World, ticker: string) =>
  world.records.at(-1)?.held_back.find((one) => one.ticker === ticker);
const ordered = (world: World) => world.records.at(-1)!.orders.map((order) => order.ticker);

async function balanced(account: WorldAccount = HOLDS): Promise<World> {
  const world = await openWorld({ accounts: [account] });
  await world.cycle();
  await world.clock.sleep(HOUR_MS);
  return world;
}

describe('a price that jumps', () => {
  for (const factor of ['1.4', '0.6'])
    test(`by the factor ${factor}: held at the last accepted price, with the way out, told once`, async () => {
      const world = await balanced();
      world.exchange.gapPrice('TMOS', factor);
      for (let turn = 0; turn < 3; turn += 1) {
        await world.cycle();
        expect(held(world, 'TMOS')).toMatchObject({ rule: 'max_price_jump_percent' });
        expect(held(world, 'TMOS')?.detail).toContain('if it is right: tiebb accept TMOS');
        expect(ordered(world)).toEqual([]);
        expect(world.records.at(-1)?.positions.find((row) => row.ticker === 'TMOS')?.price_rub).toBe('6.50');
        await world.clock.sleep(HOUR_MS);
        if (turn === 1) world.restart();
      }
      expect(jumps(world)).toHaveLength(1);
      expect(world.journal.halt('a')).toBeNull();
    });

  test('is told, and waits for a person, also where somebody else has an order in it', async () => {
    const world = await balanced();
    const order = { uid: world.uid('TMOS'), side: 'sell', lots: 1, limit: '6.70' } as const;
    world.exchange.ownerOrder(world.accountId(), order);
    await world.cycle();
    expect(held(world, 'TMOS')?.rule ?? 'foreign_order').toBe('foreign_order');
    expect(jumps(world)).toEqual([]);
    world.exchange.gapPrice('TMOS', '0.6');
    await world.cycle();
    expect(jumps(world)).toHaveLength(1);
    expect(held(world, 'TMOS')).toMatchObject({ rule: 'max_price_jump_percent' });
    expect(world.records.at(-1)?.positions.find((row) => row.ticker === 'TMOS')?.price_rub).toBe('6.50');
  });

  test('in a look that lags behind our own fills is no split, although the worth is the same', async () => {
    const account = { ...HOLDS, pieces: { TMOS: 10_000 }, cash: '35000.00', wallet: { TMOS: 40, RUB: 60 } };
    const world = await openWorld({ accounts: [account] });
    expect((await world.cycle()).record.status).toBe('balanced');
    await world.clock.sleep(2 * MINUTE_MS);
    world.exchange.faults.conditions.positionsLagMs = 10 * MINUTE_MS;
    world.exchange.gapPrice('TMOS', '0.6');
    expect((await world.cycle()).record.reason).toContain('does not show our own fills');
    world.exchange.faults.clear();
    await world.cycle();
    expect(held(world, 'TMOS')).toMatchObject({ rule: 'max_price_jump_percent' });
    expect(ordered(world)).toEqual([]);
  });

  test('is measured from the price that was traded on last, also where the one before bears the same time', async () => {
    const world = await openWorld({ accounts: [HOLDS] });
    await world.cycle();
    world.exchange.gapPrice('TMOS', '0.8');
    // Of the same tick of the venue.
    await world.cycle();
    await world.clock.sleep(MINUTE_MS);
    world.exchange.gapPrice('TMOS', '1.5');
    await world.cycle();
    expect(held(world, 'TMOS')).toMatchObject({ rule: 'max_price_jump_percent' });
    expect(held(world, 'TMOS')?.detail).toContain('+50.0 %');
  });

  for (const factor of ['1.3', '0.7'])
    test(`by the factor ${factor}, exactly the limit, is traded on`, async () => {
      const world = await balanced();
      world.exchange.gapPrice('TMOS', factor);
      expect((await world.cycle()).record.status).toBe('balanced');
      expect(jumps(world)).toEqual([]);
      expect(world.faults()).toEqual([]);
    });

  for (const dryRun of [false, true])
    test(`is named by every iteration that has no plan to name it with (dry run: ${dryRun})`, async () => {
      const world = await balanced({ ...HOLDS, policy: { mode: 'aum' }, settings: { dryRun } });
      world.exchange.gapPrice('TMOS', '1.5');
      for (let turn = 0; turn < 2; turn += 1) {
        const { record } = await world.cycle();
        expect(record.status).toBe('skipped');
        expect(record.warnings.join()).toContain('if it is right: tiebb accept TMOS');
        await world.clock.sleep(HOUR_MS);
      }
      expect(jumps(world)).toHaveLength(dryRun ? 0 : 1);
    });

  test('holds no other instrument', async () => {
    const world = await balanced();
    world.exchange.gapPrice('TMOS', '1.5');
    world.exchange.gapPrice('TBRU', '1.2');
    await world.cycle();
    expect(ordered(world)).toEqual(['TBRU']);
    expect(world.faults()).toEqual([]);
  });

  test('and comes back was a mistake: nothing was done, and the next jump is told again', async () => {
    const world = await balanced();
    world.exchange.gapPrice('TMOS', '2');
    await world.cycle();
    world.exchange.gapPrice('TMOS', '0.5');
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    expect(held(world, 'TMOS')?.rule).not.toBe('max_price_jump_percent');
    world.exchange.gapPrice('TMOS', '2');
    await world.cycle();
    expect(jumps(world)).toHaveLength(2);
  });

  test('in an instrument that is not held yet is held too, and not bought', async () => {
    const world = await openWorld({
      accounts: [{ wallet: { TMOS: 50, RUB: 50 }, cash: '100000.00', policy: { minOneLot: true } }],
    });
    world.exchange.setStatus('TMOS', 4);
    await world.cycle();
    world.exchange.setStatus('TMOS', null);
    world.exchange.gapPrice('TMOS', '0.1');
    await world.cycle();
    expect(held(world, 'TMOS')?.rule).toBe('max_price_jump_percent');
    expect(ordered(world)).toEqual([]);
    expect(jumps(world)).toHaveLength(1);
    world.journal.allowJump('a', 'TMOS', world.clock.now());
    expect((await world.cycle()).record.status).toBe('balanced');
  });

  test('between the sells and the buys of one iteration is held, though our own sells changed the pieces', async () => {
    const world = await openWorld({
      accounts: [{ wallet: { TMOS: 20, TBRU: 60, RUB: 20 }, cash: '1000.00', pieces: { TMOS: 10_000 } }],
    });
    await world.clock.sleep(MINUTE_MS);
    world.exchange.faults.delay('*', 40);
    world.onCall = (call, phase) => {
      if (call.method !== 'PostOrder' || phase !== 'replied') return;
      world.onCall = null;
      // 80 % of the pieces were sold; at five times the price the holding is worth what it was.
      world.exchange.gapPrice('TMOS', '5');
    };
    await world.cycle();
    expect(held(world, 'TMOS')?.rule).toBe('max_price_jump_percent');
  });

  test('while the exchange is closed is held at its opening', async () => {
    const world = await balanced();
    await world.clock.sleep(12 * HOUR_MS);
    expect((await world.cycle()).record.exchange_open).toBe(false);
    world.exchange.gapPrice('TMOS', '0.5');
    await world.cycle();
    expect(jumps(world)).toEqual([]);
    await world.clock.sleep(57 * HOUR_MS);
    const { record } = await world.cycle();
    expect(record.exchange_open).toBe(true);
    expect(held(world, 'TMOS')?.rule).toBe('max_price_jump_percent');
  });

  test('in a dry run is held and told to nobody', async () => {
    const world = await openWorld({ accounts: [{ ...HOLDS, settings: { dryRun: true } }] });
    await world.cycle();
    world.exchange.gapPrice('TMOS', '2');
    await world.cycle();
    expect(held(world, 'TMOS')?.rule).toBe('max_price_jump_percent');
    expect(world.alerts).toEqual([]);
    expect(world.journal.lastAlert('a', 'price_jump:TMOS')).toBeNull();
  });
});

describe('a jump that a person accepts', () => {
  test('is traded on once: the one after it is held again', async () => {
    const world = await balanced();
    world.exchange.gapPrice('TMOS', '2');
    await world.cycle();
    world.journal.allowJump('a', 'TMOS', world.clock.now());
    world.restart();
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.journal.allowedJumps('a')).toEqual([]);
    world.exchange.gapPrice('TMOS', '2');
    await world.cycle();
    expect(held(world, 'TMOS')?.rule).toBe('max_price_jump_percent');
    expect(world.faults()).toEqual([]);
  });

  test('is kept while there is no price to take', async () => {
    const world = await balanced();
    world.exchange.gapPrice('TMOS', '2');
    world.journal.allowJump('a', 'TMOS', world.clock.now());
    const missing = world.exchange.faults.corrupt('zero_prices');
    await world.cycle();
    expect(world.journal.allowedJumps('a')).toEqual(['TMOS']);
    missing();
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.journal.allowedJumps('a')).toEqual([]);
  });
});

describe('a split', () => {
  for (const [name, ratio] of [
    ['1:10', { into: 10 }],
    ['10:1', { from: 10 }],
  ] as const)
    test(`${name} of what is held explains its price: no hold, no halt, no trade, and it is told`, async () => {
      const world = await balanced({ ...HOLDS, pieces: { TMOS: 6_150 } });
      world.exchange.split('TMOS', ratio);
      const { record } = await world.cycle();
      expect(record.status).toBe('nothing_to_do');
      expect(record.warnings.join()).toMatch(
        /TMOS: [+-]\d+ pieces since the last iteration, not by this bot/,
      );
      expect(world.alerts).toEqual([]);
      await world.clock.sleep(HOUR_MS);
      expect((await world.cycle()).record).toMatchObject({ status: 'nothing_to_do', warnings: [] });
      expect(world.journal.halt('a')).toBeNull();
    });

  test("is no owner's purchase of as many again while the price has halved", async () => {
    const world = await balanced();
    world.exchange.gapPrice('TMOS', '0.5');
    world.exchange.giveSecurities(world.accountId(), 'TMOS', Number(world.pieces('TMOS')), '3.25');
    world.exchange.withdraw(world.accountId(), '19990.00');
    const { record } = await world.cycle();
    expect(held(world, 'TMOS')?.rule).toBe('max_price_jump_percent');
    expect(record.orders.map((order) => order.ticker)).toEqual([]);
    expect(jumps(world)).toHaveLength(1);
  });

  test('of what is not held needs a person', async () => {
    const none = await openWorld({
      accounts: [{ wallet: { TMOS: 0, TBRU: 50, RUB: 50 }, cash: '100000.00' }],
    });
    await none.cycle();
    none.exchange.split('TMOS', { into: 10 });
    await none.cycle();
    expect(jumps(none)).toHaveLength(1);
    expect(ordered(none)).toEqual([]);
  });

  test('whose pieces come later than its price holds until they are there', async () => {
    const world = await balanced();
    world.exchange.gapPrice('TMOS', '0.1');
    await world.cycle();
    expect(held(world, 'TMOS')?.rule).toBe('max_price_jump_percent');
    const pieces = Number(world.pieces('TMOS'));
    world.exchange.giveSecurities(world.accountId(), 'TMOS', pieces * 9, '0.65');
    await world.clock.sleep(HOUR_MS);
    const { record } = await world.cycle();
    expect(record.status).toBe('nothing_to_do');
    expect(held(world, 'TMOS')?.rule).not.toBe('max_price_jump_percent');
    expect(world.records.at(-1)?.positions.find((row) => row.ticker === 'TMOS')?.price_rub).toBe('0.65');
  });
});
