// I6, I10, I16: what a plan may rest on. Looked at when a plan becomes durable, against the venue's own books at that
// instant and against the bytes that the bot was given.

import { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { PositionsResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import { raw } from '../../src/core/units.ts';
import { isTrading } from '../../src/exchange/calendar.ts';
import { moscowDay } from '../../src/exchange/moscow.ts';
import type { Check, PlannedLeg } from '../check.ts';
import type { SimAccount } from '../generate-accounts.ts';
import type { World } from '../world.ts';
import { equityOf } from './posting.ts';

const NANO = 1_000_000_000n;
const MINUTE_MS = 60_000;
/** A plan is made within this time of its prices. */
const PRICES_WITHIN_MS = 5 * MINUTE_MS;
/** What somebody else does is seen everywhere after this long. */
const DISTURBED_MS = 20 * MINUTE_MS;
const MAX_AGE_MS = 60 * MINUTE_MS;
/** What the bot takes a whole weekday for that its schedule does not reach back to. */
const WEEKDAY_MS = 8.75 * 60 * MINUTE_MS;

interface Quote {
  readonly price: bigint;
  readonly timeMs: number;
  readonly atMs: number;
}

export function planningChecks(world: World): Check {
  const quotes = new Map<string, Quote[]>();
  const loading = new Map<string, boolean>();
  const emptied = new Map<string, number[]>();
  /** Accounts that have planned before. */
  const remembered = new Set<string>();

  function told(body: Uint8Array): void {
    const atMs = world.timeline.now();
    try {
      for (const { instrumentUid, price, time } of GetLastPricesResponse.decode(body).lastPrices) {
        if (price === undefined || time === undefined) continue;
        const sound = Math.abs(price.nano) < 1e9 && price.units >= 0 && price.nano >= 0;
        const nano = BigInt(price.units) * NANO + BigInt(price.nano);
        if (!sound || nano <= 0n) continue;
        const list = quotes.get(instrumentUid) ?? [];
        quotes.set(instrumentUid, list);
        list.push({ price: nano, timeMs: time.getTime(), atMs });
        if (list.length > 12) list.shift();
      }
    } catch {
      // A broken reply tells nothing.
    }
  }

  function positions(body: Uint8Array, account: SimAccount): void {
    try {
      const reply = PositionsResponse.decode(body);
      loading.set(account.id, reply.limitsLoadingInProgress);
      const books = world.exchange.registry.account(account.brokerAccount);
      if (reply.securities.length === 0 && books.held().length > 0)
        emptied.set(account.id, [...(emptied.get(account.id) ?? []), world.timeline.now()]);
    } catch {
      // The same.
    }
  }

  /** I10 */
  function priceOf(uid: string, sizedAt: bigint): string | null {
    const nowMs = world.timeline.now();
    const given = (quotes.get(uid) ?? []).filter(({ atMs }) => nowMs - atMs <= PRICES_WITHIN_MS);
    const known = given.filter(({ price }) => price === sizedAt);
    // One account asks for itself: what it was told last is what it goes by.
    const same = world.accounts.length === 1 ? known.slice(-1) : known;
    if (same.length === 0) return `sized at ${sizedAt}, which the venue never said`;
    const allowedMs = MAX_AGE_MS + PRICES_WITHIN_MS + Math.abs(world.skewMs);
    return same.some(({ timeMs }) => tradedFor(uid, timeMs, nowMs) <= allowedMs)
      ? null
      : `sized at a price of ${new Date(same[0]?.timeMs ?? 0).toISOString()}`;
  }

  /** Trading time between two instants: the sessions of the second one's day, ended ones too, and whole weekdays before. */
  function tradedFor(uid: string, fromMs: number, toMs: number): number {
    const exchange = world.exchange.market.byUid(uid)?.exchange ?? '';
    const today = moscowDay(toMs);
    const within = world.exchange.market.calendar
      .spans(exchange, today)
      .filter(({ phase }) => isTrading(phase))
      .reduce(
        (sum, { startMs, endMs }) => sum + Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs)),
        0,
      );
    const days = Array.from(
      { length: Math.max(0, today - moscowDay(fromMs) - 1) },
      (_, back) => today - 1 - back,
    );
    return within + days.filter((day) => day % 7 !== 2 && day % 7 !== 3).length * WEEKDAY_MS;
  }

  /** I16: what the plan starts from is what the venue has. */
  function compare({ before }: PlannedLeg, account: SimAccount): void {
    const { exchange, timeline } = world;
    const books = exchange.registry.account(account.brokerAccount);
    const cash = books.cash() - exchange.desk.blockedCash(account.brokerAccount, 'rub');
    const blanks = (emptied.get(account.id) ?? []).filter((atMs) => timeline.now() - atMs < 60 * MINUTE_MS);
    // An empty answer is believed when it comes twice, or where nothing is known to compare it with.
    const isBlank = blanks.length >= 2 || (blanks.length === 1 && !remembered.has(account.id));
    if (raw(before.cash) !== cash && !isBlank)
      world.violate('I16', `${account.id} planned on ${raw(before.cash)} nano of cash, there are ${cash}`);
    for (const [uid, pieces] of before.pieces)
      if (raw(pieces) !== books.pieces(uid) && !isBlank)
        world.violate(
          'I16',
          `${account.id} planned on ${raw(pieces)} pieces of ${uid}, there are ${books.pieces(uid)}`,
        );
  }

  /** I6: what is bought can be paid, fees included, at the prices it is sized at. */
  function affordable({ intents }: PlannedLeg, account: SimAccount): void {
    const { exchange } = world;
    const books = exchange.registry.account(account.brokerAccount);
    const cost = intents
      .filter(({ request }) => request.side === 'buy')
      .reduce((sum, { request, sizedAt }) => {
        const value = raw(request.lots) * raw(request.lot) * raw(sizedAt);
        const instrument = exchange.market.byUid(request.uid);
        return sum + value + (instrument ? (value * exchange.desk.rate(books, instrument)) / NANO : 0n);
      }, 0n);
    if (cost > 0n && cost > books.cash() + debtMax(world, account))
      world.violate('I6', `${account.id} planned to pay ${cost} nano out of ${books.cash()}`);
  }

  return {
    onReply(method, request, body) {
      if (method === 'GetLastPrices') told(body);
      if (method !== 'GetPositions') return;
      const account = world.accountNamedIn(request);
      if (account !== null) positions(body, account);
    },
    onPlan(leg) {
      const account = world.accounts.find(({ id }) => id === leg.account);
      if (account === undefined) return world.violate('I11', `a plan for a strange account ${leg.account}`);
      if (loading.get(account.id)) world.violate('I16', `${account.id} planned while its limits are loading`);
      for (const { ticker, request, sizedAt } of leg.intents) {
        const trouble = priceOf(request.uid, raw(sizedAt));
        if (trouble !== null) world.violate('I10', `${request.side} ${ticker} ${trouble}`);
      }
      if (world.outside.within(account.brokerAccount, DISTURBED_MS)) return;
      compare(leg, account);
      remembered.add(account.id);
      affordable(leg, account);
    },
    onOrder(order) {
      if (order.foreign || order.side !== 'buy' || order.executed === 0n) return;
      const cash = world.exchange.registry.account(order.accountId).cash();
      const account = world.accountOf(order.accountId);
      const debt = account === null ? 0n : debtMax(world, account);
      if (cash < -debt && !world.outside.within(order.accountId, Number.POSITIVE_INFINITY))
        world.violate('I6', `${order.accountId} is at ${cash} nano after buy ${order.key}`);
    },
  };
}

/** The most that an account may owe, nano: by its own rules and by what its margin at the venue is, whichever is less. */
function debtMax(world: World, account: SimAccount): bigint {
  if (!account.borrows) return 0n;
  const { multiplier, max_margin_size: most } = account.block.margin_trading as Record<string, number>;
  const equity = equityOf(world, account);
  // Two percent for prices that moved since it was planned.
  const byExposure =
    (equity * BigInt(Math.round(((multiplier ?? 1) - 1) * 100 + (multiplier === 1 ? 0 : 2)))) / 100n;
  const bySize = BigInt(Math.round(most ?? 0)) * NANO;
  return byExposure < bySize ? byExposure : bySize;
}
