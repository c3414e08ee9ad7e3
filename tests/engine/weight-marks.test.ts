// What `diff` compares with, from iteration to iteration and from day to day, restarts and dry runs included.

import { describe, expect, test } from 'bun:test';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { Policy } from '../../src/core/policy.ts';
import { FRIDAY_NOON, HOUR_MS, openWorld, type World, type WorldAccount } from '../support/engine-world.ts';
import { iterationSchema } from '../support/iteration-schema.ts';
import { type TrueFundData, trueFundData } from '../support/true-fund-data.ts';

const TWO: WorldAccount = { wallet: { TMOS: 50, TBRU: 50 }, cash: '1000000.00' };
/** 2026-11-20, 00:00 in Moscow. */
const MIDNIGHT = FRIDAY_NOON - 13 * HOUR_MS;

async function open(
  mode: 'iteration' | 'day',
  more: Partial<Policy> = {},
  change: Partial<WorldAccount> = {},
): Promise<{ world: World; data: TrueFundData }> {
  const data = trueFundData();
  const policy: Partial<Policy> = { mode: 'marketcap', diff: { mode, multiplier: 100 }, ...more };
  const world = await openWorld({ accounts: [{ ...TWO, ...change, policy }], fundData: data });
  data.exchange = world.exchange;
  return { world, data };
}

const row = (record: IterationRecord, ticker: string) =>
  record.positions.find((each) => each.ticker === ticker)!;
const seen = (record: IterationRecord, ticker = 'TMOS') => {
  const { base_percent, reference_percent, diff_percent, target_percent } = row(record, ticker);
  return { base: base_percent, reference: reference_percent, diff: diff_percent, target: target_percent };
};
/** Makes the caps of TMOS and TBRU so many billions, by their units. */
function caps(world: World, tmos: number, tbru: number): void {
  for (const [ticker, billions] of Object.entries({ TMOS: tmos, TBRU: tbru })) {
    const { exchange } = world;
    const { price } = exchange.market.last(exchange.instrument(ticker), exchange.clock.now())!;
    exchange.setUnits(ticker, (BigInt(billions * 1000) * 10n ** 15n) / price);
  }
}
const unshifted = { base: undefined, reference: undefined, diff: undefined };

async function next(world: World, hours = 1): Promise<IterationRecord> {
  await world.clock.sleep(hours * HOUR_MS);
  return (await world.cycle()).record;
}

describe('diff by iteration', () => {
  test('the first iteration of a day is not shifted, the next one by what changed since', async () => {
    const { world } = await open('iteration');
    caps(world, 10, 10);
    const first = await next(world);
    expect(first.status).toBe('balanced');
    expect(seen(first)).toEqual({ ...unshifted, target: expect.closeTo(50, 3) });
    caps(world, 11, 9);
    const second = await next(world);
    expect(second.status).toBe('balanced');
    // 55 against 50 is +10 %, 45 against 50 is -10 %: 65 and 35.
    expect(seen(second)).toEqual({
      base: expect.closeTo(55, 3),
      reference: expect.closeTo(50, 3),
      diff: expect.closeTo(10, 3),
      target: expect.closeTo(65, 3),
    });
    expect(row(second, 'RUB')).not.toContainKey('diff_percent');
    iterationSchema.parse(second);
    // Nothing has changed since: the weights themselves apply again, and then there is nothing to do.
    const third = await next(world);
    expect(seen(third)).toMatchObject({ diff: expect.closeTo(0, 3), target: expect.closeTo(55, 3) });
    expect((await next(world)).status).toBe('nothing_to_do');
    expect(world.faults()).toEqual([]);
  });

  test('an iteration that traded nothing is no reference', async () => {
    const { world } = await open('iteration');
    caps(world, 10, 10);
    await next(world);
    expect((await next(world)).status).toBe('nothing_to_do');
    const mark = world.journal.weightMark('a', 'iteration')!;
    expect(mark.atMs).toBeLessThan(world.clock.now() - HOUR_MS / 2);
  });

  test('a restart changes nothing', async () => {
    const second = async (restarts: boolean) => {
      const { world } = await open('iteration');
      caps(world, 10, 10);
      await next(world);
      caps(world, 11, 9);
      if (restarts) world.restart();
      return (await next(world)).positions;
    };
    expect(await second(true)).toEqual(await second(false));
  });

  test('another day begins anew', async () => {
    const { world } = await open('iteration');
    caps(world, 10, 10);
    await next(world);
    caps(world, 11, 9);
    const monday = await next(world, 3 * 24);
    expect(seen(monday)).toEqual({ ...unshifted, target: expect.closeTo(55, 3) });
  });

  test('a dry run is no reference', async () => {
    const { world } = await open('iteration', {}, { settings: { dryRun: true } });
    caps(world, 10, 10);
    expect((await next(world)).status).toBe('planned');
    expect(world.journal.weightMark('a', 'iteration')).toBeNull();
  });

  test('another wallet, mode or limit has no reference', async () => {
    const { world } = await open('iteration');
    caps(world, 10, 10);
    await next(world);
    caps(world, 11, 9);
    const { settings } = world.context();
    const weighting = { ...settings.policy.weighting, caps: 90 };
    const changes: readonly Partial<Policy>[] = [
      {
        wallet: new Map([
          ['TMOS', 40],
          ['TBRU', 60],
        ]),
      },
      { mode: 'marketcap_aum' },
      { weighting },
    ];
    for (const change of changes) {
      const policy = { ...settings.policy, ...change };
      Object.assign(world.context(), { settings: { ...settings, dryRun: true, policy } });
      expect(seen(await next(world, 0.01))).toMatchObject(unshifted);
    }
    Object.assign(world.context(), { settings: { ...settings, dryRun: true } });
    expect(seen(await next(world, 0.01))).toMatchObject({ diff: expect.closeTo(10, 3) });
  });
});

describe('diff by day', () => {
  test('compares with the weights of midnight, rebuilt where the bot was not running', async () => {
    const { world, data } = await open('day');
    // The day's units are the units of its midnight, so what moves is the price.
    caps(world, 10, 10);
    await world.clock.sleep(HOUR_MS);
    world.exchange.gapPrice('TMOS', '1.1');
    const first = (await world.cycle()).record;
    // 11 and 10 of 21: 52.381 against 50.
    expect(seen(first)).toMatchObject({
      base: expect.closeTo(52.381, 2),
      reference: expect.closeTo(50, 2),
      diff: expect.closeTo(4.762, 2),
    });
    expect(first.warnings).toEqual([]);
    expect(world.journal.weightMark('a', 'day')).toMatchObject({ atMs: MIDNIGHT, dayMs: MIDNIGHT });
    const asked = data.asked.length;
    const second = await next(world);
    expect(seen(second)).toEqual(seen(first));
    expect(second.status).toBe('nothing_to_do');
    // The reference is remembered: only the present is asked about.
    expect(data.asked.length).toBe(asked + 1);
  });

  test('a restart changes nothing', async () => {
    const second = async (restarts: boolean) => {
      const { world } = await open('day');
      caps(world, 10, 10);
      world.exchange.gapPrice('TMOS', '1.1');
      await next(world);
      if (restarts) world.restart();
      world.exchange.gapPrice('TMOS', '1.1');
      return (await next(world)).positions;
    };
    expect(await second(true)).toEqual(await second(false));
  });

  test('where midnight cannot be rebuilt the first known weights stand in all day, said aloud', async () => {
    const { world, data } = await open('day');
    data.beganMs = FRIDAY_NOON;
    caps(world, 10, 10);
    const first = await next(world);
    expect(seen(first)).toMatchObject({ diff: 0, target: expect.closeTo(50, 3) });
    expect(first.warnings.join()).toMatch(/diff: the weights of 00:00 Moscow time are not known/);
    data.beganMs = 0;
    world.restart();
    caps(world, 11, 9);
    const second = await next(world);
    expect(seen(second)).toMatchObject({ diff: expect.closeTo(10, 3), target: expect.closeTo(65, 3) });
    const monday = await next(world, 3 * 24);
    expect(monday.warnings).toEqual([]);
  });

  test('a dry run rebuilds it and leaves no mark', async () => {
    const { world } = await open('day', {}, { settings: { dryRun: true } });
    caps(world, 10, 10);
    world.exchange.gapPrice('TMOS', '1.1');
    expect(seen(await next(world))).toMatchObject({ diff: expect.closeTo(4.762, 2) });
    expect(world.journal.weightMark('a', 'day')).toBeNull();
  });

  test('with nothing known there is no mark', async () => {
    const { world, data } = await open('day');
    data.unknown.set('TMOS', 'nobody knows');
    expect((await next(world)).status).toBe('skipped');
    expect(world.journal.weightMark('a', 'day')).toBeNull();
  });
});
