// Every invariant of what the bot tells its owner can fail: each is shown something untrue, in a world where all else is well.

import { expect, test } from 'bun:test';
import { CancelOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import { allChecks } from '../../sim/all-checks.ts';
import { commandsIn, commandTrouble } from '../../sim/invariants/commands.ts';
import { formsOf } from '../../sim/invariants/secrets.ts';
import type { Ending, Life } from '../../sim/world/life.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { type Violation, World } from '../../sim/world/world.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { orderKey } from '../../src/core/order.ts';
import { decimal, lotSize, lots, money, parseNano, price } from '../../src/core/units.ts';
import { isActive } from '../../src/exchange/order.ts';

const store = openSimJournal();
const HOUR_MS = 3_600_000;
const SEED = 20_000;

interface Told {
  readonly world: World;
  readonly life: Life;
  readonly record: IterationRecord;
}

/** A run up to its first record that tells of an order; `change` is what the record is told as instead. */
function told(change: (record: IterationRecord, world: World) => IterationRecord): Told {
  let seen: Told | null = null;
  const world = new World({
    seed: SEED,
    kept: new Set(),
    traced: false,
    calm: true,
    store,
    checks(made) {
      const checks = allChecks(made);
      return {
        ...checks,
        onRecord(record, life) {
          if (seen !== null || record.orders.length === 0) return checks.onRecord(record, life);
          seen = { world: made, life, record };
          checks.onRecord(change(record, made), life);
        },
      };
    },
  });
  world.start();
  world.timeline.run(world.timeline.now() + 20 * HOUR_MS, () => seen !== null);
  if (seen === null) throw new Error('no iteration of this seed traded');
  return seen;
}

function brokenIn({ world }: { readonly world: World }): readonly Violation[] {
  const { violations } = world;
  world.close();
  return violations;
}

const firstOf = <Item>([first, ...rest]: readonly Item[], change: (item: Item) => Item): Item[] =>
  first === undefined ? [] : [change(first), ...rest];

const RECORDS: readonly (readonly [string, RegExp, (record: IterationRecord) => IterationRecord])[] = [
  ['record', /does not tell of order/, (r) => ({ ...r, orders: r.orders.slice(1) })],
  ['record', /one order twice/, (r) => ({ ...r, orders: [...r.orders, ...r.orders.slice(0, 1)] })],
  [
    'record',
    /is of no plan/,
    (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, idempotency_key: 'x' })) }),
  ],
  ['record', /ticker of/, (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, ticker: 'TRAY' })) })],
  [
    'record',
    /direction of/,
    (r) => ({
      ...r,
      orders: firstOf(r.orders, (o) => ({ ...o, direction: o.direction === 'buy' ? 'sell' : 'buy' })),
    }),
  ],
  ['record', /lots of/, (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, lots: o.lots + 1 })) })],
  [
    'record',
    /filled lots of/,
    (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, filled_lots: o.filled_lots - 1 })) }),
  ],
  [
    'record',
    /status of/,
    (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, status: 'cancelled' })) }),
  ],
  [
    'record',
    /an order is unknown/,
    (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, status: 'unknown' })) }),
  ],
  ['record', /price of/, (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, price_rub: '0.01' })) })],
  ['record', /as worth/, (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, amount_rub: '0.01' })) })],
  [
    'record',
    /the fee of/,
    (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, commission_rub: '0.00' })) }),
  ],
  ['record', /order id of/, (r) => ({ ...r, orders: firstOf(r.orders, (o) => ({ ...o, order_id: '1' })) })],
  ['record', /nothing_to_do, and orders/, (r) => ({ ...r, status: 'nothing_to_do' })],
  ['record', /skipped, and orders/, (r) => ({ ...r, status: 'skipped' })],
  ['record', /every order is final/, (r) => ({ ...r, status: 'unknown_outcome' })],
  ['record', /without a reason/, (r) => ({ ...r, status: 'failed', reason: null })],
  ['record', /dry_run is told/, (r) => ({ ...r, dry_run: true })],
  ['record', /it ends now/, (r) => ({ ...r, finished_at: r.started_at.replace(/\d{4}/, '2020') })],
  ['record', /began after it ended/, (r) => ({ ...r, started_at: r.started_at.replace(/\d{4}/, '2031') })],
  ['record', /began before/, (r) => ({ ...r, started_at: r.started_at.replace(/\d{4}/, '2020') })],
  ['record', /names broker account/, (r) => ({ ...r, broker_account: '1' })],
  ['record', /names mode/, (r) => ({ ...r, mode: 'aum' })],
  ['record', /is not in the journal/, (r) => ({ ...r, iteration: 'another' })],
  [
    'valuation',
    /adds up to/,
    (r) => ({
      ...r,
      positions: firstOf(r.positions, (p) => ({ ...p, target_percent: p.target_percent + 1 })),
    }),
  ],
  [
    'valuation',
    /% before/,
    (r) => ({
      ...r,
      positions: firstOf(r.positions, (p) => ({ ...p, before_percent: p.before_percent + 1 })),
    }),
  ],
  [
    'valuation',
    /% after/,
    (r) => ({ ...r, positions: firstOf(r.positions, (p) => ({ ...p, after_percent: p.after_percent + 1 })) }),
  ],
  ['valuation', /its positions add up to/, (r) => ({ ...r, equity_rub: '1.00' })],
  ['valuation', /tracking error/, (r) => ({ ...r, tracking_error_pp: { before: 0, after: 0 } })],
  ['valuation', /does not tell of/, (r) => ({ ...r, positions: r.positions.slice(1) })],
  [
    'valuation',
    /lots of .* before/,
    (r) => ({ ...r, positions: firstOf(r.positions, (p) => ({ ...p, lots_before: p.lots_before + 1 })) }),
  ],
  [
    'valuation',
    /lots of .* after/,
    (r) => ({ ...r, positions: firstOf(r.positions, (p) => ({ ...p, lots_after: p.lots_after + 1 })) }),
  ],
  [
    'valuation',
    /did not say/,
    (r) => ({ ...r, positions: firstOf(r.positions, (p) => ({ ...p, price_rub: '0.01' })) }),
  ],
  [
    'valuation',
    /RUB after/,
    (r) => ({
      ...r,
      positions: r.positions.map((p) => (p.ticker === 'RUB' ? { ...p, value_after_rub: '1.00' } : p)),
    }),
  ],
];

test('nothing is wrong with a record that is told as it is', () => {
  const made = told((record) => record);
  expect(made.record.orders.every(({ status }) => status === 'filled')).toBe(true);
  expect(brokenIn(made)).toEqual([]);
});

/** Money that the owner pays in after the bot looked for the last time. */
const paid = (record: IterationRecord, { exchange, accounts }: World): IterationRecord => {
  exchange.deposit(accounts[0]!.brokerAccount, '837');
  return record;
};

test('money that came after the look need not be in the record, any other amount is wrong', () => {
  expect(brokenIn(told(paid)).filter(({ invariant }) => invariant === 'valuation')).toEqual([]);
  const off = (rub: string): string => decimal(money(parseNano(rub) + 836_000_000_000n));
  const broken = brokenIn(
    told((record, world) => ({
      ...paid(record, world),
      positions: record.positions.map((row) =>
        row.ticker === 'RUB' ? { ...row, value_before_rub: off(row.value_before_rub) } : row,
      ),
    })),
  );
  expect(broken.map(({ text }) => text).join('\n')).toMatch(/RUB before/);
});

test.each(RECORDS)('%s fails: %p', (invariant, text, change) => {
  const broken = brokenIn(told(change)).filter((violation) => violation.invariant === invariant);
  expect(broken.map((violation) => violation.text).join('\n')).toMatch(text);
});

const KEY = orderKey({ brokerAccount: '2000000001', iteration: 'i', leg: 0, uid: 'u', side: 'buy', part: 0 });

/** An order whose fate the journal does not know. */
function unknownOrder({ world }: Told, key = KEY): void {
  const { brokerAccount, id } = world.accounts[0]!;
  const { uid } = world.exchange.instrument('TMOS');
  const request = {
    key,
    brokerAccount,
    uid,
    side: 'buy' as const,
    lots: lots(1n),
    lot: lotSize(1n),
    type: 'market' as const,
    limit: null,
    confirmMargin: false,
  };
  const intent = {
    account: id,
    iteration: 'i',
    leg: 0,
    part: 0,
    ticker: 'TMOS',
    sizedAt: price(1n),
    request,
  };
  const { journal } = store;
  const atMs = world.timeline.now();
  journal.plan(id, 'i', 0, [intent], { cash: money(0n), pieces: new Map() }, atMs);
  journal.attempt([key], atMs);
  const before = journal.order(key)!;
  const change = {
    key,
    to: 'unknown' as const,
    executed: lots(0n),
    evidence: 'no clear reply',
    trackingId: 'abc',
  };
  world.checks.onSettle({ change, before, after: journal.settle(change, atMs) });
}

const halt = ({ world }: Told, detail: string): void => {
  const stopped = { cause: 'unresolved_order', detail, atMs: world.timeline.now() } as const;
  store.journal.setHalt('acc1', stopped);
  world.checks.onHalt('acc1', stopped);
};
const alert = ({ world }: Told, event: string, message: string, account = 'acc1'): void =>
  world.alerted({ account, event, message });
const minuteOn = ({ world }: Told): void => world.timeline.run(world.timeline.now() + 61_000);
const endedWith = ({ world, life }: Told, ending: Ending): void => {
  life.ending = ending;
  world.checks.onDeath(life);
};

const SCENES: readonly (readonly [string, RegExp, (scene: Told) => void])[] = [
  [
    'alert',
    /was halted, and nobody was told/,
    (made) => {
      halt(made, 'x');
      minuteOn(made);
    },
  ],
  [
    'alert',
    /is unknown for a minute/,
    (made) => {
      unknownOrder(made);
      minuteOn(made);
    },
  ],
  ['alert', /and is not/, (made) => alert(made, 'halted', 'x')],
  [
    'alert',
    /for another reason/,
    (made) => {
      unknownOrder(made);
      halt(made, `order ${KEY} is lost`);
      alert(made, 'halted', 'x');
    },
  ],
  [
    'alert',
    /does not name the command/,
    (made) => {
      unknownOrder(made);
      halt(made, `order ${KEY} is lost`);
      alert(made, 'halted', `order ${KEY} is lost`);
    },
  ],
  [
    'alert',
    /does not name the tracking id/,
    (made) => {
      const detail = `order ${KEY} is lost: tiebb resolve ${KEY} --absent, or --filled N (lots)`;
      unknownOrder(made);
      halt(made, detail);
      alert(made, 'halted', `${detail}.`);
    },
  ],
  ['alert', /told of unknown order/, (made) => alert(made, 'unknown_outcome', `order ${KEY}`)],
  ['alert', /which is final/, (made) => alert(made, 'order_unfinished', `order ${KEY}`)],
  ['alert', /the venue accepts it/, (made) => alert(made, 'token_refused', 'x')],
  ['alert', /is no account/, (made) => alert(made, 'paused', 'x', 'acc9')],
  [
    'alert',
    /twice/,
    (made) => {
      alert(made, 'account_stopped', 'x');
      alert(made, 'account_stopped', 'x');
    },
  ],
  [
    'alert',
    /no such command/,
    (made) => {
      alert(made, 'paused', 'to go on: tiebb resume --account acc7');
      minuteOn(made);
    },
  ],
  [
    'alert',
    /nobody was ever told/,
    (made) => {
      halt(made, 'x');
      made.world.checks.atEnd();
    },
  ],
  [
    'secret',
    /says a token, log/,
    ({ world, life }) => world.said('log', `a ${world.accounts[0]!.token}`, life),
  ],
  [
    'secret',
    /says a token, alert/,
    ({ world, life }) => world.said('alert', btoa(`{"a":"${world.accounts[0]!.token}"}`), life),
  ],
  [
    'secret',
    /in the journal/,
    ({ world }) => {
      const atMs = world.timeline.now();
      store.journal.setHalt('acc1', { cause: 'drawdown', detail: world.accounts[0]!.token, atMs });
      world.checks.atEnd();
    },
  ],
  [
    'calls',
    /must not be able to call/,
    ({ world, life }) => world.checks.onLeave('PayIn', new Uint8Array(), life, 't.x'),
  ],
  [
    'calls',
    /no token of any account/,
    ({ world, life }) => world.checks.onLeave('GetOrders', new Uint8Array(), life, 't.x'),
  ],
  [
    'calls',
    /which the owner placed/,
    ({ world, life }) => {
      const { brokerAccount, token } = world.accounts[0]!;
      world.exchange.giveSecurities(brokerAccount, 'TMOS', 5);
      world.exchange.ownerOrder(brokerAccount, {
        uid: 'TMOS',
        side: 'sell',
        lots: 1,
        limit: '6.70',
      });
      const foreign = world.exchange.desk.orders.find((order) => order.foreign && isActive(order))!;
      const bytes = CancelOrderRequest.encode({ accountId: brokerAccount, orderId: foreign.id }).finish();
      world.checks.onLeave('CancelOrder', bytes, life, token);
    },
  ],
  [
    'exit',
    /code 1, expected 0/,
    (made) => {
      made.life.stoppedMs = 1;
      endedWith(made, { kind: 'exit', code: 1 });
    },
  ],
  [
    'exit',
    /code 0, expected 7/,
    (made) => {
      unknownOrder(made);
      made.life.stoppedMs = 1;
      endedWith(made, { kind: 'exit', code: 0 });
    },
  ],
  ['exit', /told nobody why/, (made) => endedWith(made, { kind: 'exit', code: 1 })],
  ['exit', /ended by TypeError/, (made) => endedWith(made, { kind: 'failed', error: new TypeError('x') })],
];

test.each(SCENES)('%s fails: %p', (invariant, text, break_) => {
  const made = told((record) => record);
  break_(made);
  const broken = brokenIn(made).filter((violation) => violation.invariant === invariant);
  expect(broken.map((violation) => violation.text).join('\n')).toMatch(text);
});

test.each([
  ['of one halt is one too many', false, true],
  ['of the next halt, in the same words, is right', true, false],
])('a second alert %s', (_, isLifted, fails) => {
  const made = told((record) => record);
  const fall = 'equity has fallen 2.36 %';
  halt(made, fall);
  alert(made, 'halted', fall);
  made.world.timeline.run(made.world.timeline.now() + 1_000);
  if (isLifted) store.journal.clearHalt('acc1');
  halt(made, fall);
  alert(made, 'halted', fall);
  expect(brokenIn(made).some(({ text }) => text.includes('twice (one halt)'))).toBe(fails);
});

test('the commands that an alert names are those that a person can type', async () => {
  const made = told((record) => record);
  unknownOrder(made);
  const message = `look at it, then tiebb resolve ${KEY} --absent, or --filled N (lots). To go on: tiebb resume --account acc1`;
  const commands = commandsIn(message);
  expect(commands).toEqual([
    ['resolve', KEY, '--absent'],
    ['resolve', KEY, '--filled', '1'],
    ['resume', '--account', 'acc1'],
  ]);
  for (const argv of commands) expect(await commandTrouble(made.world, 'acc1', argv)).toBeNull();
  expect(await commandTrouble(made.world, 'acc1', ['resolve', KEY, '--gone'])).toContain('unknown option');
  expect(await commandTrouble(made.world, 'acc1', ['resolve', 'x', '--absent'])).toContain(
    'no order has the key',
  );
  expect(store.journal.order(KEY)?.state).toBe('unknown');
  made.world.close();
});

test('a token is found in base64 wherever it stands', () => {
  const token = 't.sim-1_9kQzR4vXw2Lm7TdBnHs0';
  for (const before of ['', 'a', 'ab', 'abc'])
    expect(formsOf(token).some((form) => btoa(`${before}${token}z`).includes(form))).toBe(true);
});
