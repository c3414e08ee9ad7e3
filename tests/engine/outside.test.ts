// What happens to the account without this bot: adopted and told; only a bot that works against ours halts.

import { describe, expect, test } from 'bun:test';
import { raw } from '../../src/core/units.ts';
import {
  HOUR_MS,
  MINUTE_MS,
  openWorld,
  SEED_ACCOUNT,
  type World,
  type WorldAccount,
} from '../support/engine-world.ts';

const B: WorldAccount = { id: 'b', wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 }, cash: '90000.00' };
const warned = (world: World) => world.records.at(-1)!.warnings;
const status = (world: World) => world.records.at(-1)!.status;

const owner = (world: World, ticker: string, side: 'buy' | 'sell', lots: number) =>
  world.exchange.ownerOrder(world.accountId(), { uid: world.uid(ticker), side, lots });

/** Balanced once, an hour ago. */
async function balanced(accounts: readonly WorldAccount[] = [SEED_ACCOUNT]): Promise<World> {
  const world = await openWorld({ accounts });
  world.exchange.faults.delay('*', 20);
  await world.cycle('a');
  await world.clock.sleep(HOUR_MS);
  return world;
}

describe('what is not ours', () => {
  test('our own trades are none of it, whatever the commission', async () => {
    const world = await balanced();
    world.exchange.gapPrice('TMOS', '1.1');
    await world.cycle();
    expect(warned(world)).toEqual([]);
    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    expect(warned(world)).toEqual([]);
  });

  test('our own trades of an iteration that broke off are none of it either', async () => {
    const world = await openWorld();
    world.exchange.faults.delay('*', 20);
    world.onCall = (call, phase) => {
      if (call.method !== 'PostOrder' || phase !== 'replied') return;
      world.onCall = null;
      world.exchange.faults.lose('*', 'before', 'unavailable', 1_000);
    };
    await world.cycle();
    expect(status(world)).toBe('partial');
    world.exchange.faults.clear();
    world.restart();
    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    expect(warned(world)).toEqual([]);
    expect(status(world)).toBe('balanced');
  });

  test('a commission that is booked after its fill is not worth a word, a ruble more than it is', async () => {
    for (const [more, told] of [
      [1_000_000_000n, 0],
      [1_010_000_000n, 1],
    ] as const) {
      const world = await balanced();
      const fees = world.journal.fillsSince('a', 0).reduce((sum, fill) => sum + raw(fill.commission!), 0n);
      expect(fees).toBeGreaterThan(0n);
      world.exchange.moveCash(world.accountId(), 'fee', -fees - more);
      await world.cycle();
      expect(warned(world)).toHaveLength(told);
    }
  });

  const rows: [string, (world: World) => void, RegExp[]][] = [
    [
      'a trade',
      (world) => void owner(world, 'TMOS', 'sell', 3_000),
      [/^TMOS: -3000 pieces since the last iteration, not by this bot$/, /^RUB: \+19\d{3}\.\d\d since/],
    ],
    [
      'a purchase of something else',
      (world) => void owner(world, 'TGLD', 'buy', 100),
      [/^TGLD: \+100 pieces/, /^RUB: -14/],
    ],
    ['a deposit', (world) => world.exchange.deposit(world.accountId(), '50000'), [/^RUB: \+50000\.00 since/]],
    [
      'a withdrawal',
      (world) => world.exchange.withdraw(world.accountId(), '50000'),
      [/^RUB: -50000\.00 since/],
    ],
    ['a payout', (world) => world.exchange.payOut('TMOS', '0.10'), [/^RUB: \+38\d\d\.\d\d since/]],
    [
      'securities that are moved in',
      (world) => world.exchange.giveSecurities(world.accountId(), 'TRUR', 500),
      [/^TRUR: \+500 pieces/],
    ],
    ['a split', (world) => world.exchange.split('TRUR', { into: 10 }), [/^TRUR: \+\d+ pieces/]],
  ];
  for (const [name, happen, words] of rows)
    test(`${name} is adopted and told once, and halts nothing`, async () => {
      const world = await balanced();
      happen(world);
      await world.cycle();
      expect(warned(world)).toHaveLength(words.length);
      for (const [index, word] of words.entries()) expect(warned(world)[index]).toMatch(word);
      expect(['balanced', 'nothing_to_do']).toContain(status(world));
      await world.clock.sleep(HOUR_MS);
      await world.cycle();
      expect(warned(world).filter((text) => text.includes('not by this bot'))).toEqual([]);
      expect(world.alerts).toEqual([]);
      expect(world.journal.halt('a')).toBeNull();
      expect(world.faults()).toEqual([]);
    });

  test('less than a ruble is not worth a word', async () => {
    for (const [amount, told] of [
      ['1.00', 0],
      ['1.01', 1],
    ] as const) {
      const world = await balanced();
      // An iteration without trades of ours in it: nothing else blurs the cash.
      await world.cycle();
      await world.clock.sleep(HOUR_MS);
      world.exchange.deposit(world.accountId(), amount);
      await world.cycle();
      expect(warned(world)).toHaveLength(told);
    }
  });

  test('what happened while the program was down is told by the next start', async () => {
    const world = await balanced();
    world.restart();
    world.exchange.deposit(world.accountId(), '1234.56');
    await world.cycle();
    expect(warned(world)).toEqual(['RUB: +1234.56 since the last iteration, not by this bot']);
  });

  test("the owner's trade in the same instrument minutes after our fill is adopted, and nothing is doubled", async () => {
    for (const side of ['buy', 'sell'] as const) {
      const world = await openWorld();
      world.exchange.faults.delay('*', 20);
      await world.cycle();
      await world.clock.sleep(5 * MINUTE_MS);
      owner(world, 'TMOS', side, 3_000);
      for (let turn = 0; turn < 6; turn += 1) {
        await world.cycle();
        await world.clock.sleep(5 * MINUTE_MS);
      }
      expect(status(world)).toBe('nothing_to_do');
      expect(world.records.flatMap((record) => record.warnings).join()).toContain('not by this bot');
      expect(world.journal.halt('a')).toBeNull();
      expect(world.records.at(-1)?.tracking_error_pp?.after).toBeLessThan(0.06);
      expect(world.faults()).toEqual([]);
    }
  });

  test('a dry run tells nothing of it and remembers nothing', async () => {
    const world = await openWorld({ accounts: [{ ...SEED_ACCOUNT, settings: { dryRun: true } }] });
    await world.cycle();
    expect(world.journal.lastSeen('a')).toBeNull();
    world.exchange.deposit(world.accountId(), '50000');
    await world.cycle();
    expect(warned(world)).toEqual([]);
    expect(world.alerts).toEqual([]);
  });
});

describe('another bot', () => {
  /** Undoes what we did to TMOS since it was last undone, as a bot with other targets would. */
  function undo(world: World): void {
    const ours = world.exchange.desk.orders.filter(
      (order) => !order.foreign && order.uid === world.uid('TMOS'),
    );
    const last = ours.at(-1)!;
    owner(world, 'TMOS', last.side === 'sell' ? 'buy' : 'sell', Number(last.executed));
  }

  test('that undoes our trades in two iterations in a row halts the account, and no other', async () => {
    const world = await balanced([SEED_ACCOUNT, B]);
    undo(world);
    await world.cycle('a');
    expect(status(world)).toBe('balanced');
    expect(world.alerts).toEqual([]);
    await world.clock.sleep(HOUR_MS);
    undo(world);
    const before = world.calls('PostOrder').length;
    await world.cycle('a');
    expect(status(world)).toBe('failed');
    expect(world.records.at(-1)?.reason).toContain('somebody reverses our trades in TMOS');
    expect(world.calls('PostOrder')).toHaveLength(before);
    expect(world.journal.halt('a')?.cause).toBe('another_bot');
    expect(world.alerts.map((alert) => alert.event)).toEqual(['halted']);
    await world.cycle('b');
    expect(status(world)).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('is found across restarts, and after resume it takes two again', async () => {
    const world = await balanced();
    for (let turn = 0; turn < 2; turn += 1) {
      undo(world);
      world.restart();
      await world.cycle();
      await world.clock.sleep(HOUR_MS);
    }
    expect(world.journal.halt('a')?.cause).toBe('another_bot');
    world.journal.clearHalt('a');
    await world.cycle();
    expect(status(world)).toBe('balanced');
    await world.clock.sleep(HOUR_MS);
    undo(world);
    await world.cycle();
    expect(status(world)).toBe('balanced');
    expect(world.journal.halt('a')).toBeNull();
  });

  test('is not an owner who trades against us now and then', async () => {
    const world = await balanced();
    for (let turn = 0; turn < 3; turn += 1) {
      undo(world);
      await world.cycle();
      await world.clock.sleep(HOUR_MS);
      await world.cycle();
      await world.clock.sleep(HOUR_MS);
    }
    expect(world.journal.halt('a')).toBeNull();
  });

  test('is not an owner who trades a little every hour, which we let be', async () => {
    const world = await balanced();
    for (let turn = 0; turn < 3; turn += 1) {
      owner(world, 'TMOS', 'buy', 50);
      await world.cycle();
      expect(status(world)).toBe('nothing_to_do');
      await world.clock.sleep(HOUR_MS);
    }
    expect(world.journal.halt('a')).toBeNull();
  });

  test('is not one that trades what we do not', async () => {
    const world = await balanced();
    for (const side of ['buy', 'sell', 'buy', 'sell'] as const) {
      owner(world, 'TGLD', side, 100);
      await world.cycle();
      await world.clock.sleep(HOUR_MS);
    }
    expect(world.journal.halt('a')).toBeNull();
  });
});

describe('the first start', () => {
  /** Sides in the order they were traded, an hour apart, before this bot ever ran. */
  async function traded(
    ticker: string,
    sides: readonly ('buy' | 'sell')[],
    sinceHours = 1,
    account: WorldAccount = SEED_ACCOUNT,
  ) {
    const world = await openWorld({ accounts: [account] });
    for (const side of sides) {
      owner(world, ticker, side, 100);
      await world.clock.sleep(10 * MINUTE_MS);
    }
    await world.clock.sleep(sinceHours * HOUR_MS);
    return world;
  }

  test('on an account that something trades back and forth halts before the first order', async () => {
    const world = await traded('TMOS', ['buy', 'sell', 'buy']);
    await world.cycle();
    expect(status(world)).toBe('failed');
    expect(world.records.at(-1)?.reason).toContain('traded TMOS back and forth');
    expect(world.calls('PostOrder')).toEqual([]);
    expect(world.alerts.map((alert) => alert.event)).toEqual(['halted']);
    world.journal.clearHalt('a');
    await world.cycle();
    expect(status(world)).toBe('balanced');
  });

  const harmless: [string, Parameters<typeof traded>][] = [
    ['bought and sold once', ['TMOS', ['buy', 'sell']]],
    ['bought again and again', ['TMOS', ['buy', 'buy', 'buy', 'buy']]],
    ['back and forth in what is not ours', ['TGLD', ['buy', 'sell', 'buy', 'sell']]],
    ['back and forth three days ago', ['TMOS', ['buy', 'sell', 'buy'], 72]],
  ];
  for (const [name, facts] of harmless)
    test(`${name} halts nothing`, async () => {
      const world = await traded(...facts);
      await world.cycle();
      expect(world.journal.halt('a')).toBeNull();
      expect(world.journal.lastSeen('a')).not.toBeNull();
    });

  test('is the first that looks, not the first that was recorded', async () => {
    const world = await traded('TMOS', ['buy', 'sell', 'buy']);
    const up = world.exchange.faults.lose('*', 'before', 'unavailable', 1_000);
    await world.cycle();
    expect(status(world)).toBe('failed');
    up();
    await world.cycle();
    expect(world.journal.halt('a')?.cause).toBe('another_bot');
  });

  test('of this version on the journal of an earlier one takes our own trades for ours', async () => {
    const world = await traded('TMOS', ['buy', 'sell', 'buy']);
    // What an earlier version left: fills of ours, and no account as last seen.
    const [order] = (await bornWithFills(world)).ordersOf('old');
    expect(order?.state).toBe('filled');
    await world.cycle();
    expect(world.journal.halt('a')).toBeNull();
  });

  for (const [name, code, gone] of [
    ['does not know operations', '12001', 12],
    ['does not give them', '30049', 9],
    ['is down for them', '70001', 13],
  ] as const)
    test(`on a venue that ${name} goes on, with a warning`, async () => {
      const world = await traded('TMOS', ['buy', 'sell', 'buy']);
      world.exchange.faults.add({
        method: 'GetOperationsByCursor',
        fault: { kind: 'error', code, status: gone },
        times: 1_000,
      });
      await world.cycle();
      expect(status(world)).toBe('balanced');
      expect(warned(world).join()).toContain('whether another bot trades here could not be seen');
      expect(world.journal.halt('a')).toBeNull();
    });
});

/** A filled order of an iteration "old" in the journal. */
async function bornWithFills(world: World) {
  const { journal } = world;
  const { price, lots, lotSize } = await import('../../src/core/units.ts');
  const { NOTHING, sampleIntent } = await import('../journal/sample.ts');
  const intent = sampleIntent({
    account: 'a',
    iteration: 'old',
    uid: world.uid('TMOS'),
    sizedAt: price(6_500_000_000n),
    request: { brokerAccount: world.accountId(), lots: lots(1n), lot: lotSize(1n) },
  });
  const { key } = intent.request;
  journal.plan('a', 'old', 1, [intent], NOTHING, 1);
  journal.attempt([key], 2);
  journal.settle({ key, to: 'live', executed: lots(1n), evidence: 'reply' }, 3);
  journal.settle({ key, to: 'filled', executed: lots(1n), evidence: 'reply' }, 3);
  return journal;
}
