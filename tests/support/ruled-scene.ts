// A calm world of the simulator with one account whose rules and holdings a test chooses, and the events that checks look at.
// Requires: nothing of it is sent; each scene ends with `world.close()`.

import { OrderDirection, OrderType, PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import { allChecks } from '../../sim/all-checks.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import { lotSize, lots, NO_MONEY, price, raw } from '../../src/core/units.ts';
import { inMainHours } from '../../src/exchange/calendar.ts';
import type { Intent } from '../../src/ports.ts';

const store = openSimJournal();
const HOUR_MS = 3_600_000;
const ITERATION = '00000000-0000-4000-8000-00000000abcd';

export interface RuledScene {
  readonly world: World;
  readonly broker: string;
  /** An order of a ticker for so many rubles. */
  order(side: 'buy' | 'sell', ticker: string, rubles: number, sizedAt?: bigint): Intent;
  plan(intents: readonly Intent[], leg?: number, iteration?: string): void;
  leave(intent: Intent, type?: OrderType, limit?: number): void;
  recorded(status: string, startedMs?: number, filled?: number, more?: object): void;
  pass(ms: number): void;
}

/** Weekdays between eleven and three, one account, prices that stand still. */
const SEED = seedOf(
  ({ accounts, timeline, liveliness }) =>
    accounts.length === 1 &&
    accounts[0]?.dryRun === false &&
    liveliness === 0 &&
    [0, 5].every((hours) => inMainHours(timeline.now() + hours * HOUR_MS)) &&
    inMainHours(timeline.now() - HOUR_MS),
);

function worldOf(seed: number): World {
  return new World({ seed, kept: new Set(), traced: false, calm: true, store, checks: allChecks });
}

function seedOf(fits: (world: World) => boolean): number {
  for (let seed = 1; ; seed += 1) {
    const world = worldOf(seed);
    world.close();
    if (fits(world)) return seed;
  }
}

/** 1,000,000 RUB: TMOS and TRUR as the wallet wants them, unless the case says otherwise. */
export function ruledScene(
  keys: Record<string, unknown>,
  { tmos = 45, trur = 45, borrows = false } = {},
): RuledScene {
  const world = worldOf(SEED);
  const account = world.accounts[0]!;
  const broker = account.brokerAccount;
  const identity = Object.fromEntries(
    ['id', 'name', 't_invest_token', 'account_id', 'balance_interval'].map((key) => [
      key,
      account.block[key],
    ]),
  );
  Object.assign(account, {
    block: { ...identity, unlisted_positions: 'keep', order_type: 'market', ...keys },
    wallet: { TMOS: 45, TRUR: 45, RUB: 10 },
    plain: false,
    borrows,
    equity: 1_000_000,
  });
  const books = world.exchange.registry.account(broker);
  for (const uid of books.held()) world.exchange.giveSecurities(broker, uid, -Number(books.pieces(uid)));
  world.exchange.setMargin(broker, { enabled: borrows });
  const lastOf = (ticker: string): bigint =>
    world.exchange.market.last(world.exchange.instrument(ticker), world.timeline.now())!.price;
  for (const [ticker, percent] of [
    ['TMOS', tmos],
    ['TRUR', trur],
  ] as const)
    world.exchange.giveSecurities(broker, ticker, Math.floor((percent * 1e13) / Number(lastOf(ticker))));
  const entry = {
    atMs: world.timeline.now(),
    kind: 'input',
    currency: 'rub',
    uid: null,
    pieces: 0n,
  } as const;
  const cash = BigInt(100 - tmos - trur) * 10_000_000_000_000n - books.cash();
  books.book({ ...entry, cash, price: 0n, orderId: null, tradeId: null });
  let made = 0;
  return {
    world,
    broker,
    order(side, ticker, rubles, sizedAt = lastOf(ticker)) {
      made += 1;
      const { uid, lot } = world.exchange.instrument(ticker);
      const count = BigInt(Math.round((rubles * 1e9) / Number(sizedAt * lot)));
      return {
        account: account.id,
        iteration: ITERATION,
        leg: side === 'sell' ? 0 : 1,
        part: 0,
        ticker,
        sizedAt: price(sizedAt),
        request: {
          key: `key-${made}`,
          brokerAccount: broker,
          uid,
          side,
          lots: lots(count),
          lot: lotSize(lot),
          type: 'market',
          limit: null,
          confirmMargin: false,
        },
      };
    },
    plan(intents, leg = intents[0]?.leg ?? 0, iteration = ITERATION) {
      const planned = intents.map((intent) => ({ ...intent, iteration, leg }));
      world.checks.onPlan({
        account: account.id,
        iteration,
        leg,
        intents: planned,
        before: { cash: NO_MONEY, pieces: new Map() },
      });
    },
    leave({ request }, type = OrderType.ORDER_TYPE_MARKET, limit) {
      const bytes = PostOrderRequest.encode({
        instrumentId: request.uid,
        quantity: Number(raw(request.lots)),
        direction:
          request.side === 'buy' ? OrderDirection.ORDER_DIRECTION_BUY : OrderDirection.ORDER_DIRECTION_SELL,
        accountId: broker,
        orderType: type,
        orderId: request.key,
        timeInForce: 0,
        priceType: 0,
        ...(limit === undefined
          ? {}
          : { price: { units: Math.floor(limit), nano: Math.round((limit % 1) * 1e9) } }),
      }).finish();
      world.start();
      world.checks.onLeave('PostOrder', bytes, world.life!, account.token);
    },
    recorded(status, startedMs = world.timeline.now(), filled = 0, more = {}) {
      const record = {
        account: account.id,
        iteration: ITERATION,
        status,
        started_at: new Date(startedMs).toISOString(),
        finished_at: new Date(world.timeline.now()).toISOString(),
        orders: [{ filled_lots: filled }],
        positions: [],
        held_back: [],
        warnings: [],
        reason: null,
        ...more,
      };
      world.start();
      // Other checks want a whole record; this is what those of the rules look at.
      for (const each of [record]) rulesSee(world, each);
    },
    pass(ms) {
      world.timeline.run(world.timeline.now() + ms);
    },
  };
}

type Recorded = Parameters<World['checks']['onRecord']>[0];
const rulesSee = (world: World, record: object): void => {
  try {
    world.checks.onRecord(record as Recorded, world.life!);
  } catch {
    // A check of whole records.
  }
};
