// Every invariant of the simulator can fail: each is shown an event that breaks it, in a world where all else is well.

import { expect, test } from 'bun:test';
import {
  GetOrderStateRequest,
  GetOrdersRequest,
  GetOrdersResponse,
  OrderDirection,
  OrderType,
  PostOrderRequest,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import { allChecks } from '../../sim/all-checks.ts';
import type { Life } from '../../sim/world/life.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import { orderKey } from '../../src/core/order.ts';
import { lotSize, lots, money, price, raw, shares } from '../../src/core/units.ts';
import type { Intent, JournaledOrder } from '../../src/ports.ts';

const store = openSimJournal();
const MINUTE_MS = 60_000;
const ITERATION = '00000000-0000-4000-8000-00000000abcd';

interface Scene {
  readonly world: World;
  readonly life: Life;
  /** The calm account, whose wallet holds TMOS. */
  readonly account: World['accounts'][number];
  intent(side: 'buy' | 'sell', count: bigint, leg?: number): Intent;
  /** Plans, and tries what is planned. */
  plan(intents: readonly Intent[]): void;
  leave(intent: Intent, change?: Partial<PostOrderRequest>): void;
  /** It got no clear reply. */
  unknown(intent: Intent): JournaledOrder;
}

function scene(): Scene {
  const world = new World({ seed: 3, kept: new Set(), traced: false, calm: true, store, checks: allChecks });
  world.start();
  const life = world.life!;
  const account = world.accounts.find(({ dryRun }) => !dryRun)!;
  const uid = world.exchange.instrument('TMOS').uid;
  const last = world.exchange.market.last(world.exchange.instrument('TMOS'), world.exchange.now())!.price;
  const { journal } = store;
  return {
    world,
    life,
    account,
    intent: (side, count, leg = 0) => ({
      account: account.id,
      iteration: ITERATION,
      leg,
      part: 0,
      ticker: 'TMOS',
      sizedAt: price(last),
      request: {
        key: orderKey({
          brokerAccount: account.brokerAccount,
          iteration: ITERATION,
          leg,
          uid,
          side,
          part: 0,
        }),
        brokerAccount: account.brokerAccount,
        uid,
        side,
        lots: lots(count),
        lot: lotSize(1n),
        type: 'market',
        limit: null,
        confirmMargin: false,
      },
    }),
    plan(intents) {
      const leg = intents[0]!.leg;
      const atMs = world.timeline.now();
      journal.plan(account.id, ITERATION, leg, intents, { cash: money(0n), pieces: new Map() }, atMs);
      journal.attempt(
        intents.map(({ request }) => request.key),
        atMs,
      );
    },
    leave({ request }, change = {}) {
      const bytes = PostOrderRequest.encode({
        instrumentId: request.uid,
        quantity: Number(raw(request.lots)),
        direction:
          request.side === 'buy' ? OrderDirection.ORDER_DIRECTION_BUY : OrderDirection.ORDER_DIRECTION_SELL,
        accountId: request.brokerAccount,
        orderType: OrderType.ORDER_TYPE_MARKET,
        orderId: request.key,
        timeInForce: 0,
        priceType: 0,
        ...change,
      }).finish();
      world.checks.onLeave('PostOrder', bytes, life, account.token);
    },
    unknown: ({ request }) =>
      journal.settle(
        { key: request.key, to: 'unknown', executed: lots(0n), evidence: 'no clear reply' },
        world.timeline.now(),
      ),
  };
}

/** The venue says that TMOS is not for this investor. */
function isBarred({ world, plan, intent }: Scene): void {
  const sold = intent('sell', 1n);
  plan([sold]);
  const { key } = sold.request;
  const before = store.journal.order(key)!;
  const evidence = 'refused by the venue';
  const change = { key, to: 'rejected' as const, executed: lots(0n), evidence, code: '30101' };
  const after = store.journal.settle(change, world.timeline.now());
  world.checks.onSettle({ change, before, after });
}

/** Sent twice a minute apart, the backup knows of the first sending; a person is asked so long after that one. */
function asksAfterRestoring({ world, life, account, plan, leave, intent }: Scene, afterMs: number): void {
  const sent = intent('buy', 1n);
  const { key } = sent.request;
  const firstMs = world.timeline.now();
  plan([sent]);
  world.checks.onAttempt([key]);
  leave(sent);
  world.kill(life, 'here');
  world.timeline.run(firstMs + MINUTE_MS);
  world.checks.onAttempt([key]);
  leave(sent);
  world.forgotten.add(key);
  world.checks.onRestore();
  world.timeline.run(firstMs + afterMs);
  const detail = `order ${key} is neither found nor absent`;
  world.checks.onHalt(account.id, { cause: 'unresolved_order', detail, atMs: world.timeline.now() });
}

const CASES: readonly (readonly [invariant: string, what: string, break_: (scene: Scene) => void])[] = [
  ['I11', 'an order that no plan knows', ({ leave, intent }) => leave(intent('buy', 1n))],
  [
    'I2',
    'a second sending with one attempt row',
    ({ leave, plan, intent }) => {
      plan([intent('buy', 1n)]);
      leave(intent('buy', 1n));
      leave(intent('buy', 1n));
    },
  ],
  [
    'I3',
    'one key, two requests',
    ({ leave, plan, intent }) => {
      plan([intent('buy', 1n)]);
      leave(intent('buy', 1n));
      leave(intent('buy', 1n), { quantity: 2 });
    },
  ],
  [
    'I4',
    'more lots than planned',
    ({ leave, plan, intent }) => {
      plan([intent('buy', 1n)]);
      leave(intent('buy', 1n), { quantity: 2 });
    },
  ],
  [
    'I5',
    'a sale of what is not held',
    ({ leave, plan, intent }) => {
      plan([intent('sell', 10_000_000n)]);
      leave(intent('sell', 10_000_000n));
    },
  ],
  [
    'I7',
    'a buy while a sell is open',
    ({ leave, plan, intent }) => {
      plan([intent('sell', 1n)]);
      plan([intent('buy', 1n, 1)]);
      leave(intent('buy', 1n, 1));
    },
  ],
  [
    'rule 4',
    'a first sending of what an earlier life planned',
    ({ world, plan, intent }) => {
      plan([intent('buy', 1n)]);
      world.checks.onAttempt([intent('buy', 1n).request.key]);
    },
  ],
  [
    'I8',
    'an order after the kill switch',
    ({ world, account, leave, plan, intent }) => {
      plan([intent('buy', 1n)]);
      world.killSwitch.engage(account.id, world.timeline.now() - 1_001);
      leave(intent('buy', 1n));
    },
  ],
  [
    'I8',
    'an order of a halted account',
    ({ world, account, leave, plan, intent }) => {
      plan([intent('buy', 1n)]);
      store.journal.setHalt(account.id, { cause: 'drawdown', detail: 'x', atMs: world.timeline.now() });
      leave(intent('buy', 1n));
    },
  ],
  [
    'I9',
    'an order above the cap',
    ({ leave, plan, intent }) => {
      plan([intent('buy', 100_000_000n)]);
      leave(intent('buy', 100_000_000n));
    },
  ],
  [
    'I13',
    'a new key beside an unknown order',
    ({ world, leave, plan, intent }) => {
      const first = intent('buy', 1n);
      plan([first]);
      store.journal.settle(
        { key: first.request.key, to: 'unknown', executed: lots(0n), evidence: 'no clear reply' },
        world.timeline.now(),
      );
      plan([intent('buy', 1n, 1)]);
      leave(intent('buy', 1n, 1));
    },
  ],
  [
    'I6',
    'a plan that cannot be paid',
    ({ world, account, intent }) =>
      world.checks.onPlan({
        account: account.id,
        iteration: ITERATION,
        leg: 1,
        intents: [intent('buy', 1_000_000_000n, 1)],
        before: { cash: money(0n), pieces: new Map() },
      }),
  ],
  [
    'I10',
    'a price that the venue never said',
    ({ world, account, intent }) =>
      world.checks.onPlan({
        account: account.id,
        iteration: ITERATION,
        leg: 1,
        intents: [{ ...intent('buy', 1n, 1), sizedAt: price(1n) }],
        before: { cash: money(0n), pieces: new Map() },
      }),
  ],
  [
    'I16',
    'a plan on pieces that are not there',
    ({ world, account }) =>
      world.checks.onPlan({
        account: account.id,
        iteration: ITERATION,
        leg: 0,
        intents: [],
        before: {
          cash: money(world.exchange.registry.account(account.brokerAccount).cash()),
          pieces: new Map([[world.exchange.instrument('LKOH').uid, shares(77n)]]),
        },
      }),
  ],
  [
    'I12',
    'requests without end',
    ({ world, life }) => {
      for (let count = 0; count < 60; count += 1)
        world.checks.onLeave('GetOrders', new Uint8Array(), life, 't');
    },
  ],
  [
    'truth',
    'an order that is called filled and is not at the venue',
    ({ world, plan, intent }) => {
      const bought = intent('buy', 1n);
      plan([bought]);
      const before = store.journal.order(bought.request.key)!;
      const change = { key: bought.request.key, to: 'live' as const, executed: lots(0n), evidence: 'reply' };
      const live = store.journal.settle(change, world.timeline.now());
      const filled = { ...change, to: 'filled' as const, executed: lots(1n) };
      world.checks.onSettle({ change, before, after: live });
      const after = store.journal.settle(filled, world.timeline.now());
      world.checks.onSettle({ change: filled, before: live, after });
    },
  ],
  [
    'I14',
    'an unknown order that a timer resolves',
    ({ world, plan, intent }) => {
      const bought = intent('buy', 1n);
      plan([bought]);
      const { key } = bought.request;
      const unknown = store.journal.settle(
        { key, to: 'unknown', executed: lots(0n), evidence: 'no clear reply' },
        world.timeline.now(),
      );
      const change = { key, to: 'rejected' as const, executed: lots(0n), evidence: 'it took too long' };
      const after = store.journal.settle(change, world.timeline.now());
      world.checks.onSettle({ change, before: unknown, after });
    },
  ],
  [
    'R2',
    'a second sending of what the venue has just shown',
    ({ world, life, account, leave, plan, unknown, intent }) => {
      const sent = intent('buy', 1n);
      plan([sent]);
      leave(sent);
      unknown(sent);
      const asked = GetOrdersRequest.encode({ accountId: account.brokerAccount }).finish();
      const shown = { orders: [{ orderRequestId: sent.request.key }] };
      world.checks.onLeave('GetOrders', asked, life, account.token);
      const reply = GetOrdersResponse.encode(GetOrdersResponse.fromJSON(shown)).finish();
      world.checks.onReply('GetOrders', asked, reply, life, account.token);
      store.journal.attempt([sent.request.key], world.timeline.now());
      leave(sent);
    },
  ],
  [
    'R4',
    'an absence that is believed at once',
    ({ world, leave, plan, unknown, intent }) => {
      const sent = intent('buy', 1n);
      plan([sent]);
      leave(sent);
      const before = unknown(sent);
      const { key } = sent.request;
      const change = { key, to: 'absent' as const, executed: lots(0n), evidence: 'absence proof: x' };
      const after = store.journal.settle(change, world.timeline.now());
      world.checks.onSettle({ change, before, after });
    },
  ],
  [
    'R5',
    'a person who is asked at once',
    ({ world, account, leave, plan, intent }) => {
      const sent = intent('buy', 1n);
      plan([sent]);
      leave(sent);
      const detail = `order ${sent.request.key} is neither found nor absent`;
      world.checks.onHalt(account.id, { cause: 'unresolved_order', detail, atMs: world.timeline.now() });
    },
  ],
  [
    'rule 4',
    'a wait for what an earlier life left in the book',
    ({ world, life, account, plan, intent }) => {
      const { request, ...rest } = intent('buy', 1n);
      plan([{ request, ...rest }]);
      const { key } = request;
      store.journal.settle(
        { key, to: 'live', executed: lots(0n), evidence: 'reply', orderId: '7' },
        world.timeline.now(),
      );
      const asked = { accountId: account.brokerAccount, orderId: '7', priceType: 0 };
      const bytes = GetOrderStateRequest.encode(asked).finish();
      world.checks.onLeave('GetOrderState', bytes, life, account.token);
    },
  ],
  [
    'refusal',
    'an order in what was refused in the same iteration',
    ({ world, account, plan, intent }) => {
      const sold = intent('sell', 1n);
      plan([sold]);
      const { key } = sold.request;
      const before = store.journal.order(key)!;
      const change = { key, to: 'rejected' as const, executed: lots(0n), evidence: 'refused by the venue' };
      const after = store.journal.settle({ ...change, code: '30049' }, world.timeline.now());
      world.checks.onSettle({ change: { ...change, code: '30049' }, before, after });
      world.checks.onPlan({
        account: account.id,
        iteration: ITERATION,
        leg: 1,
        intents: [intent('buy', 1n, 1)],
        before: { cash: money(0n), pieces: new Map() },
      });
    },
  ],
  [
    'refusal',
    'an account that goes on without an instrument that nobody was told of',
    (made) => {
      isBarred(made);
      made.world.checks.onAnnounce(made.account.id, made.world.timeline.now());
    },
  ],
  [
    'R5',
    'a person who is asked a minute before the half hour that a restored backup knows of',
    (made) => asksAfterRestoring(made, 29 * MINUTE_MS),
  ],
  ['liveness', 'an account that never did anything', ({ world }) => world.checks.atEnd()],
  [
    'accounting',
    'books that do not add up',
    ({ world, account }) => {
      world.exchange.registry.account(account.brokerAccount).ledger.push({
        atMs: 0,
        kind: 'fee',
        currency: 'rub',
        cash: -1n,
        uid: null,
        pieces: 0n,
        price: 0n,
        orderId: null,
        tradeId: null,
      });
      world.checks.atEnd();
    },
  ],
];

test.each(CASES)('%s fails on %s', (invariant, _, break_) => {
  const made = scene();
  break_(made);
  made.world.close();
  expect(made.world.violations.map((violation) => violation.invariant)).toContain(invariant);
});

test.each([
  ['refusal', 'an account that ends with a refusal', isBarred],
  [
    'refusal',
    'a life that was asked to end before its other orders were known',
    (made: Scene) => {
      isBarred(made);
      made.life.terminate();
      made.world.checks.onAnnounce(made.account.id, made.world.timeline.now());
    },
  ],
  [
    'R5',
    'half an hour after the last sending that a restored backup knows of',
    (made: Scene) => asksAfterRestoring(made, 30 * MINUTE_MS),
  ],
] as const)('%s holds for %s', (invariant, _, allowed) => {
  const made = scene();
  allowed(made);
  made.world.close();
  expect(made.world.violations.map((violation) => violation.invariant)).not.toContain(invariant);
});

test('nothing fails on a plan that is carried out as it stands', () => {
  const made = scene();
  const sold = made.intent('sell', 1n);
  made.world.exchange.giveSecurities(made.account.brokerAccount, 'TMOS', 5);
  made.plan([sold]);
  made.leave(sold);
  made.world.close();
  expect(made.world.violations).toEqual([]);
});
