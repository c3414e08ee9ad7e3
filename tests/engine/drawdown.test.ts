// `max_drawdown_percent`: a fall from the start or the peak halts; money that comes or goes is no gain and no loss.

import { describe, expect, test } from 'bun:test';
import type { GetOperationsByCursorResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import type { Policy } from '../../src/core/policy.ts';
import type { AccountSettings } from '../../src/engine/account-context.ts';
import { FRIDAY_NOON, HOUR_MS, MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';

/** Half of 100,000 RUB in TMOS at 6.50, which stays: nothing is worth trading. */
const account = (settings: Partial<AccountSettings> = {}, policy: Partial<Policy> = {}) => ({
  wallet: { TMOS: 50, RUB: 50 },
  cash: '50000.00',
  pieces: { TMOS: 7_692 },
  settings: { maxDrawdownPercent: 10, intervalMs: HOUR_MS, ...settings },
  policy: { minImprovementPp: 90, ...policy },
});

async function started(...args: Parameters<typeof account>): Promise<World> {
  // Friday, 11:00 Moscow: there are hours enough before the evening.
  const world = await openWorld({ startMs: FRIDAY_NOON - 2 * HOUR_MS, accounts: [account(...args)] });
  world.exchange.faults.delay('*', 20);
  await world.cycle();
  await world.clock.sleep(HOUR_MS);
  return world;
}

/** One more iteration, an hour later; the halt it made, if any. */
async function next(world: World, waitMs = HOUR_MS): Promise<string | null> {
  await world.cycle();
  await world.clock.sleep(waitMs);
  return world.journal.halt('a')?.detail ?? null;
}

const move = (world: World, rub: number): void =>
  rub > 0
    ? world.exchange.deposit(world.accountId(), String(rub))
    : world.exchange.withdraw(world.accountId(), String(-rub));

/** The list of operations shows nothing until the returned function is called. */
const hideOperations = (world: World) =>
  world.exchange.faults.rewrite<GetOperationsByCursorResponse>('GetOperationsByCursor', (reply) => ({
    ...reply,
    items: [],
  }));

describe('a drawdown', () => {
  const rows: [string, string, boolean][] = [
    // 49,998 RUB of 99,998 in TMOS.
    ['of a little less than the limit', '0.81', false],
    ['of a little more than the limit', '0.79', true],
  ];
  for (const [name, factor, halts] of rows)
    test(`${name} from the start ${halts ? 'halts' : 'does not'}`, async () => {
      const world = await started();
      world.exchange.gapPrice('TMOS', factor);
      const detail = await next(world);
      if (!halts) return expect(detail).toBeNull();
      expect(detail).toMatch(/^equity has fallen 10\.\d\d % from where it began, the limit is 10 %/);
      expect(world.journal.halt('a')?.cause).toBe('drawdown');
      expect(world.records.at(-1)).toMatchObject({ status: 'failed', orders: [] });
      expect(world.alerts.map((alert) => alert.event)).toEqual(['halted']);
    });

  test('from the peak halts where the start would not', async () => {
    const world = await started();
    world.exchange.gapPrice('TMOS', '1.25');
    expect(await next(world)).toBeNull();
    world.exchange.gapPrice('TMOS', '0.79');
    expect(await next(world)).toMatch(/from its peak/);
  });

  test('that builds up over restarts is measured from the same marks', async () => {
    const world = await started();
    for (const factor of ['0.93', '0.93', '0.93'] as const) {
      world.exchange.gapPrice('TMOS', factor);
      world.restart();
      await next(world);
    }
    expect(world.journal.halt('a')).toBeNull();
    world.exchange.gapPrice('TMOS', '0.95');
    world.restart();
    expect(await next(world)).toContain('equity has fallen');
  });

  test('is off by default, and then nothing is measured or asked', async () => {
    const world = await started({ maxDrawdownPercent: null });
    world.exchange.gapPrice('TMOS', '0.7');
    expect(await next(world)).toBeNull();
    expect(world.journal.equityMarks('a')).toBeNull();
  });

  test('in a dry run halts nothing and is not measured', async () => {
    const world = await started({ dryRun: true });
    world.exchange.gapPrice('TMOS', '0.7');
    expect(await next(world)).toBeNull();
    expect(world.journal.equityMarks('a')).toBeNull();
  });

  test('after resume is measured anew', async () => {
    const world = await started();
    world.exchange.gapPrice('TMOS', '0.75');
    expect(await next(world)).not.toBeNull();
    world.journal.clearHalt('a');
    expect(await next(world)).toBeNull();
    expect(await next(world)).toBeNull();
    world.exchange.gapPrice('TMOS', '0.75');
    expect(await next(world)).toContain('from where it began');
  });

  test('after resume within the hour does not take an old deposit for a fall', async () => {
    const world = await started({ intervalMs: 5 * MINUTE_MS });
    move(world, 40_000);
    await next(world, 5 * MINUTE_MS);
    world.exchange.gapPrice('TMOS', '0.71');
    expect(await next(world, 5 * MINUTE_MS)).toContain('equity has fallen');
    world.journal.clearHalt('a');
    for (let turn = 0; turn < 3; turn += 1) expect(await next(world, 5 * MINUTE_MS)).toBeNull();
  });
});

describe('money that comes or goes', () => {
  for (const rub of [-40_000, 40_000])
    test(`${rub} RUB alone is neither loss nor gain`, async () => {
      const world = await started();
      move(world, rub);
      for (let turn = 0; turn < 3; turn += 1) expect(await next(world)).toBeNull();
      // And what is there then is what a fall is measured of.
      world.exchange.gapPrice('TMOS', rub > 0 ? '0.71' : '0.87');
      expect(await next(world)).toMatch(/equity has fallen 1\d\.\d\d % from where it began/);
    });

  test('a deposit in the same iteration does not hide a fall', async () => {
    const world = await started();
    move(world, 20_000);
    world.exchange.gapPrice('TMOS', '0.71');
    expect(await next(world)).toContain('equity has fallen');
  });

  test('a deposit between the very first look and what follows it does not hide a fall', async () => {
    const world = await openWorld({ startMs: FRIDAY_NOON - 2 * HOUR_MS, accounts: [account()] });
    const { faults } = world.exchange;
    faults.delay('*', 20);
    faults.delay('GetOperationsByCursor', 2_000, 'before', 1);
    faults.rewrite(
      'GetOperationsByCursor',
      (reply) => {
        move(world, 40_000);
        return reply;
      },
      1,
    );
    await next(world);
    world.exchange.gapPrice('TMOS', '0.71');
    expect(await next(world)).toContain('equity has fallen 10.');
  });

  test('money of the very first look that the operations do not explain lets the next look begin', async () => {
    const world = await openWorld({ startMs: FRIDAY_NOON - 2 * HOUR_MS, accounts: [account()] });
    const { faults } = world.exchange;
    faults.delay('*', 20);
    faults.delay('GetOperationsByCursor', 2_000, 'before', 1);
    let asked = 0;
    const undo = faults.rewrite<GetOperationsByCursorResponse>('GetOperationsByCursor', (reply) => {
      asked += 1;
      if (asked === 1) move(world, 40_000);
      const payment = { currency: 'rub', units: 1_000, nano: 0 };
      return { ...reply, items: reply.items.map((item) => ({ ...item, payment })) };
    });
    expect(await next(world)).toBeNull();
    undo();
    expect(world.journal.equityMarks('a')).toBeNull();
    expect(world.records.at(-1)?.warnings.join()).toContain('measures from the next iteration on');
    await next(world);
    expect(world.journal.equityMarks('a')).not.toBeNull();
    world.exchange.gapPrice('TMOS', '0.71');
    expect(await next(world)).toContain('equity has fallen 10.');
  });

  for (const restarts of [false, true])
    test(`a withdrawal while the very first look goes on is no fall${restarts ? ', also after a restart' : ''}`, async () => {
      const world = await openWorld({ startMs: FRIDAY_NOON - 2 * HOUR_MS, accounts: [account()] });
      const { faults } = world.exchange;
      faults.delay('*', 20);
      faults.delay('GetLastPrices', 500, 'before', 1);
      faults.rewrite(
        'GetLastPrices',
        (reply) => {
          move(world, -30_000);
          return reply;
        },
        1,
      );
      expect(await next(world)).toBeNull();
      if (restarts) world.restart();
      for (let turn = 0; turn < 3; turn += 1) expect(await next(world)).toBeNull();
      world.exchange.gapPrice('TMOS', '0.85');
      expect(await next(world)).toMatch(/equity has fallen 10/);
    });

  for (const rub of [-30_000, 30_000])
    test(`${rub} RUB while the reply with the very first positions is on its way is neither loss nor gain`, async () => {
      const world = await openWorld({ startMs: FRIDAY_NOON - 2 * HOUR_MS, accounts: [account()] });
      const { faults } = world.exchange;
      faults.delay('*', 20);
      faults.delay('GetPositions', 500, 'after', 1);
      faults.rewrite(
        'GetPositions',
        (reply) => {
          void world.clock.sleep(100).then(() => move(world, rub));
          return reply;
        },
        1,
      );
      for (let turn = 0; turn < 4; turn += 1) expect(await next(world)).toBeNull();
      world.exchange.gapPrice('TMOS', rub > 0 ? '0.71' : '0.85');
      expect(await next(world)).toMatch(/equity has fallen 1\d\.\d\d % from where it began/);
    });

  for (const restarts of [false, true])
    test(`a fall beside the owner's trade in what is balanced halts at once${restarts ? ', also after a restart' : ''}`, async () => {
      const world = await started();
      await next(world);
      if (restarts) world.restart();
      world.exchange.ownerOrder(world.accountId(), { uid: world.uid('TMOS'), side: 'sell', lots: 1_000 });
      world.exchange.gapPrice('TMOS', '0.75');
      expect(await next(world)).toMatch(/equity has fallen 1/);
    });

  test('a withdrawal in the same iteration makes no fall, nor hides one', async () => {
    for (const [factor, halts] of [
      ['0.9', false],
      ['0.8', true],
    ] as const) {
      const world = await started();
      move(world, -30_000);
      world.exchange.gapPrice('TMOS', factor);
      expect((await next(world)) !== null).toBe(halts);
    }
  });

  for (const rub of [-30_000, 30_000])
    test(`money that ${rub < 0 ? 'leaves' : 'comes'} while an iteration trades is told by the next one, and is no ${rub < 0 ? 'fall' : 'peak'}`, async () => {
      const trading = { ...account({}, { minImprovementPp: 0 }), cash: '60000.00' };
      const world = await openWorld({ startMs: FRIDAY_NOON - 2 * HOUR_MS, accounts: [trading] });
      world.exchange.faults.delay('*', 20);
      world.onWrite = (write, phase) => {
        if (write !== 'attempt' || phase !== 'after') return;
        world.onWrite = null;
        void world.clock.sleep(5).then(() => move(world, rub));
      };
      expect((await world.cycle()).record).toMatchObject({ status: 'balanced' });
      await world.clock.sleep(HOUR_MS / 2);
      expect(await next(world)).toBeNull();
      const [moved] = world.records.at(-1)?.warnings.filter((text) => text.startsWith('RUB: ')) ?? [];
      expect(moved).toBe(`RUB: ${rub < 0 ? '' : '+'}${rub}.00 since the last iteration, not by this bot`);
      if (rub > 0) move(world, -rub);
      expect(await next(world)).toBeNull();
    });

  for (const when of ['at the second iteration', 'later', 'after a restart'] as const)
    test(`a withdrawal that the operations list shows an iteration late makes no fall (${when})`, async () => {
      const world = await started();
      if (when === 'later') await next(world);
      if (when === 'after a restart') world.restart();
      const shown = hideOperations(world);
      move(world, -30_000);
      expect(await next(world)).toBeNull();
      shown();
      expect(await next(world)).toBeNull();
      expect(await next(world)).toBeNull();
      // 5 % of 70,000: within the limit. 15 %: not.
      world.exchange.gapPrice('TMOS', '0.93');
      expect(await next(world)).toBeNull();
      world.exchange.gapPrice('TMOS', '0.85');
      expect(await next(world)).toContain('equity has fallen');
    });

  test('a fall behind a withdrawal that is shown late halts an iteration late', async () => {
    const world = await started();
    await next(world);
    const shown = hideOperations(world);
    move(world, -30_000);
    world.exchange.gapPrice('TMOS', '0.8');
    expect(await next(world)).toBeNull();
    shown();
    expect(await next(world)).toMatch(/equity has fallen 14/);
  });

  test('a fall beside a withdrawal that is shown halts at once, also right after a restart', async () => {
    const world = await started();
    await next(world);
    world.restart();
    move(world, -30_000);
    world.exchange.gapPrice('TMOS', '0.8');
    expect(await next(world)).toMatch(/equity has fallen 14/);
  });

  for (const [name, rub, when] of [
    ['leaves while a look goes on', -30_000, 'within'],
    ['comes while a look goes on', 30_000, 'within'],
    ['leaves in the instant of a look', -30_000, 'at once'],
    ['comes in the instant of a look', 30_000, 'at once'],
  ] as const)
    test(`money that ${name} hides no peak that is seen right after a restart`, async () => {
      const world = await openWorld({ startMs: FRIDAY_NOON - 2 * HOUR_MS, accounts: [account()] });
      const { faults } = world.exchange;
      if (when === 'within') {
        faults.delay('*', 20);
        faults.delay('GetLastPrices', 500, 'before', 1);
        faults.rewrite(
          'GetLastPrices',
          (reply) => {
            move(world, rub);
            return reply;
          },
          1,
        );
      }
      await next(world);
      if (when === 'at once') {
        await world.cycle();
        move(world, rub);
        await world.clock.sleep(HOUR_MS);
      }
      world.restart();
      world.exchange.gapPrice('TMOS', '1.29');
      expect(await next(world)).toBeNull();
      world.exchange.gapPrice('TMOS', '0.75');
      expect(await next(world)).toMatch(/equity has fallen 1\d\.\d\d % from its peak/);
    });

  test('a peak beside a deposit that is shown late is one at once', async () => {
    const world = await started();
    const shown = hideOperations(world);
    move(world, 30_000);
    world.exchange.gapPrice('TMOS', '1.29');
    expect(await next(world)).toBeNull();
    shown();
    world.exchange.gapPrice('TMOS', '0.75');
    expect(await next(world)).toMatch(/equity has fallen 11\.\d\d % from its peak/);
  });

  test('a deposit that is shown late is no peak', async () => {
    const world = await started();
    const shown = hideOperations(world);
    move(world, 30_000);
    expect(await next(world)).toBeNull();
    shown();
    move(world, -30_000);
    expect(await next(world)).toBeNull();
    expect(await next(world)).toBeNull();
  });

  test('a payout that is shown late was a gain all the same, and its loss is a fall', async () => {
    const world = await started();
    const shown = hideOperations(world);
    world.exchange.moveCash(world.accountId(), 'dividend', 10_000n * 1_000_000_000n);
    expect(await next(world)).toBeNull();
    shown();
    world.exchange.gapPrice('TMOS', '0.75');
    expect(await next(world)).toMatch(/equity has fallen 1\d\.\d\d % from its peak/);
  });

  test('payouts at every iteration do not blind it', async () => {
    const world = await started();
    await next(world);
    for (let turn = 0; turn < 3; turn += 1) {
      world.exchange.moveCash(world.accountId(), 'dividend', 100n * 1_000_000_000n);
      expect(await next(world)).toBeNull();
    }
    world.exchange.gapPrice('TMOS', '0.75');
    for (let turn = 0; turn < 2; turn += 1) {
      world.exchange.moveCash(world.accountId(), 'dividend', 100n * 1_000_000_000n);
      await next(world);
    }
    expect(world.journal.halt('a')?.cause).toBe('drawdown');
  });

  test("the owner's trade in what is not balanced is no loss", async () => {
    const world = await started();
    world.exchange.ownerOrder(world.accountId(), { uid: world.uid('TGLD'), side: 'buy', lots: 2_000 });
    expect(await next(world)).toBeNull();
    expect(await next(world)).toBeNull();
    world.exchange.gapPrice('TGLD', '0.75');
    expect(await next(world)).toBeNull();
  });

  test('the sale of all that the wallet does not name is no deposit, later and after a restart', async () => {
    const world = await openWorld({
      startMs: FRIDAY_NOON - 2 * HOUR_MS,
      accounts: [
        {
          ...account({}, { minImprovementPp: 0, unlistedPositions: 'sell' }),
          pieces: { TMOS: 7_692, TGLD: 2_000 },
        },
      ],
    });
    world.exchange.faults.delay('*', 20);
    expect(await next(world)).toBeNull();
    const { uid } = world.exchange.instrument('TGLD');
    expect(world.exchange.registry.account(world.accountId()).pieces(uid)).toBe(0n);
    world.restart();
    expect(await next(world)).toBeNull();
    expect(await next(world, 2 * HOUR_MS)).toBeNull();
    expect(await next(world)).toBeNull();
  });

  test('after a month the flows are folded into the marks, and measure the same', async () => {
    const world = await started();
    move(world, -30_000);
    await next(world);
    const before = world.journal.equityMarks('a')!;
    await world.clock.sleep(31 * 24 * HOUR_MS);
    await next(world);
    const after = world.journal.equityMarks('a')!;
    expect(after.flowsSinceMs).toBeGreaterThan(before.flowsSinceMs);
    expect(await next(world)).toBeNull();
    world.exchange.gapPrice('TMOS', '0.85');
    expect(await next(world)).toMatch(/equity has fallen 10/);
  });
});

describe('operations that cannot be read', () => {
  const fail = (world: World, code: string, status: number) =>
    world.exchange.faults.add({
      method: 'GetOperationsByCursor',
      fault: { kind: 'error', code, status },
      times: 1_000,
    });

  test('for a while fail the iteration: the breaker would be blind', async () => {
    const world = await started();
    const back = fail(world, '70001', 13);
    await next(world);
    expect(world.records.at(-1)).toMatchObject({ status: 'failed', orders: [] });
    back();
    expect(await next(world)).toBeNull();
    expect(world.records.at(-1)?.status).toBe('nothing_to_do');
  });

  test('because the venue has none go on with a warning, and a fall still halts', async () => {
    const world = await openWorld({ accounts: [account()] });
    world.exchange.faults.delay('*', 20);
    fail(world, '12001', 12);
    expect(await next(world)).toBeNull();
    expect(await next(world)).toBeNull();
    expect(world.records.at(-1)?.status).toBe('nothing_to_do');
    expect(world.records.at(-1)?.warnings.join()).toContain(
      'counts deposits and withdrawals as gain and loss',
    );
    world.exchange.gapPrice('TMOS', '0.75');
    expect(await next(world)).toContain('equity has fallen');
  });
});
