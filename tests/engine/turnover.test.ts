// `max_day_turnover_percent`: what would pass it is refused with its reason; the next Moscow day is free again.

import { describe, expect, test } from 'bun:test';
import { raw } from '../../src/core/units.ts';
import { observe } from '../../src/engine/observe.ts';
import { turnoverLeft } from '../../src/engine/turnover.ts';
import { FRIDAY_NOON, HOUR_MS, openWorld, type World } from '../support/engine-world.ts';

const CAPPED = (percent: number) => ({
  wallet: { TMOS: 50, TBRU: 50 },
  cash: '0.00',
  pieces: { TMOS: 10_000 },
  settings: { maxDayTurnoverPercent: percent, intervalMs: HOUR_MS },
});
const refused = (world: World) => world.alerts.filter((alert) => alert.event === 'order_refused');
const last = (world: World) => world.records.at(-1)!;

describe('the turnover of a day', () => {
  test('far below the limit is not in the way', async () => {
    const world = await openWorld({ accounts: [CAPPED(400)] });
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.alerts).toEqual([]);
  });

  for (const [percent, filled] of [
    [49, []],
    [51, ['sell']],
    [101, ['sell', 'buy']],
  ] as const)
    test(`of ${percent} % lets ${filled.length} of two orders of half the account pass`, async () => {
      const world = await openWorld({ accounts: [CAPPED(percent)] });
      const { record } = await world.cycle();
      expect(
        record.orders.filter((order) => order.status === 'filled').map((order) => order.direction),
      ).toEqual([...filled]);
      if (percent > 100) return expect(record.status).toBe('balanced');
      expect(record.status).toBe('partial');
      expect(record.reason).toContain("was not sent: today's turnover would pass max_day_turnover_percent");
      expect(refused(world)).toHaveLength(1);
      expect(record.warnings.join()).toContain('max_day_turnover_percent');
      expect(world.faults()).toEqual([]);
    });

  test('leaves no purchase behind that is not worth making without the one that does not fit', async () => {
    const account = {
      wallet: { TMOS: 60, TBRU: 40 },
      cash: '60200.00',
      pieces: { TBRU: 5_364 },
      policy: { minImprovementPp: 0.5 },
      settings: { maxDayTurnoverPercent: 59, intervalMs: HOUR_MS },
    };
    const world = await openWorld({ accounts: [account] });
    const { record } = await world.cycle();
    expect(record.status).toBe('partial');
    expect(record.reason).toMatch(/^buy of TMOS was not sent: today's turnover would pass/);
    expect(record.orders).toEqual([]);
    expect(refused(world)).toHaveLength(1);
  });

  test('leaves no purchase behind that is not worth making without the sells that do not fit', async () => {
    const account = {
      ...CAPPED(1),
      cash: '100.00',
      pieces: { TMOS: 10_000, TBRU: 100 },
      policy: { minImprovementPp: 0.5 },
    };
    const world = await openWorld({ accounts: [account] });
    const { record } = await world.cycle();
    expect(record.status).toBe('partial');
    expect(record.reason).toMatch(/^sell of TMOS was not sent: today's turnover would pass/);
    expect(record.orders).toEqual([]);
    expect(world.faults()).toEqual([]);
  });

  test('lets purchases pass that are worth making without the one that does not fit', async () => {
    const account = {
      wallet: { TMOS: 70, TBRU: 30 },
      cash: '100000.00',
      settings: { maxDayTurnoverPercent: 69, intervalMs: HOUR_MS },
    };
    const world = await openWorld({ accounts: [account] });
    const { record } = await world.cycle();
    expect(record.orders.map(({ ticker, status }) => `${ticker} ${status}`)).toEqual(['TBRU filled']);
    expect(record.status).toBe('partial');
    expect(record.reason).toContain('buy of TMOS was not sent');
  });

  test('is told once an hour, not at every iteration', async () => {
    const world = await openWorld({ accounts: [CAPPED(49)] });
    for (let turn = 0; turn < 12; turn += 1) {
      await world.cycle();
      expect(last(world).status).toBe('partial');
      await world.clock.sleep(HOUR_MS / 6);
    }
    expect(refused(world)).toHaveLength(2);
  });

  test('counts over restarts, and is free again on the next Moscow day', async () => {
    const world = await openWorld({ accounts: [CAPPED(51)] });
    await world.cycle();
    expect(last(world).orders.map((order) => order.direction)).toEqual(['sell']);
    world.restart();
    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    expect(last(world).orders.map((order) => order.ticker)).not.toContain('TBRU');
    expect(last(world).status).toBe('partial');
    // Monday, 13:00.
    await world.clock.sleep(71 * HOUR_MS);
    await world.cycle();
    expect(last(world)).toMatchObject({ status: 'balanced' });
    expect(last(world).orders.map((order) => order.direction)).toContain('buy');
    expect(world.faults()).toEqual([]);
  });

  test('begins at midnight in Moscow, not in UTC', async () => {
    const world = await openWorld({ accounts: [CAPPED(51)] });
    await world.cycle();
    const { snapshot } = await look(world);
    const traded = world.journal.fillsSince('a', 0).reduce((sum, fill) => sum + raw(fill.value!), 0n);
    const left = () => raw(turnoverLeft(world.context(), snapshot));
    const spent = left();
    // Friday 13:00 Moscow; its midnight is eleven hours on.
    await world.clock.sleep(FRIDAY_NOON + 11 * HOUR_MS - 1 - world.clock.now());
    expect(left()).toBe(spent);
    await world.clock.sleep(1);
    expect(left()).toBe(spent + traded);
  });

  test('is of all that is balanced: an account wholly in what is to be sold can be sold', async () => {
    const world = await openWorld({
      accounts: [
        {
          wallet: { TMOS: 50, RUB: 50 },
          cash: '0.00',
          pieces: { TGLD: 5_000 },
          policy: { unlistedPositions: 'sell' },
        },
      ],
    });
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.pieces('TGLD')).toBe(0n);
    expect(world.faults()).toEqual([]);
  });
});

/** The account as observed now. */
async function look(world: World) {
  return observe(world.context(), {
    exchangeOpen: true,
    asIfTradable: false,
    ownSessions: [],
    sessions: async () => [],
    excluded: new Map(),
  });
}
