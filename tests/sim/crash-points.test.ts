// A death is named by how its orders stood: each row of the list from the state that it is about.

import { expect, test } from 'bun:test';
import { allChecks } from '../../sim/all-checks.ts';
import type { CrashPoint } from '../../sim/report/crash-points.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import { orderKey } from '../../src/core/order.ts';
import { lotSize, lots, money, price, raw } from '../../src/core/units.ts';
import type { Intent } from '../../src/ports.ts';

const store = openSimJournal();
const ITERATION = '00000000-0000-4000-8000-00000000abcd';

function scene() {
  const world = new World({ seed: 3, kept: new Set(), traced: false, calm: true, store, checks: allChecks });
  world.start();
  const account = world.accounts.find(({ dryRun }) => !dryRun);
  if (account === undefined) throw new Error('every account of this seed is a dry run');
  const { brokerAccount } = account;
  const { exchange } = world;
  exchange.deposit(brokerAccount, '1000000');
  exchange.giveSecurities(brokerAccount, 'TMOS', 1_000);
  const instrument = exchange.instrument('TMOS');
  const sizedAt = price(exchange.market.last(instrument, exchange.now())?.price ?? 0n);
  const intent = (leg: number, part = 0): Intent => {
    const side = leg === 0 ? 'sell' : 'buy';
    const key = orderKey({ brokerAccount, iteration: ITERATION, leg, uid: instrument.uid, side, part });
    const request = {
      key,
      brokerAccount,
      uid: instrument.uid,
      side,
      lots: lots(4n),
      lot: lotSize(1n),
    } as const;
    return {
      account: account.id,
      iteration: ITERATION,
      leg,
      part,
      ticker: 'TMOS',
      sizedAt,
      request: { ...request, type: 'market', limit: null, confirmMargin: false },
    };
  };
  const { journal } = store;
  const plan = (intents: readonly Intent[], isOwn = true): void => {
    const leg = intents[0]?.leg ?? 0;
    journal.plan(account.id, ITERATION, leg, intents, { cash: money(0n), pieces: new Map() }, 1);
    if (isOwn) world.crashPoints.planned(account.id, ITERATION);
  };
  const attempt = (...intents: Intent[]): void =>
    journal.attempt(
      intents.map(({ request }) => request.key),
      2,
    );
  const leave = ({ request }: Intent): void =>
    world.crashPoints.leaving('PostOrder', Buffer.from(request.key));
  /** The venue takes it, and executes so many lots. */
  const take = ({ request }: Intent, now: bigint) => {
    exchange.faults.planFor = () => ({ kind: 'partial', now, later: [] });
    return exchange.desk.post(
      {
        accountId: brokerAccount,
        key: request.key,
        uid: request.uid,
        side: request.side,
        type: 'market',
        lots: raw(request.lots),
        price: null,
        confirmMargin: false,
        timeInForce: 'day',
        foreign: false,
      },
      exchange.now(),
    );
  };
  const live = ({ request }: Intent, orderId: string | null = null): void =>
    void journal.settle({ key: request.key, to: 'live', executed: lots(0n), evidence: 'reply', orderId }, 3);
  const filled = ({ request }: Intent): void =>
    void journal.settle(
      { key: request.key, to: 'filled', executed: request.lots, evidence: 'order state' },
      4,
    );
  return { world, intent, plan, attempt, leave, take, live, filled };
}

type Scene = ReturnType<typeof scene>;

const CASES: readonly (readonly [point: CrashPoint, where: string, stage: (scene: Scene) => void])[] = [
  ['before W1', 'plan before', () => {}],
  ['after W1, nothing sent', 'plan after', ({ plan, intent }) => plan([intent(0)])],
  [
    'after W2, not sent',
    'attempt after',
    ({ plan, intent, attempt }) => {
      plan([intent(0)]);
      attempt(intent(0));
    },
  ],
  [
    'sent, not accepted',
    'PostOrder received',
    ({ plan, intent, attempt, leave }) => {
      plan([intent(0)]);
      attempt(intent(0));
      leave(intent(0));
    },
  ],
  ...(
    [
      ['accepted, no reply', 'PostOrder applied'],
      ['reply before W3', 'settle before'],
      ['partly filled', 'PostOrder applied'],
    ] as const
  ).map(
    ([point, where]) =>
      [
        point,
        where,
        ({ plan, intent, attempt, leave, take }: Scene) => {
          plan([intent(0)]);
          attempt(intent(0));
          leave(intent(0));
          take(intent(0), 1n);
        },
      ] as const,
  ),
  [
    'live, before the first poll',
    'settle after',
    ({ plan, intent, attempt, leave, take, live }) => {
      plan([intent(0)]);
      attempt(intent(0));
      leave(intent(0));
      live(intent(0), take(intent(0), 0n).id);
    },
  ],
  [
    'some sells done',
    'GetOrderState applied',
    ({ plan, intent, attempt, take }) => {
      plan([intent(0), intent(0, 1)]);
      attempt(intent(0), intent(0, 1));
      take(intent(0), 4n);
      take(intent(0, 1), 1n);
    },
  ],
  [
    'sells done, before SELLS_SETTLED',
    'GetOrderState applied',
    ({ plan, intent, attempt, take }) => {
      plan([intent(0)]);
      attempt(intent(0));
      take(intent(0), 4n);
    },
  ],
  [
    'before W1 of the buys',
    'GetPositions received',
    ({ plan, intent, attempt, take, live, filled }) => {
      plan([intent(0)]);
      attempt(intent(0));
      take(intent(0), 4n);
      live(intent(0));
      filled(intent(0));
    },
  ],
  [
    'all done before RECORDED',
    'record before',
    ({ plan, intent, attempt, take, live, filled }) => {
      plan([intent(1)]);
      attempt(intent(1));
      take(intent(1), 4n);
      live(intent(1));
      filled(intent(1));
    },
  ],
  [
    'in recovery, at the venue',
    'settle before',
    ({ plan, intent, attempt, take, live, world }) => {
      plan([intent(1)], false);
      attempt(intent(1));
      const { id } = take(intent(1), 0n);
      live(intent(1), id);
      const call = { method: 'GetOrderState', accountId: null, orderId: id, outcome: null };
      world.crashPoints.called(call, 'received', { alive: true });
    },
  ],
];

test.each(CASES)('%s', (point, where, stage) => {
  const made = scene();
  stage(made);
  made.world.crashPoints.died(where);
  expect(Object.keys(made.world.coverage.tables['crash points'])).toContain(point);
});

test('a death before anything was looked at is none of them', () => {
  const { world } = scene();
  world.crashPoints.died('GetAccounts leaves');
  expect(world.coverage.tables['crash points']).toEqual({});
});
