// Computed weights in a real iteration: what is asked for and what is not, one missing number, histories, records.

import { describe, expect, test } from 'bun:test';
import type { GetCandlesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { decide } from '../../src/core/decide.ts';
import { type IterationRecord, positionsOf } from '../../src/core/iteration-record.ts';
import type { Policy } from '../../src/core/policy.ts';
import { NO_RULES } from '../../src/core/policy.ts';
import type { Snapshot } from '../../src/core/portfolio.ts';
import { WorldError } from '../../src/ports.ts';
import { parseSnapshot, snapshotToJson } from '../../src/report/snapshot-json.ts';
import {
  HOUR_MS,
  MINUTE_MS,
  openWorld,
  type World,
  type WorldAccount,
  type WorldOptions,
} from '../support/engine-world.ts';
import { iterationSchema } from '../support/iteration-schema.ts';
import { type TrueFundData, trueFundData } from '../support/true-fund-data.ts';

const DAY_MS = 24 * HOUR_MS;
const THREE: WorldAccount = {
  wallet: { TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 },
  cash: '100000.00',
  pieces: { TMOS: 60_000, TBRU: 30_000, TRUR: 30_000 },
};

interface Rig {
  readonly world: World;
  readonly data: TrueFundData;
}

async function open(policy: Partial<Policy>, options: WorldOptions = {}, account = THREE): Promise<Rig> {
  const data = trueFundData();
  const world = await openWorld({ accounts: [{ ...account, policy }], fundData: data, ...options });
  data.exchange = world.exchange;
  return { world, data };
}

const targets = (record: IterationRecord): Record<string, number> =>
  Object.fromEntries(record.positions.map((row) => [row.ticker, row.target_percent]));
const row = (record: IterationRecord, ticker: string) =>
  record.positions.find((each) => each.ticker === ticker)!;

/** 90 % shared out in proportion to the venue's own numbers. */
function byTruth(metric: (ticker: string) => bigint): Record<string, number> {
  const tickers = ['TMOS', 'TBRU', 'TRUR'];
  const whole = tickers.reduce((sum, ticker) => sum + Number(metric(ticker)), 0);
  return {
    ...Object.fromEntries(
      tickers.map((ticker) => [ticker, Math.round((Number(metric(ticker)) / whole) * 900_000) / 10_000]),
    ),
    RUB: 10,
  };
}
const capOf =
  ({ exchange }: World) =>
  (ticker: string) =>
    exchange.market.last(exchange.instrument(ticker), exchange.clock.now())!.price * exchange.unitsOf(ticker);

describe('a computed mode', () => {
  test('balances by market cap, and records what it used', async () => {
    const rig = await open({ mode: 'marketcap' });
    const { record } = await rig.world.cycle();
    expect([record.mode, record.status]).toEqual(['marketcap', 'balanced']);
    const expected = byTruth(capOf(rig.world));
    for (const [ticker, percent] of Object.entries(expected))
      expect(targets(record)[ticker]).toBeCloseTo(percent, 2);
    iterationSchema.parse(record);
    const { market_cap_rub, aum_rub, premium_percent, metrics_as_of } = row(record, 'TMOS');
    // 1,823,000,000 units at 6.50.
    expect({ market_cap_rub, aum_rub, premium_percent }).toEqual({
      market_cap_rub: '11849500000.00',
      aum_rub: undefined,
      premium_percent: undefined,
    });
    expect(metrics_as_of).toBe(record.started_at);
    expect(row(record, 'RUB')).not.toContainKey('market_cap_rub');
    await rig.world.clock.sleep(HOUR_MS);
    expect((await rig.world.cycle()).record.status).toBe('nothing_to_do');
    expect(rig.world.faults()).toEqual([]);
  });

  test('buys more of what trades below its worth', async () => {
    const rig = await open({ mode: 'decorrelation' });
    const { exchange } = rig.world;
    for (const [ticker, premium] of Object.entries({ TMOS: '0.02', TBRU: '0.01', TRUR: '-0.01' }))
      exchange.setPremium(ticker, premium);
    const { record } = await rig.world.cycle();
    // m = 0, 1, 3 of 90 %.
    expect(targets(record).TMOS).toBe(0);
    expect(targets(record).TBRU).toBeCloseTo(22.5, 1);
    expect(targets(record).TRUR).toBeCloseTo(67.5, 1);
    expect(row(record, 'TRUR').premium_percent).toBeCloseTo(-1, 3);
    expect(row(record, 'TRUR').aum_rub).toMatch(/^\d{11}\.\d+$/);
    iterationSchema.parse(record);
    expect(rig.data.asked.every((needs) => needs === 'aum,market_cap')).toBe(true);
  });

  test('says why it falls back', async () => {
    const rig = await open({ mode: 'decorrelation' });
    for (const ticker of ['TMOS', 'TBRU', 'TRUR']) rig.world.exchange.setPremium(ticker, '0.01');
    const { record } = await rig.world.cycle();
    expect(targets(record)).toEqual({ TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 });
    expect(record.warnings.join('\n')).toMatch(/decorrelation: the premiums differ by 0\.00 pp only/);
  });
});

test('a saved snapshot decides what the iteration decided', async () => {
  const policies: readonly Partial<Policy>[] = [
    { mode: 'decorrelation', diff: { mode: 'day', multiplier: 50 } },
    { mode: 'sharpe' },
    { mode: 'inverse_volatility' },
  ];
  for (const policy of policies) {
    const { world } = await open(policy, { exchange: { liveliness: 1 } });
    const saved: string[] = [];
    Object.assign(world.context(), {
      saveSnapshot: (_: string, snapshot: Snapshot) => saved.push(JSON.stringify(snapshotToJson(snapshot))),
    });
    const { record } = await world.cycle();
    const parsed = parseSnapshot(JSON.parse(saved[0]!), new Set(Object.keys(THREE.wallet)));
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const decision = decide(parsed.snapshot, world.context().settings.policy);
    if (decision.kind !== 'plan') throw new Error(decision.because);
    expect(record.status).toBe('balanced');
    expect(
      Object.fromEntries(positionsOf(decision.plan).map((each) => [each.ticker, each.target_percent])),
    ).toEqual(targets(record));
  }
});

describe('what is asked for', () => {
  test('a manual account asks nobody: four calls', async () => {
    const { world, data } = await open({});
    await world.cycle();
    await world.clock.sleep(HOUR_MS);
    const from = world.exchange.log.calls.length;
    expect((await world.cycle()).record.status).toBe('nothing_to_do');
    expect(data.asked).toEqual([]);
    expect(
      world.exchange.log.calls
        .slice(from)
        .map((call) => call.method)
        .sort(),
    ).toEqual(['GetLastPrices', 'GetOrders', 'GetPositions', 'GetTradingStatuses']);
  });

  test('a limit on the premium asks for the NAV only, and leaves the weights alone', async () => {
    const { world, data } = await open({ limits: { ...NO_RULES.limits, maxPremiumPercent: 5 } });
    const { record } = await world.cycle();
    expect(new Set(data.asked)).toEqual(new Set(['nav']));
    expect(targets(record)).toEqual({ TMOS: 30, TBRU: 30, TRUR: 30, RUB: 10 });
    expect(row(record, 'TMOS')).not.toContainKey('metrics_as_of');
  });

  test('closes are read once a day and ticker', async () => {
    const { world } = await open({ mode: 'inverse_volatility' }, { exchange: { liveliness: 1 } });
    await world.cycle();
    expect(world.calls('GetCandles')).toHaveLength(3);
    await world.clock.sleep(HOUR_MS);
    await world.cycle();
    expect(world.calls('GetCandles')).toHaveLength(3);
    await world.clock.sleep(3 * DAY_MS);
    await world.cycle();
    expect(world.calls('GetCandles')).toHaveLength(6);
  });

  test('a moving average and adjusted bands read closes under manual weights, too', async () => {
    const limits = { ...NO_RULES.limits, movingAverageDays: 50 };
    const rebalance = { ...NO_RULES.rebalance, volatilityAdjusted: true };
    for (const policy of [{ limits }, { rebalance }]) {
      const { world } = await open(policy, { exchange: { liveliness: 1 } });
      await world.cycle();
      expect(world.calls('GetCandles').length).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('one missing number', () => {
  test('skips the iteration, says which, and the next interval tries again', async () => {
    const { world, data } = await open({ mode: 'aum' });
    data.unknown.set('TBRU', 't_capital: the page has no such fund');
    const { record } = await world.cycle();
    expect([record.status, record.orders.length]).toEqual(['skipped', 0]);
    expect(record.reason).toBe(
      'the AUM is unknown, so nothing is balanced: TBRU: t_capital: the page has no such fund',
    );
    data.unknown.clear();
    await world.clock.sleep(HOUR_MS);
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(world.faults()).toEqual([]);
  });

  test('does not keep a debt from being covered', async () => {
    const { world, data } = await open({ mode: 'aum' });
    world.exchange.withdraw(world.accountId(), '101000.00');
    data.unknown.set('TBRU', 'nobody knows');
    const { record } = await world.cycle();
    expect(record.status).toBe('partial');
    expect(record.reason).toMatch(/^risk_only: the AUM is unknown/);
    expect(new Set(record.orders.map(({ direction }) => direction))).toEqual(new Set(['sell']));
    expect(world.cash()).toBeGreaterThanOrEqual(0n);
  });

  test('does not become a failure where the source itself fails', async () => {
    const { world, data } = await open({ mode: 'marketcap' });
    data.failure = new WorldError('unreachable', 'nobody answers', 'soon');
    const { record } = await world.cycle();
    expect(record.status).toBe('skipped');
    expect(record.reason).toMatch(/TMOS: nobody answers; TBRU: nobody answers/);
    expect(world.alerts).toEqual([]);
  });

  test('does not concern a manual account of the same process', async () => {
    const data = trueFundData();
    data.failure = new WorldError('unreachable', 'nobody answers', 'soon');
    const world = await openWorld({
      accounts: [
        { ...THREE, id: 'computed', policy: { mode: 'marketcap' } },
        { ...THREE, id: 'manual' },
      ],
      fundData: data,
    });
    data.exchange = world.exchange;
    expect((await world.cycle('computed')).record.status).toBe('skipped');
    expect((await world.cycle('manual')).record.status).toBe('balanced');
  });

  test('a price that the venue leapt away from makes no market cap', async () => {
    const { world } = await open({ mode: 'marketcap' });
    await world.cycle();
    await world.clock.sleep(HOUR_MS);
    world.exchange.gapPrice('TMOS', '1.5');
    const { record } = await world.cycle();
    expect([record.status, record.orders.length]).toEqual(['skipped', 0]);
    expect(record.reason).toMatch(/TMOS: no price that can be trusted/);
  });
});

describe('closes', () => {
  const alive = { exchange: { liveliness: 1 } };

  test('weigh by volatility, the same after a restart', async () => {
    const weighed = async (restarts: boolean) => {
      const { world } = await open({ mode: 'inverse_volatility' }, alive);
      await world.cycle();
      await world.clock.sleep(HOUR_MS);
      if (restarts) world.restart();
      return targets((await world.cycle()).record);
    };
    const once = await weighed(false);
    // Bonds are calmer than shares.
    expect(once.TBRU).toBeGreaterThan(once.TMOS!);
    expect(await weighed(true)).toEqual(once);
  });

  test('weigh by return over risk, the same after a restart', async () => {
    const weighed = async (restarts: boolean) => {
      const { world } = await open({ mode: 'sharpe' }, alive);
      await world.cycle();
      if (restarts) world.restart();
      await world.clock.sleep(3 * DAY_MS);
      const { record } = await world.cycle();
      expect(record.status).toMatch(/^(balanced|nothing_to_do)$/);
      return targets(record);
    };
    expect(await weighed(true)).toEqual(await weighed(false));
  });

  test('that cannot be read for one ticker skip the iteration, and are asked for again', async () => {
    const { world } = await open({ mode: 'inverse_volatility' }, alive);
    const bonds = world.uid('TBRU');
    world.exchange.faults.add({
      method: 'GetCandles',
      fault: { kind: 'error', code: '50002' },
      when: ({ request }) => (request as { instrumentId?: string }).instrumentId === bonds,
    });
    const { record } = await world.cycle();
    expect(record.status).toBe('skipped');
    expect(record.reason).toMatch(/price history is unknown.*TBRU: its daily candles could not be read/);
    expect(record.reason).not.toContain('TMOS');
    await world.clock.sleep(HOUR_MS);
    expect((await world.cycle()).record.status).toMatch(/^(balanced|nothing_to_do)$/);
  });

  describe('that are fewer than the mode needs', () => {
    /** Of TBRU's candles only the first ones come, `times` times. */
    async function cut(times: number) {
      const { world } = await open({ mode: 'inverse_volatility' }, alive);
      const { faults } = world.exchange;
      faults.add({
        method: 'GetCandles',
        fault: {
          kind: 'rewrite',
          change: (reply) => ({ candles: (reply as GetCandlesResponse).candles.slice(0, 5) }),
        },
        when: ({ request }) => Reflect.get(Object(request), 'instrumentId') === world.uid('TBRU'),
        times,
      });
      return world;
    }

    test('are read again by a later iteration', async () => {
      const world = await cut(1);
      const { record } = await world.cycle();
      expect(record.reason).toMatch(/TBRU: \d+ daily closes before .* are needed, it has \d+/);
      await world.clock.sleep(5 * MINUTE_MS);
      expect((await world.cycle()).record.status).toMatch(/^(balanced|nothing_to_do)$/);
      expect(world.calls('GetCandles')).toHaveLength(4);
    });

    test('are not asked for at every interval of a few seconds', async () => {
      const world = await cut(1_000);
      await world.cycle();
      await world.clock.sleep(4 * MINUTE_MS);
      expect((await world.cycle()).record.status).toBe('skipped');
      expect(world.calls('GetCandles')).toHaveLength(3);
    });
  });
});
