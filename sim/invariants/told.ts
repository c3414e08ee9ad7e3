// What each account was told of prices, read off the bytes of the replies as the bot got them: an account goes by its own
// quotes, not by what another one heard. From that follows which prices it may have accepted, and what its holdings are
// worth to it. Requires: a reply belongs to every account of its token that asks for just those instruments.

import { GetLastPricesRequest, GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { moscowDay } from '../../src/exchange/moscow.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { msOf } from './rules-books.ts';

const NANO = 1_000_000_000n;
const MINUTE_MS = 60_000;
/** A plan is made within this time of its prices. */
export const PRICES_WITHIN_MS = 5 * MINUTE_MS;
/** A minute, and a second of jitter. */
const LIMITED_MS = MINUTE_MS + 1_000;
/** What the bot takes a whole weekday for that its schedule does not reach back to. */
const WEEKDAY_MS = 8.75 * 60 * MINUTE_MS;
const DEFAULT_JUMP_PERCENT = 30;
const DEFAULT_AGE = '60m';
const KEPT = 12;

export interface Quote {
  /** `null`: asked for, and no price came that can be one. */
  readonly price: bigint | null;
  readonly timeMs: number;
  readonly atMs: number;
}

interface Memory {
  quotes: Quote[];
  /** Prices of which the account accepted one last: with each the next is compared. Empty: none is known to be accepted. */
  reach: bigint[];
  /** Until one is: all that it was told, any of which it may have accepted. */
  first: Set<bigint>;
}

export interface Told extends Check {
  /** Quotes of the last minutes, oldest first. */
  recent(account: SimAccount, uid: string): readonly Quote[];
  /** When it was last told of a price in its wallet; long ago counts as now. */
  toldMs(account: SimAccount): number;
  /** Whether somebody else's replies cannot be told from this account's. */
  isShared(account: SimAccount): boolean;
  /** What the holding is worth to the account, nano for a piece; `null` where that is in doubt. */
  worthTo(account: SimAccount, uid: string): bigint | null;
  /** The most that a piece may be worth to the account: nano; `null` where it was never told of it. */
  mostFor(account: SimAccount, uid: string): bigint | null;
  /** Why an order at this price rests on a price that leaped; `null` where it does not. */
  jumpOf(account: SimAccount, uid: string, price: bigint): string | null;
  /** That price was traded on: so it was accepted. */
  accepted(account: SimAccount, uid: string, price: bigint): void;
  /** Trading time since a quote's own time. */
  ageOf(uid: string, fromMs: number): number;
}

export function toldChecks(world: World): Told {
  const memories = new Map<string, Memory>();
  const keyOf = ({ id }: SimAccount, uid: string): string => `${id} ${uid}`;
  const of = (account: SimAccount, uid: string): Memory => {
    const key = keyOf(account, uid);
    const known = memories.get(key) ?? { quotes: [], reach: [], first: new Set() };
    memories.set(key, known);
    return known;
  };
  const wallets = new Map(
    world.accounts.map((account) => [account, new Set(uidsOf(world, account))] as const),
  );
  const askers = new Map<string, readonly SimAccount[]>();
  let sharing: ReadonlySet<SimAccount> | null = null;

  /** Whose look it is: all of its wallet with whatever else it holds, or only what it holds beside its wallet. */
  function asks(account: SimAccount, uids: readonly string[]): boolean {
    const wallet = wallets.get(account) ?? new Set<string>();
    const inside = uids.filter((uid) => wallet.has(uid)).length;
    return inside === wallet.size || inside === 0;
  }

  function askersOf(uids: readonly string[], token: string): readonly SimAccount[] {
    const key = `${token} ${uids.join()}`;
    const known =
      askers.get(key) ?? world.accounts.filter((account) => account.token === token && asks(account, uids));
    askers.set(key, known);
    return known;
  }

  function hear(account: SimAccount, uid: string, quote: Quote): void {
    const memory = of(account, uid);
    memory.quotes.push(quote);
    if (memory.quotes.length > KEPT) memory.quotes.shift();
    const { price } = quote;
    if (price !== null && memory.reach.length === 0) memory.first.add(price);
    if (price === null || memory.reach.length === 0 || memory.reach.includes(price)) return;
    if (memory.reach.some((from) => !isJump(account, from, price))) memory.reach.push(price);
  }

  function heard(request: Uint8Array, body: Uint8Array, token: string): void {
    const uids = GetLastPricesRequest.decode(request).instrumentId;
    const accounts = askersOf(uids, token);
    if (accounts.length === 0) return;
    const atMs = world.timeline.now();
    const found = quotesIn(body, atMs);
    for (const account of accounts)
      for (const uid of uids) hear(account, uid, found.get(uid) ?? { price: null, timeMs: 0, atMs });
  }

  /** Each call that the venue refuses for its limit waits for the next minute, between the prices and the plan as well. */
  const withinMs = (): number =>
    PRICES_WITHIN_MS + (world.coverage.tables.faults.rate_limited ?? 0) * LIMITED_MS;

  const recent = (account: SimAccount, uid: string): readonly Quote[] =>
    of(account, uid).quotes.filter(({ atMs }) => world.timeline.now() - atMs <= withinMs());

  function ageOf(uid: string, fromMs: number): number {
    const toMs = world.timeline.now();
    const exchange = world.exchange.market.byUid(uid)?.exchange ?? '';
    const today = moscowDay(toMs);
    const within = world.exchange.market.calendar
      .spans(exchange, today)
      // An auction gives no prices to grow old by: src/tinvest/day-sessions.ts.
      .filter(({ phase }) => phase === 'normal')
      .reduce(
        (sum, { startMs, endMs }) => sum + Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs)),
        0,
      );
    const back = Math.max(0, today - moscowDay(fromMs) - 1);
    const days = Array.from({ length: back }, (_, nth) => today - 1 - nth);
    return within + days.filter((day) => day % 7 !== 2 && day % 7 !== 3).length * WEEKDAY_MS;
  }

  /** By any clock that the bot may go by. */
  const isFresh = (account: SimAccount, uid: string, { price, timeMs, atMs }: Quote): boolean =>
    price !== null &&
    world.skewedAtMs < atMs &&
    ageOf(uid, timeMs) <= maxAgeMs(account) - Math.abs(world.skewMs);

  return {
    onReply(method, request, body, _life, token) {
      if (method === 'GetLastPrices') heard(request, body, token);
    },
    /** An iteration that came to its end has accepted what it was told, but for what was too old to trade on. */
    onRecord({ account: id, status, dry_run, positions }) {
      const account = world.accounts.find((each) => each.id === id);
      // One that ended before its look at the account was whole has accepted nothing, and tells of no position.
      if (account === undefined || dry_run || !COMPLETE.has(status) || positions.length === 0) return;
      const unpriced = positions.flatMap((row) => (row.price_rub === null ? row.ticker : []));
      for (const uid of wallets.get(account) ?? []) {
        const memory = of(account, uid);
        const last = recent(account, uid).at(-1);
        // Two prices in one reply are none.
        if (unpriced.includes(world.exchange.market.byUid(uid)?.ticker ?? '')) continue;
        if (memory.reach.length === 0 && last !== undefined && isFresh(account, uid, last))
          memory.reach = [...memory.first];
      }
    },
    /** An old journal knows old prices. */
    onRestore() {
      for (const memory of memories.values()) {
        memory.first = new Set([...memory.first, ...memory.reach]);
        memory.reach = [];
      }
    },
    onAccept(ticker) {
      const { uid } = world.exchange.instrument(ticker);
      for (const account of world.accounts) {
        const memory = of(account, uid);
        memory.reach = [];
        // An iteration that is on its way goes by what it was told before.
        memory.first = new Set(recent(account, uid).flatMap(({ price }) => price ?? []));
      }
    },
    recent,
    ageOf,
    toldMs(account) {
      const quotes = [...(wallets.get(account) ?? [])].flatMap((uid) => recent(account, uid).at(-1) ?? []);
      return Math.min(world.timeline.now(), ...quotes.map(({ atMs }) => atMs));
    },
    isShared(account) {
      sharing ??= new Set(
        world.accounts.filter((one) =>
          world.accounts.some((other) => other !== one && other.token === one.token),
        ),
      );
      return sharing.has(account);
    },
    worthTo(account, uid) {
      const last = recent(account, uid).at(-1);
      if (last === undefined || last.price === null) return null;
      const { price } = last;
      const { reach, first } = of(account, uid);
      // Before anything is known to be accepted any quote may have been.
      const before = reach.length > 0 ? reach : [...first];
      if (before.some((from) => isJump(account, from, price))) return null;
      return isFresh(account, uid, last) ? price : null;
    },
    mostFor(account, uid) {
      const { quotes, reach } = of(account, uid);
      const prices = [...quotes.flatMap(({ price }) => price ?? []), ...reach];
      return prices.length === 0 ? null : prices.reduce((most, price) => (price > most ? price : most));
    },
    jumpOf(account, uid, price) {
      const { reach } = of(account, uid);
      if (reach.length === 0 || reach.some((from) => !isJump(account, from, price))) return null;
      return `at ${price}, when what it accepted last is one of ${reach.join()}`;
    },
    accepted(account, uid, price) {
      of(account, uid).reach = [price];
    },
  };
}

const COMPLETE = new Set(['balanced', 'nothing_to_do', 'partial']);

/** Further than `max_price_jump_percent` of the price that it leaves. */
export function isJump({ block }: SimAccount, from: bigint, to: bigint): boolean {
  const hundredths = Math.round(Number(block.max_price_jump_percent ?? DEFAULT_JUMP_PERCENT) * 100);
  const move = to > from ? to - from : from - to;
  return move * 10_000n > from * BigInt(hundredths);
}

/** The oldest price that an account trades on: `max_price_age`. */
export const maxAgeMs = ({ block }: SimAccount): number => msOf(block.max_price_age ?? DEFAULT_AGE);

const uidsOf = ({ exchange }: World, { wallet }: SimAccount): string[] =>
  Object.keys(wallet)
    .filter((ticker) => ticker !== 'RUB')
    .map((ticker) => exchange.instrument(ticker).uid);

/** A broken reply tells nothing; a price that cannot be one is none. */
function quotesIn(body: Uint8Array, atMs: number): ReadonlyMap<string, Quote> {
  const found = new Map<string, Quote>();
  try {
    for (const { instrumentUid, price, time } of GetLastPricesResponse.decode(body).lastPrices) {
      const isSound =
        price !== undefined && Math.abs(price.nano) < 1e9 && price.units >= 0 && price.nano >= 0;
      const nano = isSound ? BigInt(price.units) * NANO + BigInt(price.nano) : 0n;
      const timeMs = time?.getTime() ?? 0;
      const isNewer = timeMs >= (found.get(instrumentUid)?.timeMs ?? 0);
      if (isNewer) found.set(instrumentUid, { price: nano > 0n && time ? nano : null, timeMs, atMs });
    }
  } catch {
    found.clear();
  }
  return found;
}
