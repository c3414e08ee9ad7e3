// Whatever orders come, in whatever order: the books stay exact, nobody goes below zero, and what is held back is
// exactly what the resting orders need. The model here is computed apart, from the fills alone.

import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { rate } from '../../src/core/units.ts';
import { VenueError } from '../../src/exchange/errors.ts';
import { createExchange, type Exchange } from '../../src/exchange/exchange.ts';
import type { NewOrder, VenueOrder } from '../../src/exchange/order.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { FRIDAY_NOON, freshKey, TOKEN } from './venue-client.ts';

const TICKERS = ['TMOS', 'GAZP', 'FEES'] as const;
const KOPECK = 10_000_000n;
const RATE = 3_000_000n;

interface World {
  readonly clock: ManualClock;
  readonly exchange: Exchange;
  readonly id: string;
  paidIn: bigint;
}

type Command =
  | {
      readonly kind: 'post';
      readonly ticker: (typeof TICKERS)[number];
      readonly side: 'buy' | 'sell';
      readonly type: NewOrder['type'];
      readonly lots: number;
      readonly offset: number;
      readonly plan: 'none' | 'rest' | 'partial' | 'reject';
    }
  | { readonly kind: 'cancel'; readonly pick: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'gap'; readonly ticker: (typeof TICKERS)[number]; readonly percent: number }
  | { readonly kind: 'halt'; readonly ticker: (typeof TICKERS)[number]; readonly on: boolean }
  | { readonly kind: 'deposit'; readonly rub: number };

const ticker = fc.constantFrom(...TICKERS);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('post' as const),
      ticker,
      side: fc.constantFrom('buy' as const, 'sell' as const),
      type: fc.constantFrom('market' as const, 'limit' as const, 'bestprice' as const),
      lots: fc.integer({ min: 1, max: 3000 }),
      offset: fc.integer({ min: -6, max: 6 }),
      plan: fc.constantFrom(
        'none' as const,
        'none' as const,
        'rest' as const,
        'partial' as const,
        'reject' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.integer({ min: 0, max: 9 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 1, max: 4 * 3_600_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('gap' as const),
      ticker,
      percent: fc.integer({ min: 90, max: 110 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('halt' as const), ticker, on: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('deposit' as const), rub: fc.integer({ min: 1, max: 5000 }) }),
  },
);

function post(world: World, wish: Extract<Command, { kind: 'post' }>): void {
  const { exchange } = world;
  const instrument = exchange.instrument(wish.ticker);
  const nowMs = exchange.now();
  const last = exchange.market.last(instrument, nowMs)?.price ?? 0n;
  const lots = BigInt(wish.lots);
  if (wish.plan === 'rest') exchange.faults.execute({ kind: 'rest' });
  if (wish.plan === 'reject') exchange.faults.execute({ kind: 'reject', message: 'no' });
  if (wish.plan === 'partial') {
    const later = [{ afterMs: 30_000, lots: lots / 3n }];
    exchange.faults.execute({ kind: 'partial', now: lots / 2n, later });
  }
  try {
    exchange.desk.post(
      {
        accountId: world.id,
        key: freshKey(),
        uid: instrument.uid,
        side: wish.side,
        type: wish.type,
        lots,
        price: wish.type === 'limit' ? last + BigInt(wish.offset) * instrument.step : null,
        confirmMargin: false,
        timeInForce: 'day',
        foreign: false,
      },
      nowMs,
    );
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
  }
  exchange.faults.clear();
}

async function run(world: World, step: Command): Promise<void> {
  const { exchange } = world;
  switch (step.kind) {
    case 'post':
      return post(world, step);
    case 'cancel': {
      const active = exchange.desk.activeOf(world.id);
      const picked = active[step.pick % Math.max(1, active.length)];
      const nowMs = exchange.now();
      if (picked !== undefined && picked.finalMs === null) exchange.desk.cancel(picked, nowMs);
      return;
    }
    case 'wait':
      return world.clock.advance(step.ms);
    case 'gap':
      return exchange.gapPrice(step.ticker, (step.percent / 100).toFixed(2));
    case 'halt':
      return exchange.setStatus(step.ticker, step.on ? 4 : null);
    case 'deposit':
      world.paidIn += BigInt(step.rub) * 1_000_000_000n;
      return exchange.deposit(world.id, String(step.rub));
  }
}

const feeOf = (value: bigint): bigint => {
  const exact = value * RATE;
  const kopecks = exact / (1_000_000_000n * KOPECK);
  return (kopecks * 1_000_000_000n * KOPECK === exact ? kopecks : kopecks + 1n) * KOPECK;
};
const worthOf = (order: VenueOrder): bigint =>
  order.fills.reduce((sum, fill) => sum + fill.price * fill.lots * order.lot, 0n);

/** What one active buy must hold back, by the rule as the product states it. */
function needed(order: VenueOrder): bigint {
  const rest = (order.lots - order.executed) * order.lot * order.bound;
  return rest + feeOf(worthOf(order) + rest) - feeOf(worthOf(order));
}

function check(world: World): void {
  const { exchange } = world;
  const audit = exchange.audit();
  expect(audit.faults).toEqual([]);
  const account = exchange.registry.account(world.id);
  let cash = world.paidIn;
  let held = 0n;
  for (const order of audit.orders) {
    const sign = order.side === 'buy' ? -1n : 1n;
    cash += sign * worthOf(order) - feeOf(worthOf(order));
    const active = order.status === 'new' || order.status === 'partial';
    if (active && order.side === 'buy') held += needed(order);
    expect(order.status === 'filled').toBe(order.executed === order.lots);
    for (const fill of order.fills)
      expect(order.side === 'buy' ? fill.price <= order.bound : fill.price >= order.bound).toBe(true);
  }
  expect(account.cash()).toBe(cash);
  expect(exchange.desk.blockedCash(world.id, 'rub')).toBe(held);
  expect(account.cash() - held).toBeGreaterThanOrEqual(0n);
}

test('random streams of orders keep the books exact', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 10, maxLength: 60, size: 'max' }),
      fc.integer(),
      async (commands, seed) => {
        const clock = createManualClock(FRIDAY_NOON);
        const exchange = createExchange({
          clock,
          seed,
          liveliness: 4,
          depthRub: '3000',
          commission: rate(RATE),
        });
        const { id } = exchange.openAccount({ token: TOKEN, cash: '20000' });
        for (const each of TICKERS) exchange.giveSecurities(id, each, 12_345);
        const world: World = { clock, exchange, id, paidIn: 20_000n * 1_000_000_000n };
        for (const step of commands) {
          await run(world, step);
          check(world);
        }
      },
    ),
    { seed: Number(process.env.SEED ?? 20261121), numRuns: Number(process.env.RUNS ?? 60) },
  );
});
