// `confirmationThresholdRub` from the plan to the order: asked once, answered beside the running daemon, sent sized anew.

import { describe, expect, test } from 'bun:test';
import { NO_RULES } from '../../src/core/policy.ts';
import { raw } from '../../src/core/units.ts';
import type { PendingOrder } from '../../src/ports.ts';
import { FRIDAY_NOON, HOUR_MS, MINUTE_MS, openWorld, type World } from '../support/engine-world.ts';
import { rub } from '../support/snapshot-builder.ts';

/** Half in TMOS, half in TBRU, all in cash yet: the two purchases are worth 60,000 and 40,000 RUB. */
const NEW = (above = '50000') => ({
  wallet: { TMOS: 60, TBRU: 40 },
  cash: '100000',
  policy: { confirmAbove: rub(above) },
});
const last = (world: World) => world.records.at(-1)!;
const pending = (world: World): readonly PendingOrder[] => world.journal.pendingOrders('a');
const answer = (world: World, said: 'confirmed' | 'rejected', index = 0) =>
  world.journal.answerPending(pending(world)[index]!.key, said, world.clock.now());
const asked = (world: World) => world.alerts.filter((alert) => alert.event === 'confirmation');
/** What was traded; what the reserve left over makes a second order. */
const tickers = (world: World) => [...new Set(last(world).orders.map(({ ticker }) => ticker))];

describe('an order above the threshold', () => {
  test('waits for a person, who is told once what to say; the rest is done', async () => {
    const world = await openWorld({ accounts: [NEW()] });
    await world.cycle();
    expect(last(world).status).toBe('partial');
    expect(tickers(world)).toEqual(['TBRU']);
    const [order] = pending(world);
    const key = order!.key.slice(0, 8);
    expect(last(world).reason).toMatch(
      new RegExp(`^awaits a person: buy TMOS for [0-9.]+ RUB \\(tiebb confirm ${key}\\)$`),
    );
    expect(last(world).held_back.find(({ ticker }) => ticker === 'TMOS')).toMatchObject({
      rule: 'confirmationThresholdRub',
      detail: expect.stringMatching(new RegExp(`needs a person's yes .*: tiebb confirm ${key}$`)),
    });
    // Friday's main session ends 18:59:59.999 or so, at the latest at midnight in Moscow.
    expect(order).toMatchObject({ account: 'a', ticker: 'TMOS', side: 'buy', answer: 'none' });
    expect(order!.expiresAtMs).toBeGreaterThan(world.clock.now());
    expect(order!.expiresAtMs).toBeLessThanOrEqual(FRIDAY_NOON + 11 * HOUR_MS);
    expect(asked(world)).toHaveLength(1);
    expect(asked(world)[0]!.message).toContain(`tiebb confirm ${key} (or: tiebb reject ${key})`);

    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    expect(last(world).status).toBe('partial');
    expect(last(world).orders).toEqual([]);
    expect(pending(world)).toEqual([order!]);
    expect(asked(world)).toHaveLength(1);
    expect(world.faults()).toEqual([]);
  });

  test('goes once confirmed, and is then off the list', async () => {
    const world = await openWorld({ accounts: [NEW()] });
    await world.cycle();
    expect(answer(world, 'confirmed')).toBe(true);
    // A second yes changes nothing.
    expect(answer(world, 'confirmed')).toBe(false);
    await world.cycle();
    expect(last(world)).toMatchObject({ status: 'balanced', reason: null });
    expect(tickers(world)).toContain('TMOS');
    expect(pending(world)).toEqual([]);
    await world.cycle();
    expect(last(world).status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });

  test('waits and goes over a restart, without being asked about again', async () => {
    const world = await openWorld({ accounts: [NEW()] });
    await world.cycle();
    world.restart();
    await world.cycle();
    expect(asked(world)).toHaveLength(1);
    answer(world, 'confirmed');
    world.restart();
    await world.cycle();
    expect(tickers(world)).toContain('TMOS');
    expect(pending(world)).toEqual([]);
    expect(world.faults()).toEqual([]);
  });

  test('is used up by its fills where the program died before it noted that', async () => {
    const world = await openWorld({ accounts: [NEW()] });
    await world.cycle();
    const [order] = pending(world);
    answer(world, 'confirmed');
    await world.cycle();
    // As if it had died after the fill, and then somebody paid in as much again.
    world.journal.addPending({ ...order!, answer: 'confirmed', answeredAtMs: FRIDAY_NOON });
    world.exchange.deposit(world.accountId(), '100000');
    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    expect(tickers(world)).toEqual(['TBRU']);
    expect(last(world).reason).toContain('awaits a person: buy TMOS');
    expect(pending(world)[0]!.key).not.toBe(order!.key);
  });

  test('confirmed after its session ended does not go: it is asked about anew', async () => {
    const world = await openWorld({ accounts: [NEW()] });
    await world.cycle();
    const [order] = pending(world);
    await world.clock.sleep(order!.expiresAtMs - world.clock.now());
    answer(world, 'confirmed');
    // Monday, 13:00.
    await world.clock.sleep(FRIDAY_NOON + 72 * HOUR_MS - world.clock.now());
    await world.cycle();
    expect(tickers(world)).toEqual([]);
    expect(last(world).reason).toContain('awaits a person: buy TMOS');
    expect(pending(world).map(({ answer }) => answer)).toEqual(['none']);
    expect(pending(world)[0]!.key).not.toBe(order!.key);
    expect(asked(world)).toHaveLength(2);
  });

  test('rejected stays rejected in its session, whatever its size; the next one asks again', async () => {
    const world = await openWorld({ accounts: [NEW()] });
    await world.cycle();
    answer(world, 'rejected');
    for (let turn = 0; turn < 3; turn += 1) {
      await world.clock.sleep(HOUR_MS);
      if (turn === 1) world.exchange.deposit(world.accountId(), '30000');
      await world.cycle();
      expect(tickers(world)).not.toContain('TMOS');
      expect(last(world).status).not.toBe('partial');
      expect(last(world).held_back.find(({ ticker }) => ticker === 'TMOS')!.detail).toEndWith(
        'a person said no; it is asked about again in the next session',
      );
    }
    expect(asked(world)).toHaveLength(1);
    await world.clock.sleep(FRIDAY_NOON + 72 * HOUR_MS - world.clock.now());
    await world.cycle();
    expect(asked(world)).toHaveLength(2);
    expect(last(world).status).toBe('partial');
  });

  for (const [more, goes] of [
    ['4000', true],
    ['20000', false],
  ] as const)
    test(`confirmed, then grown by a deposit of ${more}: ${goes ? 'goes, sized anew' : 'needs a new yes'}`, async () => {
      const world = await openWorld({ accounts: [NEW()] });
      await world.cycle();
      const [order] = pending(world);
      answer(world, 'confirmed');
      world.exchange.deposit(world.accountId(), more);
      await world.cycle();
      expect(tickers(world).includes('TMOS')).toBe(goes);
      if (goes) {
        const sent = last(world).orders.find(({ ticker }) => ticker === 'TMOS')!;
        expect(sent.lots).toBeGreaterThan(Number(raw(order!.lots)));
        return;
      }
      const [again] = pending(world);
      expect(again!.answer).toBe('none');
      expect(again!.key).not.toBe(order!.key);
      expect(raw(again!.amount)).toBeGreaterThan(raw(order!.amount));
      expect(asked(world)).toHaveLength(2);
      answer(world, 'confirmed');
      await world.cycle();
      expect(tickers(world)).toContain('TMOS');
    });

  test('that shrinks by much is asked about with its new size; one that is no longer wanted is forgotten', async () => {
    const world = await openWorld({ accounts: [{ ...NEW('20000'), wallet: { TMOS: 60, RUB: 40 } }] });
    await world.cycle();
    const [order] = pending(world);
    world.exchange.withdraw(world.accountId(), '50000');
    await world.cycle();
    const [smaller] = pending(world);
    expect(pending(world)).toHaveLength(1);
    expect(raw(smaller!.lots)).toBeLessThan(raw(order!.lots));
    expect(smaller!.key).not.toBe(order!.key);
    world.exchange.withdraw(world.accountId(), '45000');
    await world.cycle();
    expect(pending(world)).toEqual([]);
    expect(tickers(world)).toEqual(['TMOS']);
  });

  test('does not hide what else went wrong', async () => {
    const world = await openWorld({ accounts: [{ ...NEW(), settings: { maxDayTurnoverPercent: 10 } }] });
    await world.cycle();
    expect(last(world).status).toBe('partial');
    expect(last(world).reason).toMatch(/max_day_turnover_percent.*; awaits a person: buy TMOS/);
  });

  test('takes no place of `max_orders` while it waits, nor after a no', async () => {
    const limits = { ...NO_RULES.limits, maxOrders: 1 };
    const account = NEW();
    const world = await openWorld({ accounts: [{ ...account, policy: { ...account.policy, limits } }] });
    await world.cycle();
    expect(tickers(world)).toEqual(['TBRU']);
    expect(pending(world)).toHaveLength(1);
    answer(world, 'rejected');
    world.exchange.deposit(world.accountId(), '30000');
    await world.cycle();
    expect(tickers(world)).toEqual(['TBRU']);
    // Agreed to, it is the largest and goes first.
    world.restart();
    await world.clock.sleep(FRIDAY_NOON + 72 * HOUR_MS - world.clock.now());
    await world.cycle();
    answer(
      world,
      'confirmed',
      pending(world).findIndex((row) => row.answer === 'none'),
    );
    await world.cycle();
    expect(tickers(world)).toEqual(['TMOS']);
    expect(world.faults()).toEqual([]);
  });

  test('is only shown by a dry run: nothing is asked, nothing written', async () => {
    const world = await openWorld({ accounts: [{ ...NEW(), settings: { dryRun: true } }] });
    await world.cycle();
    expect(last(world)).toMatchObject({ status: 'planned', reason: null });
    expect(last(world).held_back.map(({ rule }) => rule)).toContain('confirmationThresholdRub');
    expect(pending(world)).toEqual([]);
    expect(world.alerts).toEqual([]);
  });

  test('that covers a debt is not asked about', async () => {
    const world = await openWorld({
      accounts: [
        { wallet: { TMOS: 100 }, cash: '0', pieces: { TMOS: 20_000 }, policy: { confirmAbove: rub('1000') } },
      ],
    });
    world.exchange.withdraw(world.accountId(), '30000');
    await world.cycle();
    expect(last(world).orders).toMatchObject([{ ticker: 'TMOS', direction: 'sell', status: 'filled' }]);
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
    expect(world.alerts.filter(({ event }) => event === 'confirmation')).toEqual([]);
  });
});

describe('a sale and the purchase that it pays for', () => {
  const SWAP = {
    wallet: { TMOS: 50, TBRU: 50 },
    cash: '0.00',
    pieces: { TMOS: 20_000 },
    policy: { confirmAbove: rub('10000') },
  };

  test('are asked about together and go together', async () => {
    const world = await openWorld({ accounts: [SWAP] });
    await world.cycle();
    expect(last(world).orders).toEqual([]);
    expect(
      pending(world)
        .map(({ side }) => side)
        .sort(),
    ).toEqual(['buy', 'sell']);
    for (const index of [0, 1]) answer(world, 'confirmed', index);
    await world.cycle();
    expect(last(world).orders.map(({ direction }) => direction)).toEqual(['sell', 'buy']);
    expect(last(world).status).toBe('balanced');
    expect(pending(world)).toEqual([]);
    expect(world.faults()).toEqual([]);
  });

  test('a purchase that was agreed to first waits for its sale and keeps its yes', async () => {
    const world = await openWorld({ accounts: [SWAP] });
    await world.cycle();
    const of = (side: string) => pending(world).find((order) => order.side === side)!;
    world.journal.answerPending(of('buy').key, 'confirmed', world.clock.now());
    await world.cycle();
    expect(last(world).orders).toEqual([]);
    expect([of('buy').answer, of('sell').answer]).toEqual(['confirmed', 'none']);
    world.journal.answerPending(of('sell').key, 'confirmed', world.clock.now());
    await world.cycle();
    expect(last(world).orders.map(({ direction }) => direction)).toEqual(['sell', 'buy']);
    expect(asked(world)).toHaveLength(2);
  });
});

describe('beside the rules of when to trade', () => {
  const cooling = { timing: { calendar: null, window: null, cooldownMs: 24 * HOUR_MS } };

  test('a cooldown that the rest of the plan began does not hold a confirmed order', async () => {
    const world = await openWorld({ accounts: [{ ...NEW(), settings: cooling }] });
    await world.cycle();
    expect(tickers(world)).toEqual(['TBRU']);
    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    expect(last(world).reason).toContain('awaits a person: buy TMOS');
    expect(asked(world)).toHaveLength(1);
    answer(world, 'confirmed');
    await world.cycle();
    expect(tickers(world)).toContain('TMOS');
    expect(pending(world)).toEqual([]);
    world.exchange.deposit(world.accountId(), '1000');
    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    expect(last(world).status).not.toBe('partial');
  });

  test('a window that closes leaves the question open', async () => {
    const window = { days: new Set(['fri'] as const), fromMinutes: 12 * 60, toMinutes: 14 * 60 };
    const world = await openWorld({
      accounts: [
        {
          wallet: { TMOS: 50, TBRU: 50 },
          cash: '0',
          pieces: { TMOS: 20_000 },
          policy: { confirmAbove: rub('10000') },
          settings: { timing: { calendar: null, window, cooldownMs: 0 } },
        },
      ],
    });
    await world.cycle();
    expect(pending(world)).toHaveLength(2);
    await world.clock.sleep(2 * HOUR_MS);
    await world.cycle();
    expect(last(world).orders).toEqual([]);
    expect(pending(world)).toHaveLength(2);
    expect(asked(world)).toHaveLength(2);
  });
});

describe('the daemon', () => {
  test('sends a confirmed order within seconds, and does not ask the venue meanwhile', async () => {
    const world = await openWorld({ accounts: [{ ...NEW(), settings: { intervalMs: 4 * HOUR_MS } }] });
    void world.clock.sleep(30 * MINUTE_MS).then(() => answer(world, 'confirmed'));
    await world.daemon({ forMs: HOUR_MS });
    expect(world.records.map(({ status }) => status)).toEqual(['partial', 'balanced']);
    const sentAfter = Date.parse(last(world).started_at) - FRIDAY_NOON - 30 * MINUTE_MS;
    expect(sentAfter).toBeGreaterThanOrEqual(0);
    expect(sentAfter).toBeLessThanOrEqual(MINUTE_MS);
    const calls = world.exchange.log.calls.filter(({ method }) => method === 'GetPositions');
    expect(calls.length).toBeLessThan(9);
  });

  test('is not kept awake by a yes to what it cannot send', async () => {
    const world = await openWorld({
      accounts: [{ ...NEW(), settings: { intervalMs: 4 * HOUR_MS, maxDayTurnoverPercent: 50 } }],
    });
    void world.clock.sleep(30 * MINUTE_MS).then(() => answer(world, 'confirmed'));
    await world.daemon({ forMs: 2 * HOUR_MS });
    expect(world.records).toHaveLength(2);
    expect(last(world).reason).toContain('max_day_turnover_percent');
  });
});
