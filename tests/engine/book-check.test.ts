// `limits.max_spread_percent` in iterations: whose book is read, and what a bad one makes of a market order.

import { describe, expect, test } from 'bun:test';
import { NO_RULES } from '../../src/core/policy.ts';
import { FRIDAY_NOON, HOUR_MS, openWorld, type World, type WorldAccount } from '../support/engine-world.ts';
import { marginOf } from '../support/margin-account.ts';
import { rub } from '../support/snapshot-builder.ts';

const FRIDAY_EVENING = FRIDAY_NOON + 8 * HOUR_MS;
const SMALL: WorldAccount = { wallet: { TMOS: 50, TBRU: 50 }, cash: '100000.00' };
const LARGE: WorldAccount = { wallet: { TMOS: 80, TBRU: 20 }, cash: '400000.00' };
const posted = (world: World) => world.exchange.desk.orders;
const books = (world: World): number => world.calls('GetOrderBook').length;

/** An iteration of a margin account in its last hours of trading, with TMOS over its target and its book far too wide. */
async function beforeTheClose(withdrawn: string | null) {
  const world = await openWorld({
    accounts: [
      {
        wallet: { TMOS: 50, TBRU: 50 },
        cash: '1000.00',
        pieces: { TMOS: 12_000, TBRU: 3_000 },
        margin: { enabled: true },
        settings: { deleverageMs: 6 * HOUR_MS },
        policy: { margin: marginOf({ strategy: 'remove' }) },
      },
    ],
    startMs: FRIDAY_EVENING,
  });
  world.exchange.setBook(world.uid('TMOS'), { spreadTicks: 60 });
  if (withdrawn !== null) world.exchange.withdraw(world.accountId(), withdrawn);
  return { world, record: (await world.cycle()).record };
}

describe('the book', () => {
  test('is not read for small orders in the main session', async () => {
    const world = await openWorld({ accounts: [SMALL] });
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(books(world)).toBe(0);
  });

  test('of a large order is read, the others are not', async () => {
    const world = await openWorld({ accounts: [LARGE] });
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(books(world)).toBe(1);
  });

  test.each(['MOEX', 'auto'])('is read for all of them outside the main session (%s)', async (exchange) => {
    const world = await openWorld({
      accounts: [{ ...SMALL, settings: { exchange } }],
      startMs: FRIDAY_EVENING,
    });
    expect((await world.cycle()).record.status).toBe('balanced');
    expect(books(world)).toBeGreaterThanOrEqual(2);
  });

  test('that is too wide makes limits at the bound; what they do not fill is cancelled', async () => {
    const world = await openWorld({ accounts: [SMALL], startMs: FRIDAY_EVENING });
    world.exchange.setBook(world.uid('TMOS'), { spreadTicks: 60 });
    const { record } = await world.cycle();
    expect(record.status).toBe('partial');
    expect(record.warnings.join('\n')).toMatch(
      /TMOS: its book is 9\.23 % wide, the bound is 1 % \(limits\.max_spread_percent\)/,
    );
    const order = record.orders.find(({ ticker }) => ticker === 'TMOS');
    expect([order?.status, order?.filled_lots]).toEqual(['cancelled', 0]);
    expect(record.orders.find(({ ticker }) => ticker === 'TBRU')?.status).toBe('filled');
    expect(world.faults()).toEqual([]);
  });

  test('that is too thin for the size fills what it can inside the bound', async () => {
    const world = await openWorld({ accounts: [LARGE] });
    world.exchange.setBook(world.uid('TMOS'), { depthRub: '5000' });
    const { record } = await world.cycle();
    const order = record.orders.find(({ ticker }) => ticker === 'TMOS');
    expect(order?.status).toBe('partially_filled');
    const [sent] = posted(world).filter(({ uid }) => uid === world.uid('TMOS'));
    expect(sent?.type).toBe('limit');
    expect(world.cash() >= 0n).toBe(true);
    expect(world.faults()).toEqual([]);
  });

  test('that cannot be read makes limits, too', async () => {
    const world = await openWorld({ accounts: [LARGE] });
    world.exchange.faults.error('GetOrderBook', '30079', 100);
    const { record } = await world.cycle();
    expect(record.warnings.join('\n')).toContain('TMOS: its book could not be read');
    expect(record.status).toBe('balanced');
    expect(posted(world).find(({ uid }) => uid === world.uid('TMOS'))?.type).toBe('limit');
  });

  test('that asks for more than the reserve makes fewer lots, not a refusal; on a margin account no loan', async () => {
    for (const margin of [false, true]) {
      const world = await openWorld({
        accounts: [{ wallet: { TMOS: 100 }, cash: '100000.00', margin: { enabled: margin } }],
        exchange: { offHoursSpread: 4 },
        startMs: FRIDAY_EVENING,
      });
      const { record } = await world.cycle();
      expect(record.orders.map(({ status }) => status)).not.toContain('rejected');
      expect(record.warnings.join()).toContain('at what its book asks');
      expect(record.status).toBe('balanced');
      expect(world.pieces('TMOS')).toBeGreaterThan(15_000n);
      expect(world.faults()).toEqual([]);
    }
  });

  test.each([
    [6, '6.54', 'nothing_to_do', []],
    [6, '6.56', 'balanced', ['filled']],
  ])(
    'that asks %p ticks more than own money pays makes no purchase: %p RUB are %p',
    async (spreadTicks, cash, status, made) => {
      const world = await openWorld({ accounts: [{ wallet: { TMOS: 100 }, cash }], startMs: FRIDAY_EVENING });
      world.exchange.setBook(world.uid('TMOS'), { spreadTicks });
      const { record } = await world.cycle();
      expect(record.status).toBe(status as typeof record.status);
      expect(record.orders.map((order) => order.status)).toEqual(made as 'filled'[]);
      if (made.length === 0) {
        expect(record.reason).toMatch(/^TMOS: 0 of 1 lots are bought, one takes .* at what its book asks$/);
        expect(record.held_back).toMatchObject([
          { ticker: 'TMOS', rule: 'cash', detail: 'one takes 6.55 RUB at what its book asks', lots: 1 },
        ]);
      }
      expect(world.faults()).toEqual([]);
    },
  );

  test('that makes a limit above the price leaves what is kept aside', async () => {
    const world = await openWorld({
      accounts: [
        {
          wallet: { TMOS: 100 },
          cash: '800000.00',
          policy: { limits: { ...NO_RULES.limits, cashReserve: rub('300000') } },
        },
      ],
    });
    world.exchange.setBook(world.uid('TMOS'), { depthRub: '5000' });
    await world.cycle();
    const [sent] = posted(world);
    expect(sent?.type).toBe('limit');
    const takes = ((sent?.lots ?? 0n) * (sent?.lot ?? 0n) * (sent?.price ?? 0n) * 1_003n) / 1_000n;
    expect(takes).toBeGreaterThan(490_000n * 1_000_000_000n);
    expect(takes).toBeLessThanOrEqual(500_000n * 1_000_000_000n);
    expect(world.faults()).toEqual([]);
  });

  test('that makes a limit where a step is more than the best-price reach leaves the others their money', async () => {
    const world = await openWorld({
      accounts: [{ wallet: { TMOS: 60, TBRU: 40 }, cash: '700000.00', policy: { orderType: 'bestprice' } }],
    });
    world.exchange.gapPrice('TMOS', '0.25');
    world.exchange.setBook(world.uid('TMOS'), { spreadTicks: 4 });
    const { record } = await world.cycle();
    expect(posted(world).map(({ type }) => type)).toEqual(['limit', 'bestprice', 'bestprice']);
    expect(record.warnings.join()).toContain('at the limit');
    expect(record.orders.map(({ status }) => status)).not.toContain('rejected');
    expect(world.cash() >= 0n).toBe(true);
    expect(world.faults()).toEqual([]);
  });

  test('is looked at before the close where no debt has to go', async () => {
    const { world, record } = await beforeTheClose(null);
    expect(posted(world).map(({ side, type }) => [side, type])).toContainEqual(['sell', 'limit']);
    expect(record.warnings.join()).toContain('limits.max_spread_percent');
  });

  test('is not looked at before the close where debt has to go', async () => {
    const { world } = await beforeTheClose('4000.00');
    expect(posted(world)[0]).toMatchObject({ side: 'sell', type: 'market' });
  });

  test('is not looked at where a debt has to go', async () => {
    const world = await openWorld({
      accounts: [{ wallet: { TMOS: 100 }, cash: '1000.00', pieces: { TMOS: 10_000 } }],
      startMs: FRIDAY_EVENING,
    });
    world.exchange.setBook(world.uid('TMOS'), { spreadTicks: 60 });
    world.exchange.withdraw(world.accountId(), '3000.00');
    const { record } = await world.cycle();
    expect(books(world)).toBe(0);
    expect(record.orders[0]?.direction).toBe('sell');
  });
});
