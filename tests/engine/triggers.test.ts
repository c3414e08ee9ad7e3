// `rebalance` and the daily counts over real iterations: calendar, cooldown, window, bands, and what is said meanwhile.

import { describe, expect, test } from 'bun:test';
import { NO_RULES, type RebalancePolicy } from '../../src/core/policy.ts';
import { NO_TIMING, type TimingPolicy } from '../../src/core/timing-policy.ts';
import { rate } from '../../src/core/units.ts';
import { HOUR_MS, openWorld, SEED_ACCOUNT, type World } from '../support/engine-world.ts';

const DAY_MS = 24 * HOUR_MS;

const openWith = (
  rebalance: Partial<RebalancePolicy>,
  timing: Partial<TimingPolicy> = {},
  startMs?: number,
): Promise<World> =>
  openWorld({
    ...(startMs === undefined ? {} : { startMs }),
    accounts: [
      {
        ...SEED_ACCOUNT,
        policy: { rebalance: { ...NO_RULES.rebalance, ...rebalance } },
        settings: { timing: { ...NO_TIMING, ...timing }, maxPriceJumpPercent: 100 },
      },
    ],
  });

const MONTHLY = { every: 'monthly', weekday: null, timeMinutes: 11 * 60, timeZone: 'Europe/Moscow' } as const;

describe('the calendar', () => {
  test('an account begins with the next instant; then it trades once, from the first open session on', async () => {
    const world = await openWith({ trigger: 'calendar' }, { calendar: MONTHLY });
    const first = (await world.cycle()).record;
    expect([first.status, first.orders]).toEqual(['nothing_to_do', []]);
    expect(first.reason).toStartWith(
      'the calendar is not due, next on 2026-12-01 11:00 Europe/Moscow: largest drift',
    );
    expect(first.held_back.map(({ rule }) => rule)).toContain('rebalance.calendar');

    // Tuesday 2026-12-01, 10:30 Moscow: open, but not yet.
    await world.clock.sleep(Date.UTC(2026, 11, 1, 7, 30) - world.clock.now());
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    await world.clock.sleep(HOUR_MS);
    expect((await world.cycle()).record.status).toBe('balanced');

    world.exchange.setPrice(world.uid('TMOS'), '9');
    await world.clock.sleep(HOUR_MS);
    const after = (await world.cycle()).record;
    expect(after.orders).toEqual([]);
    expect(after.reason).toContain('next on 2027-01-01 11:00');
    expect(world.faults()).toEqual([]);
  });

  test('a holiday moves it to the next session, also across a restart', async () => {
    // New Year: the exchange is closed on December 31, January 1 and 2; the 3rd is a Sunday.
    const world = await openWith({ trigger: 'calendar' }, { calendar: MONTHLY }, Date.UTC(2026, 11, 30, 10));
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    await world.clock.sleep(Date.UTC(2027, 0, 1, 9) - world.clock.now());
    expect((await world.cycle()).record.status).toBe('skipped');
    world.restart();
    await world.clock.sleep(Date.UTC(2027, 0, 4, 8) - world.clock.now());
    expect((await world.cycle()).record.status).toBe('balanced');
    await world.clock.sleep(DAY_MS);
    expect((await world.cycle()).record.reason).toContain('next on 2027-02-01');
  });

  test('a dry run remembers nothing', async () => {
    const world = await openWorld({
      accounts: [
        {
          ...SEED_ACCOUNT,
          policy: { rebalance: { ...NO_RULES.rebalance, trigger: 'calendar' } },
          settings: { timing: { ...NO_TIMING, calendar: MONTHLY }, dryRun: true },
        },
      ],
    });
    const { record } = await world.cycle();
    expect([record.status, record.orders]).toEqual(['planned', []]);
    expect(record.reason).toContain('the calendar is not due');
    expect(world.journal.rebalanceMarks('a')).toEqual({ tradedAtMs: null, calendarAtMs: null });
  });

  test('what the venue cut short between sells and purchases stays due', async () => {
    const daily = { ...NO_TIMING, calendar: { ...MONTHLY, every: 'daily' } } as const;
    const world = await openWith({ trigger: 'calendar' }, daily, Date.UTC(2026, 10, 19, 10));
    const instant = () => world.journal.rebalanceMarks('a').calendarAtMs;
    await world.cycle();
    const before = instant();
    await world.clock.sleep(DAY_MS);
    world.exchange.faults.conditions.positionsLagMs = HOUR_MS;
    const cut = (await world.cycle()).record;
    expect(cut.orders.map(({ direction, status }) => [direction, status])).toEqual([['sell', 'filled']]);
    expect(cut.reason).toContain('does not show our own fills');
    world.exchange.faults.conditions.positionsLagMs = 0;
    await world.clock.sleep(HOUR_MS);
    expect(instant()).toBe(before);
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(instant()).toBeGreaterThan(before ?? 0);
    await world.clock.sleep(HOUR_MS);
    expect((await world.cycle()).record.reason).toContain('the calendar is not due');
  });

  test('what was refused goes on at the next check', async () => {
    const world = await openWith({ trigger: 'calendar' }, { calendar: { ...MONTHLY, every: 'daily' } });
    await world.cycle();
    await world.clock.sleep(3 * DAY_MS);
    world.exchange.faults.add({ method: 'PostOrder', fault: { kind: 'error', code: '30096' }, times: 1 });
    expect((await world.cycle()).record.status).toBe('partial');
    await world.clock.sleep(HOUR_MS);
    const { status, orders } = (await world.cycle()).record;
    expect([status, orders.length > 0]).toEqual(['balanced', true]);
    await world.clock.sleep(HOUR_MS);
    expect((await world.cycle()).record.reason).toContain('the calendar is not due');
  });

  test('what a limit cut off goes on at the next check', async () => {
    const world = await openWorld({
      accounts: [
        {
          ...SEED_ACCOUNT,
          policy: {
            rebalance: { ...NO_RULES.rebalance, trigger: 'calendar' },
            limits: { ...NO_RULES.limits, maxTurnoverPercent: 8 },
          },
          settings: { timing: { ...NO_TIMING, calendar: { ...MONTHLY, every: 'daily' } } },
        },
      ],
      startMs: Date.UTC(2026, 10, 19, 10),
    });
    await world.cycle();
    await world.clock.sleep(DAY_MS);
    const traded: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const { orders } = (await world.cycle()).record;
      traded.push(orders.length);
      const turnover = orders.reduce((sum, { amount_rub }) => sum + Number(amount_rub), 0);
      expect(turnover).toBeLessThanOrEqual(80_100);
      await world.clock.sleep(HOUR_MS);
    }
    // 14 % are to be traded, 8 % at a time.
    expect(traded.map((orders) => orders > 0)).toEqual([true, true, false, false]);
    expect(world.records.at(-1)?.reason).toContain('the calendar is not due');
  });
});

describe('the cooldown', () => {
  test('counts from the last iteration that traded, deposits wait for its end', async () => {
    const world = await openWith({}, { cooldownMs: 6 * HOUR_MS });
    expect((await world.cycle()).record.status).toBe('balanced');
    world.exchange.deposit(world.accountId(), '100000.00');
    await world.clock.sleep(HOUR_MS);
    const waiting = (await world.cycle()).record;
    expect([waiting.status, waiting.orders]).toEqual(['nothing_to_do', []]);
    expect(waiting.reason).toStartWith('cooling down until 2026-11-20 19:00 Moscow time: largest drift RUB');
    await world.clock.sleep(5 * HOUR_MS + 10 * 60_000);
    expect((await world.cycle()).record.status).toBe('balanced');
  });
});

describe('the cooldown of an iteration that failed', () => {
  test('counts as well where the venue hangs while the program ends', async () => {
    const world = await openWith({}, { cooldownMs: 6 * HOUR_MS });
    world.onCall = ({ method }, phase) => {
      if (method !== 'PostOrder' || phase !== 'replied') return;
      world.onCall = null;
      world.exchange.faults.delay('GetPositions', 50_000, 'before', 10);
      world.stop();
    };
    const cut = (await world.cycle()).record;
    expect(cut.orders.some(({ filled_lots }) => filled_lots > 0)).toBe(true);
    expect(cut.reason).toContain('the venue did not answer in time');
    world.restart();
    world.exchange.faults.clear();
    await world.clock.sleep(HOUR_MS);
    const waiting = (await world.cycle()).record;
    expect(waiting.reason).toStartWith('cooling down until');
    expect(waiting.orders).toEqual([]);
  });

  test('counts as well, once something was traded', async () => {
    const world = await openWith({}, { cooldownMs: 6 * HOUR_MS });
    world.exchange.faults.conditions.positionsLagMs = HOUR_MS;
    const failed = (await world.cycle()).record;
    expect(failed.orders.some(({ filled_lots }) => filled_lots > 0)).toBe(true);
    expect(failed.reason).toContain('does not show our own fills');
    world.exchange.faults.conditions.positionsLagMs = 0;
    await world.clock.sleep(HOUR_MS);
    const waiting = (await world.cycle()).record;
    expect(waiting.reason).toStartWith('cooling down until');
    expect(waiting.orders).toEqual([]);
  });
});

describe('bands', () => {
  test('a deposit is invested at the next check, nothing is sold for it', async () => {
    const world = await openWith({ trigger: 'threshold', thresholdPercent: 10 });
    const quiet = (await world.cycle()).record;
    // 32/18/25/25: seven points are inside a band of ten.
    expect([quiet.status, quiet.orders]).toEqual(['nothing_to_do', []]);
    expect(quiet.reason).toStartWith('no band is broken: largest drift T');
    world.exchange.deposit(world.accountId(), '60000.00');
    await world.clock.sleep(HOUR_MS);
    const { record } = await world.cycle();
    expect(record.status).toBe('balanced');
    const made = new Set(record.orders.map(({ ticker, direction }) => `${direction} ${ticker}`));
    expect([...made]).toEqual(['buy TBRU']);
    await world.clock.sleep(HOUR_MS);
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
  });
});

describe('orders and fees of a fund', () => {
  const swing = { wallet: { TMOS: 50, RUB: 50 }, cash: '50000.00', pieces: { TMOS: 7_600 } } as const;

  test('from fifteen orders in a day they are counted aloud', async () => {
    const world = await openWorld({
      accounts: [{ ...swing, settings: { maxPriceJumpPercent: 100, maxDayTurnoverPercent: 10_000 } }],
    });
    const said: boolean[] = [];
    for (let turn = 0; turn < 17; turn += 1) {
      world.exchange.setPrice(world.uid('TMOS'), turn % 2 === 0 ? '7.2' : '6');
      const { record } = await world.cycle();
      if (record.orders.length > 0)
        said.push(record.warnings.some((line) => /is order \d+ of the day/.test(line)));
      await world.clock.sleep(60_000);
    }
    expect(said.length).toBeGreaterThanOrEqual(15);
    expect(said.indexOf(true)).toBe(14);
  });

  test('a fund that was never free is not told about', async () => {
    const world = await openWorld({ accounts: [{ ...swing, settings: { maxPriceJumpPercent: 100 } }] });
    for (const price of ['7.2', '6']) {
      world.exchange.setPrice(world.uid('TMOS'), price);
      expect((await world.cycle()).record.orders).not.toEqual([]);
      await world.clock.sleep(60_000);
    }
    expect(world.alerts).toEqual([]);
  });

  test('a fund that was free and is charged for is told about once a day', async () => {
    const world = await openWorld({
      accounts: [{ ...swing, settings: { maxPriceJumpPercent: 100 } }],
      exchange: { fundCommission: rate(0n) },
    });
    const told = () => world.alerts.filter(({ event }) => event === 'free_fund_charged');
    const turn = async (price: string): Promise<void> => {
      world.exchange.setPrice(world.uid('TMOS'), price);
      expect((await world.cycle()).record.orders).not.toEqual([]);
      await world.clock.sleep(60_000);
    };
    await turn('7.2');
    expect(told()).toEqual([]);
    const charged = { currency: 'rub', units: 1, nano: 500_000_000 };
    for (let count = 0; count < 6; count += 1)
      world.exchange.faults.rewrite('PostOrder', (reply: object) => ({
        ...reply,
        executedCommission: charged,
      }));
    await turn('6');
    await turn('7.2');
    expect(told()).toHaveLength(1);
    expect(told()[0]?.message).toMatch(
      /^TMOS: buy for .* RUB was charged 1\.50 RUB of commission; it was free before/,
    );
  });
});
