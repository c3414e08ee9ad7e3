// A last story of some seeds: an order rests in the book when its program is killed, the venue carries out a part of it, ends
// it at night and forgets it a day later. Whoever starts the bot again then must be told of it as it was, by the positions.
// Requires: a plain account that trades now, prices that stand still. Guarantees: nothing else is looked at any more.

import { isFinal } from '../../src/core/order.ts';
import { raw } from '../../src/core/units.ts';
import type { JournaledOrder } from '../../src/ports.ts';
import { together } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import { diceOf } from '../world/streams.ts';
import type { World } from '../world/world.ts';
import { calmAccount, lookMs, looksAgain, tradesAt } from './calm-account.ts';

const HOUR_MS = 3_600_000;
/** Once nobody looks. */
const LATER_MS = 600_000;
/** Of what it is worth: enough to be worth an order. */
const PAID_IN = 0.4;
/** The venue remembers an order for a day after it ended, and weekends are days. */
const FORGOTTEN_MS = 26 * HOUR_MS;
const WAITS_MS = 6 * 24 * HOUR_MS;
/** Iterations in which the next program has to know, and as many after each word of a person. */
const LOOKS = 3;
const HELPS = 4;

export function forgottenOrder(world: World): void {
  const account = whose(world);
  const dice = diceOf(world.seed, 'forgotten order');
  if (account === null || !dice.chance(0.2)) return;
  world.checks = together([]);
  const [now, after] = [dice.pick([0n, 1n, 3n]), dice.pick([0n, 1n, 3n])];
  // Nothing else is carried out while the program is dead, and what is left of it ends with the day.
  world.exchange.faults.planFor = ({ lots }) => ({
    kind: 'partial',
    now: now < lots ? now : 0n,
    later: now + after < lots ? [{ afterMs: LATER_MS, lots: after }] : [],
  });
  world.exchange.deposit(account.brokerAccount, String(Math.floor(PAID_IN * account.equity)));
  const keys = restWhenKilled(world, account);
  world.exchange.faults.planFor = () => null;
  if (keys.length === 0) return;
  world.note(`forgotten: ${keys.join(' ')}`);
  world.coverage.count('person', 'forgotten order');
  if (!sleepsUntilForgotten(world, account, keys)) return;
  world.start();
  const areKnown = () => keys.every((key) => isKnown(world, key));
  const waits = () => {
    for (let look = 0; look < LOOKS && !areKnown(); look += 1) if (!looksAgain(world, account)) return;
  };
  waits();
  // What only a person can say the account asks a person for, and goes on from there.
  for (let asked = 0; asked < HELPS && !areKnown() && world.person.act(); asked += 1) waits();
  judge(world, account, keys);
}

/** A calm account whose next ruble is invested at once, with trading for long enough. */
function whose(world: World): SimAccount | null {
  const calm = calmAccount(world);
  if (calm === null || world.liveliness > 0) return null;
  const { account } = calm;
  const { plain, patient, block } = account;
  if (!plain || patient || Number(block.max_day_turnover_percent) < 400) return null;
  return tradesAt(world, world.timeline.now() + lookMs(account, 2)) ? account : null;
}

/** The orders that the money led to, as soon as one is known to rest; then the program is killed. */
function restWhenKilled(world: World, account: SimAccount): readonly string[] {
  const { store, timeline } = world;
  const open = () => store.journal.openOrders(account.id);
  timeline.run(timeline.now() + lookMs(account, 1), () => open().some(({ state }) => state === 'live'));
  const { life } = world;
  if (life === null || open().length === 0) return [];
  world.kill(life, 'an order rests');
  return open().map(({ request }) => request.key);
}

/** Until trading goes on with the venue knowing nothing of them any more. */
function sleepsUntilForgotten(world: World, { brokerAccount }: SimAccount, keys: readonly string[]): boolean {
  const { exchange, timeline } = world;
  const orders = keys.flatMap((key) => exchange.desk.ordersOfKey(brokerAccount, key));
  const endMs = Math.max(0, ...orders.map(({ expiresMs }) => expiresMs)) + FORGOTTEN_MS;
  const untilMs = timeline.now() + WAITS_MS;
  while (timeline.now() < untilMs) {
    timeline.run(timeline.now() + HOUR_MS, () => false);
    const nowMs = timeline.now();
    if (nowMs >= endMs && tradesAt(world, nowMs) && tradesAt(world, nowMs + HOUR_MS)) return true;
  }
  return false;
}

const isKnown = ({ store }: World, key: string): boolean => {
  const order = store.journal.order(key);
  return order !== null && isFinal(order.state);
};

/** All of it is known in the end, and is as at the venue; parts of what was split are told apart by nobody. */
function judge(world: World, account: SimAccount, keys: readonly string[]): void {
  const ours = keys.flatMap((key) => world.store.journal.order(key) ?? []);
  for (const { state, request } of ours)
    if (!isFinal(state))
      world.violate('forgotten order', `${request.key} is ${state} days after the venue has forgotten it`);
  const executedOf = ({ request: { key } }: JournaledOrder): bigint =>
    world.exchange.desk.ordersOfKey(account.brokerAccount, key).at(-1)?.executed ?? 0n;
  const known = ours.filter(({ state }) => isFinal(state));
  for (const [uid, parts] of Map.groupBy(known, ({ request }) => request.uid)) {
    const here = parts.reduce((sum, { executed }) => sum + raw(executed), 0n);
    const there = parts.reduce((sum, order) => sum + executedOf(order), 0n);
    if (here !== there)
      world.violate('forgotten order', `${uid}: ${here} lots in the journal, ${there} at the venue`);
  }
}
