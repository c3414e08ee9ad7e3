// The person of the simulator: types what an alert says, says of an order what the venue's books say, and calls an alert
// that leaves them helpless a failure.

import { describe, expect, test } from 'bun:test';
import { allChecks } from '../../sim/all-checks.ts';
import { Neighbour } from '../../sim/world/neighbour.ts';
import { openSimJournal } from '../../sim/world/sim-journal.ts';
import { World } from '../../sim/world/world.ts';
import { lots, money, price } from '../../src/core/units.ts';
import { NOTHING, sampleIntent } from '../journal/sample.ts';

const store = openSimJournal();

/** A calm world whose first account is halted, with an alert of these words. */
function halted(message: (id: string, key: string) => string) {
  const world = new World({ seed: 3, kept: new Set(), traced: true, calm: true, store, checks: allChecks });
  const [account] = world.accounts;
  if (account === undefined) throw new Error('no account');
  const sample = sampleIntent({ account: account.id, iteration: 'one' });
  const { key } = sample.request;
  const { journal } = store;
  journal.plan(account.id, 'one', 1, [sample], NOTHING, 1);
  journal.attempt([key], 2);
  journal.settle({ key, to: 'unknown', executed: lots(0n), evidence: 'no reply' }, 3);
  const halt = { cause: 'unresolved_order', detail: 'd', atMs: 4 } as const;
  journal.setHalt(account.id, halt);
  world.halted.add(account.id);
  world.alerts.push({
    alert: { account: account.id, event: 'halted', message: message(account.id, key) },
    atMs: world.timeline.now(),
  });
  return { world, key, id: account.id };
}

test('the exact commands of an alert are typed, and what became of the order is what the venue has', () => {
  const { world, key, id } = halted(
    (account, order) =>
      `look at the account, then tiebb resolve ${order} --absent, or --filled N (lots). To go on: tiebb resume --account ${account}`,
  );
  expect(world.person.act()).toBe(true);
  expect(store.journal.order(key)?.state).toBe('operator');
  expect(store.journal.halt(id)).toBeNull();
  expect(world.halted.size).toBe(0);
  expect(world.coverage.tables['order arrows']).toEqual({ 'unknown -> operator': 1 });
  expect(world.violations).toEqual([]);
});

test('an order that only `tiebb orders` names is resolved too', () => {
  const { world, key } = halted((account) => `to go on: tiebb resume --account ${account}`);
  world.person.act();
  expect(store.journal.order(key)?.state).toBe('operator');
  expect(world.coverage.tables.person).toEqual({ resume: 1, orders: 1, resolve: 1 });
});

test('an alert without a command breaks liveness', () => {
  const { world } = halted(() => 'something is wrong');
  expect(world.person.act()).toBe(false);
  expect(world.violations[0]?.text).toContain('no alert says what a person should do');
});

test('a command that the program does not know breaks liveness', () => {
  const { world } = halted(() => 'to go on: tiebb resume --account nobody');
  world.person.act();
  expect(world.violations[0]?.text).toContain('no such block');
});

test('an account that halts again without a word breaks liveness', () => {
  const { world, id } = halted((account) => `to go on: tiebb resume --account ${account}`);
  world.person.act();
  world.alerts.length = 0;
  store.journal.setHalt(id, { cause: 'drawdown', detail: 'd', atMs: 5 });
  world.person.judge();
  expect(world.violations[0]?.text).toContain('stands still again');
});

describe('an account of the same configuration that is none of this program', () => {
  const neighbour = 'neighbour';

  test('stays halted and stopped, whatever is typed for another one', () => {
    const { world } = halted((account) => `to go on: tiebb resume --account ${account}`);
    world.person.act();
    expect(world.violations).toEqual([]);
    expect(store.journal.halt(neighbour)?.cause).toBe('drawdown');
    expect(world.killSwitch.engaged(neighbour)).not.toBeNull();
  });

  test.each<[string, (world: World) => void]>([
    ['has lifted the halt', () => store.journal.clearHalt(neighbour)],
    ['that was stopped', (world) => world.killSwitch.release(neighbour)],
    ['which prices', () => store.journal.allowJump(neighbour, 'TMOS', 1)],
    ['which prices', () => store.journal.endJump(neighbour, 'LQDT')],
  ])('is missed where a command %s', (words, spoil) => {
    const { world } = halted(() => 'to go on: tiebb resume');
    const there = new Neighbour(world);
    there.moveIn();
    spoil(world);
    there.check(['resume', '--account', 'acc1']);
    expect(world.violations.map(({ invariant }) => invariant)).toEqual(['isolation']);
    expect(world.violations[0]?.text).toContain(words);
  });
});

test('an order that waits for a person is answered as its alert says, and a yes is told to the checks', () => {
  const { world, id } = halted((account) => `to go on: tiebb resume --account ${account}`);
  const { request, ticker } = sampleIntent({ account: id, iteration: 'one' });
  const keys = Array.from(
    { length: 12 },
    (_, nth) => `${String(nth).padStart(8, 'a')}-0000-5000-8000-000000000000`,
  );
  const agreed: string[] = [];
  world.checks = { ...world.checks, onConfirm: ({ key }) => void agreed.push(key) };
  for (const [nth, key] of keys.entries()) {
    store.journal.addPending({
      key,
      account: id,
      iteration: 'one',
      ticker,
      uid: `${request.uid}${nth}`,
      side: request.side,
      lots: request.lots,
      lot: request.lot,
      price: price(1_000_000_000n),
      amount: money(1_000_000_000n),
      createdAtMs: 1,
      expiresAtMs: world.timeline.now() + 1_000,
      answer: 'none',
      answeredAtMs: null,
    });
    const short = key.slice(0, 8);
    const message = `waits for a yes: tiebb confirm ${short} (or: tiebb reject ${short})`;
    world.alerts.push({
      alert: { account: id, event: 'confirmation', message },
      atMs: world.timeline.now(),
    });
  }
  world.person.act();
  expect(world.violations).toEqual([]);
  const rows = store.journal.pendingOrders(id);
  const said = (answer: string) => rows.filter((row) => row.answer === answer).map(({ key }) => key);
  expect(said('confirmed').sort()).toEqual(agreed.sort());
  expect(new Set(rows.map(({ answer }) => answer))).toEqual(new Set(['confirmed', 'rejected', 'none']));
});
