// I6, I10, I16: what a plan may rest on. Looked at when a plan becomes durable, against the venue's own books at that
// instant and against the bytes that the bot was given.

import { PositionsResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import { raw } from '../../src/core/units.ts';
import type { Check, PlannedLeg } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { balancedIn, hasTraded, rub } from './targets.ts';
import { maxAgeMs, PRICES_WITHIN_MS, type Told } from './told.ts';

const NANO = 1_000_000_000n;
const MINUTE_MS = 60_000;
/** What somebody else does is seen everywhere after this long. */
const DISTURBED_MS = 20 * MINUTE_MS;

export function planningChecks(world: World, told: Told): Check {
  const loading = new Map<string, boolean>();
  /** How often in a row an account that holds securities was shown without any. */
  const emptied = new Map<string, number>();
  /** The books of each account as positions were read from them: entries and what orders hold; `null`: they moved, or lagged. */
  const looked = new Map<string, string | null>();
  /** What each account may owe by its last plan, nano. */
  const owes = new Map<string, bigint>();

  function positions(body: Uint8Array, account: SimAccount): void {
    try {
      const reply = PositionsResponse.decode(body);
      loading.set(account.id, reply.limitsLoadingInProgress);
      const books = world.exchange.registry.account(account.brokerAccount);
      const isEmpty = reply.securities.length === 0 && books.held().length > 0;
      emptied.set(account.id, isEmpty ? (emptied.get(account.id) ?? 0) + 1 : 0);
    } catch {
      // A broken reply tells nothing.
    }
  }

  const booksNow = ({ brokerAccount: id }: SimAccount): string =>
    `${world.exchange.registry.account(id).ledger.length} ${world.exchange.desk.blockedCash(id, 'rub')}`;

  /** I10: an account goes by what it was told last. */
  function priceOf(account: SimAccount, uid: string, sizedAt: bigint): string | null {
    const given = told.recent(account, uid);
    // Where two accounts ask for the same with one token, either reply may be the one that it goes by.
    const own = told.isShared(account) ? given : given.slice(-1);
    const same = own.filter(({ price }) => price === sizedAt);
    if (same.length === 0) {
      const said = own.map(({ price }) => price ?? 'nothing').join();
      return `sized at ${sizedAt}, the venue said ${said === '' ? 'nothing' : said}`;
    }
    const allowedMs = maxAgeMs(account) + PRICES_WITHIN_MS + Math.abs(world.skewMs);
    return same.some(({ timeMs }) => told.ageOf(uid, timeMs) <= allowedMs)
      ? null
      : `sized at a price of ${new Date(same[0]?.timeMs ?? 0).toISOString()}`;
  }

  /** I16: what the plan starts from is what the venue has. */
  function compare({ before }: PlannedLeg, account: SimAccount): void {
    const { exchange } = world;
    const books = exchange.registry.account(account.brokerAccount);
    const cash = books.cash() - exchange.desk.blockedCash(account.brokerAccount, 'rub');
    // An empty answer is believed when it comes twice in a row.
    if ((emptied.get(account.id) ?? 0) >= 2) return;
    if (raw(before.cash) !== cash)
      world.violate('I16', `${account.id} planned on ${raw(before.cash)} nano of cash, there are ${cash}`);
    for (const [uid, pieces] of before.pieces)
      if (raw(pieces) !== books.pieces(uid))
        world.violate(
          'I16',
          `${account.id} planned on ${raw(pieces)} pieces of ${uid}, there are ${books.pieces(uid)}`,
        );
  }

  /** I16 where its owner does something as well: the pieces are those that the venue had at some instant lately. */
  function pieces({ before }: PlannedLeg, account: SimAccount): void {
    if ((emptied.get(account.id) ?? 0) >= 2) return;
    const books = world.exchange.registry.account(account.brokerAccount);
    for (const [uid, count] of before.pieces) {
      let then = books.pieces(uid);
      let isSeen = then === raw(count);
      for (const entry of books.ledger.toReversed()) {
        if (isSeen || entry.atMs < world.timeline.now() - DISTURBED_MS) break;
        if (entry.uid === uid) then -= entry.pieces;
        isSeen = then === raw(count);
      }
      if (!isSeen)
        world.violate(
          'I16',
          `${account.id} planned on ${raw(count)} pieces of ${uid}, which it never had lately`,
        );
    }
  }

  /** I6: what is bought can be paid, fees included, at the prices it is sized at. */
  function affordable({ intents }: PlannedLeg, account: SimAccount): void {
    const { exchange } = world;
    const books = exchange.registry.account(account.brokerAccount);
    // Before its first fill an account knows no other rate than the one that its owner names.
    const named = BigInt(Math.round(Number(account.block.commission_percent ?? 0.3) * 1e7));
    const isNew = !hasTraded(world, account);
    const cost = intents
      .filter(({ request }) => request.side === 'buy')
      .reduce((sum, { request, sizedAt }) => {
        const value = raw(request.lots) * raw(request.lot) * raw(sizedAt);
        const instrument = exchange.market.byUid(request.uid);
        const charged = instrument ? exchange.desk.rate(books, instrument) : 0n;
        const rate = isNew && named < charged ? named : charged;
        return sum + value + (value * rate) / NANO;
      }, 0n);
    // What its owner's orders hold is spoken for.
    const free = books.cash() - exchange.desk.blockedCash(account.brokerAccount, 'rub');
    if (cost > 0n && cost > free + (owes.get(account.id) ?? 0n))
      world.violate('I6', `${account.id} planned to pay ${cost} nano out of ${free}`);
  }

  return {
    onCall({ call }, phase) {
      if (phase !== 'applied' || call.method !== 'GetPositions') return;
      const account = world.accountOf(call.accountId);
      const isLate = world.exchange.faults.conditions.positionsLagMs > 0;
      if (account === null) return;
      // A plan rests on the first of its looks, or on the last.
      const now = booksNow(account);
      const isSame = (looked.get(account.id) ?? now) === now && looked.get(account.id) !== null;
      looked.set(account.id, isLate || !isSame ? null : now);
    },
    onReply(method, request, body) {
      if (method !== 'GetPositions') return;
      const account = world.accountNamedIn(request);
      if (account !== null) positions(body, account);
    },
    onPlan(leg) {
      const account = world.accounts.find(({ id }) => id === leg.account);
      if (account === undefined) return world.violate('I11', `a plan for a strange account ${leg.account}`);
      if (loading.get(account.id)) world.violate('I16', `${account.id} planned while its limits are loading`);
      for (const { ticker, request, sizedAt } of leg.intents) {
        const trouble = priceOf(account, request.uid, raw(sizedAt));
        if (trouble !== null) world.violate('I10', `${request.side} ${ticker} ${trouble}`);
      }
      const most = debtMax(world, told, account);
      if (most !== null) owes.set(account.id, most);
      if (world.outside.within(account.brokerAccount, DISTURBED_MS)) {
        pieces(leg, account);
        // Whatever its owner did: it has not changed since it was looked at.
        if (looked.get(account.id) === booksNow(account)) {
          compare(leg, account);
          affordable(leg, account);
        }
        looked.delete(account.id);
        return;
      }
      looked.delete(account.id);
      compare(leg, account);
      affordable(leg, account);
    },
    onRecord: ({ account }) => void looked.delete(account),
    onDeath: () => looked.clear(),
    onOrder(order) {
      if (order.foreign || order.side !== 'buy' || order.executed === 0n) return;
      const account = world.accountOf(order.accountId);
      if (account === null || world.outside.within(order.accountId, Number.POSITIVE_INFINITY)) return;
      const cash = world.exchange.registry.account(order.accountId).cash();
      const debt = account.borrows ? owes.get(account.id) : 0n;
      if (debt !== undefined && cash < -debt)
        world.violate('I6', `${account.id} is at ${cash} nano after buy ${order.key}, ${debt} may be owed`);
    },
  };
}

/**
 * The most that an account may owe, nano, by what its total is worth to it: (multiplier - 1) of it, and `max_margin_size`.
 * `null` where it was never told of the price of something that it holds.
 */
function debtMax(world: World, told: Told, account: SimAccount): bigint | null {
  if (!account.borrows) return 0n;
  // What is in doubt is worth no more than the most that was ever said of it.
  const books = world.exchange.registry.account(account.brokerAccount);
  const unheld = (uid: string) => (books.pieces(uid) === 0n ? 0n : null);
  const priceFor = (uid: string) => told.worthTo(account, uid) ?? told.mostFor(account, uid) ?? unheld(uid);
  const worths = balancedIn(world, account, priceFor);
  if (worths === null) return null;
  const cash = rub(books.cash());
  const total = worths.reduce((sum, { worth }) => sum + worth, cash);
  const { multiplier = 1, max_margin_size: size = 5_000 } = account.block.margin_trading as Record<
    string,
    number
  >;
  const most = Math.max(0, Math.min(size, (multiplier - 1) * total));
  // To a kopeck: the total is a sum of doubles.
  return BigInt(Math.ceil(most * 100) + 1) * (NANO / 100n);
}
