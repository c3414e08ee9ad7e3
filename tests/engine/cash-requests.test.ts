// `raise-cash`: raised by selling, kept aside, lowered by what is withdrawn, given back when cancelled.

import { describe, expect, test } from 'bun:test';
import { money, NO_MONEY, raw } from '../../src/core/units.ts';
import { isDue } from '../../src/engine/cash-requests.ts';
import type { Session } from '../../src/ports.ts';
import { byClock } from '../support/clock-that-is-set.ts';
import { FRIDAY_NOON, HOUR_MS, openWorld, type World } from '../support/engine-world.ts';
import { rub } from '../support/snapshot-builder.ts';

const DAY_MS = 24 * HOUR_MS;
/** 60,000 and 40,000 RUB or so in two funds, nothing in cash. */
const FULL = { wallet: { TMOS: 60, TBRU: 40 }, cash: '100000' };
const last = (world: World) => world.records.at(-1)!;
const rubles = (world: World) => Number(world.cash()) / 1e9;
const kept = (world: World) => world.journal.cashRequests('a').map(({ amount }) => Number(raw(amount)) / 1e9);
let made = 0;
function ask(world: World, amount: string, byMs: number | null = null): void {
  made += 1;
  world.journal.addCashRequest({
    id: `r-${made}`,
    account: 'a',
    amount: rub(amount),
    byMs,
    createdAtMs: world.clock.now(),
  });
}
async function invested(account: Partial<Parameters<typeof openWorld>[0] & object> = {}): Promise<World> {
  const world = await openWorld({ accounts: [FULL], ...account });
  await world.cycle();
  await later(world);
  return world;
}
async function later(world: World, ms = HOUR_MS / 2): Promise<void> {
  await world.clock.sleep(ms);
  await world.cycle();
}
const sells = (world: World) => last(world).orders.filter(({ direction }) => direction === 'sell');

describe('money that is asked for', () => {
  test('is raised from both funds, and not spent again', async () => {
    const world = await invested();
    ask(world, '30000');
    await later(world);
    expect(last(world).status).toBe('balanced');
    expect(
      sells(world)
        .map(({ ticker }) => ticker)
        .sort(),
    ).toEqual(['TBRU', 'TMOS']);
    expect(rubles(world)).toBeGreaterThanOrEqual(30_000);
    expect(rubles(world)).toBeLessThan(30_400);
    await later(world);
    expect(last(world)).toMatchObject({ status: 'nothing_to_do', orders: [] });
    expect(kept(world)).toEqual([30_000]);
    expect(world.faults()).toEqual([]);
  });

  test('is first what lies in cash', async () => {
    const world = await openWorld({ accounts: [{ wallet: { TMOS: 50, RUB: 50 }, cash: '100000' }] });
    await world.cycle();
    ask(world, '10000');
    await later(world);
    // Half of what it makes the rest smaller by.
    expect(sells(world).reduce((sum, { amount_rub }) => sum + Number(amount_rub), 0)).toBeLessThan(5_300);
    expect(rubles(world)).toBeGreaterThan(54_000);
  });

  test('comes first from what is above its target', async () => {
    const world = await openWorld({
      accounts: [{ wallet: { TMOS: 50, TBRU: 50 }, cash: '0', pieces: { TMOS: 9_000, TBRU: 3_000 } }],
    });
    const value = 9_000 * 6.5 + 3_000 * 7.4;
    ask(world, String(Math.round(value * 0.4)));
    await world.cycle();
    expect(sells(world).map(({ ticker }) => ticker)).toEqual(['TMOS']);
  });

  test('in several requests adds up', async () => {
    const world = await invested();
    ask(world, '10000');
    ask(world, '15000');
    await later(world);
    expect(rubles(world)).toBeGreaterThanOrEqual(25_000);
    expect(rubles(world)).toBeLessThan(25_400);
  });

  test('and cancelled is invested again', async () => {
    const world = await invested();
    ask(world, '30000');
    await later(world);
    for (const { id } of world.journal.cashRequests('a')) world.journal.setCashRequest(id, NO_MONEY);
    await later(world);
    expect(last(world).status).toBe('balanced');
    expect(sells(world)).toEqual([]);
    expect(rubles(world)).toBeLessThan(1_000);
  });

  test('beyond what there is: all that can be raised is raised, and said so', async () => {
    const world = await invested();
    ask(world, '10000000');
    await later(world);
    expect(['balanced', 'partial']).toContain(last(world).status);
    expect(rubles(world)).toBeGreaterThan(95_000);
    expect(last(world).warnings.join()).toMatch(
      /10000000\.00 RUB are to be kept aside, the plan reaches \d+\.\d\d RUB: no more can be raised now/,
    );
    await later(world);
    expect(last(world).orders).toEqual([]);
    expect(world.faults()).toEqual([]);
  });

  test('is shown by a dry run, which changes nothing', async () => {
    const world = await openWorld({ accounts: [{ ...FULL, settings: { dryRun: true } }] });
    ask(world, '30000');
    await world.clock.sleep(1);
    world.exchange.withdraw(world.accountId(), '10000');
    await later(world);
    const bought = last(world).orders.reduce((sum, { amount_rub }) => sum + Number(amount_rub), 0);
    expect(bought).toBeGreaterThan(68_000);
    expect(bought).toBeLessThan(70_001);
    expect(kept(world)).toEqual([30_000]);
  });
});

describe('a withdrawal', () => {
  test('ends the request that it meets, and nothing is sold for it again', async () => {
    const world = await invested();
    ask(world, '30000');
    await later(world);
    world.exchange.withdraw(world.accountId(), '30000');
    await later(world);
    expect(kept(world)).toEqual([]);
    expect(sells(world)).toEqual([]);
    await later(world);
    expect(last(world)).toMatchObject({ status: 'nothing_to_do', orders: [] });
    expect(world.faults()).toEqual([]);
  });

  test('in parts lowers it part by part, once each, over a restart too', async () => {
    const world = await invested();
    ask(world, '30000');
    await later(world);
    world.exchange.withdraw(world.accountId(), '10000');
    await later(world);
    expect(kept(world)).toEqual([20_000]);
    world.restart();
    await later(world);
    expect(kept(world)).toEqual([20_000]);
    expect(sells(world)).toEqual([]);
    world.exchange.withdraw(world.accountId(), '10000');
    world.exchange.withdraw(world.accountId(), '10000');
    await later(world);
    expect(kept(world)).toEqual([]);
  });

  test('of more than was asked for ends it, the oldest first', async () => {
    const world = await invested();
    ask(world, '10000');
    await world.clock.sleep(1000);
    ask(world, '20000');
    await later(world);
    world.exchange.withdraw(world.accountId(), '15000');
    await later(world);
    expect(kept(world)).toEqual([15_000]);
    world.exchange.withdraw(world.accountId(), '40000');
    await later(world);
    expect(kept(world)).toEqual([]);
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
  });

  test('from before the request, or a deposit, lowers nothing', async () => {
    const world = await invested();
    world.exchange.withdraw(world.accountId(), '100');
    await world.clock.sleep(1000);
    ask(world, '30000');
    world.exchange.deposit(world.accountId(), '7000');
    await later(world);
    expect(kept(world)).toEqual([30_000]);
  });

  test('from between two requests lowers the one before it alone', async () => {
    const world = await invested();
    ask(world, '10000');
    await later(world);
    world.exchange.withdraw(world.accountId(), '15000');
    await world.clock.sleep(1000);
    ask(world, '20000');
    await later(world);
    expect(kept(world)).toEqual([20_000]);
  });

  test('that the list of operations does not show yet is not raised a second time', async () => {
    const world = await invested();
    ask(world, '30000');
    await later(world);
    world.exchange.moveCash(world.accountId(), 'tax', -30_000n * 1_000_000_000n);
    await later(world);
    expect(sells(world)).toEqual([]);
    await later(world);
    expect(sells(world)).toEqual([]);
    // The list shows it at last: here, a movement of the same size that does not touch the cash any more.
    world.exchange.deposit(world.accountId(), '30000');
    world.exchange.withdraw(world.accountId(), '30000');
    await later(world);
    expect(kept(world)).toEqual([]);
    expect(sells(world)).toEqual([]);
  });

  test.each([
    ['and nobody saw it go', true],
    ['while the bot looks on', false],
  ])('by a clock that was set back counts at once, %s', async (_, restarted) => {
    const world = await invested();
    const by = byClock(world);
    ask(world, '30000');
    await later(world);
    await world.clock.sleep(HOUR_MS / 2);
    by.setForward(-2 * HOUR_MS);
    await by.cycle();
    world.exchange.withdraw(world.accountId(), '30000');
    if (restarted) world.restart();
    await world.clock.sleep(1000);
    const { orders } = await by.cycle();
    expect(kept(world)).toEqual([]);
    expect(orders).toEqual([]);
  });

  test('costs one call for the list, and none where nothing is asked for', async () => {
    const world = await invested();
    const before = world.calls('GetOperationsByCursor').length;
    await later(world);
    expect(world.calls('GetOperationsByCursor').length).toBe(before);
    ask(world, '100');
    await later(world);
    const raised = world.calls('GetOperationsByCursor').length;
    await later(world);
    expect(world.calls('GetOperationsByCursor').length).toBe(raised + 1);
  });
});

describe('a date', () => {
  const hours = (dayMs: number): Session => ({ startMs: dayMs + 7 * HOUR_MS, endMs: dayMs + 16 * HOUR_MS });
  const day = (date: string) => Date.parse(`${date}T00:00:00Z`);
  const moscow = (date: string) => Date.parse(`${date}T00:00:00+03:00`);
  const WEEK = [
    '2026-11-16',
    '2026-11-17',
    '2026-11-18',
    '2026-11-19',
    '2026-11-20',
    '2026-11-23',
    '2026-11-24',
  ];
  const known = (from: string, count: number) => {
    const start = WEEK.indexOf(from);
    return WEEK.slice(start, start + count).map((date) => hours(day(date)));
  };
  const at = (date: string) => day(date) + 10 * HOUR_MS;

  test.each([
    // Needed on Friday: Wednesday and Thursday are the two days of trading before it.
    ['2026-11-17', 7, '2026-11-20', false],
    ['2026-11-18', 7, '2026-11-20', true],
    ['2026-11-19', 7, '2026-11-20', true],
    // The schedule reaches to tomorrow only: the weekdays after it count.
    ['2026-11-17', 2, '2026-11-20', false],
    ['2026-11-18', 2, '2026-11-20', true],
    // Over a weekend.
    ['2026-11-19', 2, '2026-11-24', false],
    ['2026-11-20', 2, '2026-11-24', true],
    ['2026-11-19', 2, '2026-11-23', true],
    ['2026-11-18', 2, '2026-11-23', false],
    ['2026-11-20', 0, '2026-11-24', true],
    // Past, today, and far ahead.
    ['2026-11-18', 2, '2026-11-16', true],
    ['2026-11-18', 2, '2026-11-18', true],
    ['2026-11-18', 2, '2029-11-18', false],
  ] as const)('on %s, with %p days known, for %s: due is %p', (today, count, by, due) => {
    expect(isDue({ byMs: moscow(by) }, known(today, count), at(today), HOUR_MS)).toBe(due);
  });

  test('a holiday that the schedule shows is no day of trading', () => {
    const sessions = [hours(day('2026-11-16')), hours(day('2026-11-19'))];
    expect(isDue({ byMs: moscow('2026-11-20') }, sessions, at('2026-11-16'), HOUR_MS)).toBe(true);
  });

  test('a session of today that is over does not count', () => {
    const evening = day('2026-11-17') + 17 * HOUR_MS;
    expect(isDue({ byMs: moscow('2026-11-20') }, known('2026-11-17', 7), evening, HOUR_MS)).toBe(true);
  });

  test('that comes before the next iteration is due now', () => {
    const later = at('2026-11-17');
    expect(isDue({ byMs: moscow('2026-11-20') }, known('2026-11-17', 7), later, 3 * DAY_MS)).toBe(true);
    expect(isDue({ byMs: null }, [], later, HOUR_MS)).toBe(true);
  });

  test('far ahead sells nothing now, and the bot sells by itself when its time has come', async () => {
    const world = await invested();
    // Thursday 2026-11-26: Tuesday is the first of the two days before it.
    ask(world, '30000', Date.parse('2026-11-26T00:00:00+03:00'));
    await later(world);
    expect(last(world).orders).toEqual([]);
    const tuesday = FRIDAY_NOON + 4 * DAY_MS;
    await world.clock.sleep(tuesday - DAY_MS - world.clock.now());
    await world.cycle();
    expect(last(world)).toMatchObject({ exchange_open: true, orders: [] });
    await later(world, DAY_MS);
    expect(sells(world).length).toBeGreaterThan(0);
    expect(rubles(world)).toBeGreaterThanOrEqual(30_000);
    expect(money(world.cash())).toBeDefined();
  });
});
