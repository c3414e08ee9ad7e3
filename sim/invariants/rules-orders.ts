// What leaves is what is configured: `order_type` as far as the trading status takes it, limits on the grid and within
// product.md's bounds, `limits.max_spread_percent` where the book is bad, nothing in what cannot trade.
// Judged on the bytes of the request by the venue's own book, statuses and hours.

import { GetOrderBookRequest } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { OrderDirection, OrderType, PostOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import { raw } from '../../src/core/units.ts';
import { inMainHours } from '../../src/exchange/calendar.ts';
import type { Instrument } from '../../src/exchange/instrument.ts';
import type { Intent } from '../../src/ports.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { bookWidth, widestBook } from './book-width.ts';
import { isBelowFloor, LOOKED_WITHIN_MS, movesOf, NANO, nanoOf, sightOf } from './rules-books.ts';

type Type = 'market' | 'bestprice' | 'limit';
const TYPES: ReadonlyMap<OrderType, Type> = new Map([
  [OrderType.ORDER_TYPE_MARKET, 'market'],
  [OrderType.ORDER_TYPE_BESTPRICE, 'bestprice'],
  [OrderType.ORDER_TYPE_LIMIT, 'limit'],
]);
/** The book is looked at for what is worth more, RUB; at all times outside the main session. */
const LARGE_RUB = 300_000;
/** A large purchase is cut to what pays for it at what its book asks: it may end below that. */
const CUT = 0.97;

interface Planned {
  readonly intent: Intent;
  readonly account: SimAccount;
  /** Of the whole order, however it is split. */
  readonly amount: bigint;
  /** It may repay a debt, which waits for no book. */
  readonly urgent: boolean;
}

interface Posted extends Planned {
  readonly instrument: Instrument;
  readonly type: Type;
  /** Nano per piece; 0 without one. */
  readonly limit: bigint;
}

export function orderChecks(world: World): Check {
  const planned = new Map<string, Planned>();
  const left = new Set<string>();
  /** When the venue last gave no hours of trading. */
  let hourlessMs = Number.NEGATIVE_INFINITY;

  function typed(posted: Posted): void {
    const { account, instrument, type, intent, amount, urgent } = posted;
    const wanted = String(account.block.order_type ?? 'market');
    const now = flagsOf(instrument, 0);
    const then = flagsOf(instrument, LOOKED_WITHIN_MS);
    const name = `${intent.request.side} ${intent.ticker} of ${account.id}`;
    const key = type === 'bestprice' ? 'bestPrice' : type;
    if (!now[key] && !then[key])
      world.violate(
        'trading_status',
        `${name} is a ${type} order, which its status has not taken for a while`,
      );
    if (wanted === 'limit') {
      const price = gridded(raw(intent.sizedAt), instrument.step, intent.request.side);
      if (type !== 'limit' || posted.limit !== price)
        world.violate('order_type', `${name} is ${type} at ${posted.limit}, expected a limit at ${price}`);
      return;
    }
    if (type === 'limit') {
      bounded(posted, name);
      return;
    }
    if (wanted === 'market' && type === 'bestprice' && now.market && then.market)
      world.violate('order_type', `${name} is a bestprice order, its status takes market orders`);
    if (wanted === 'bestprice' && type === 'market')
      world.violate('order_type', `${name} is a market order, bestprice is wanted`);
    const looked = amount > nanoOf(LARGE_RUB * 1.001) || surelyThin(account);
    // Money that has just moved may have shown a debt, and what covers one goes out whatever its book.
    const isCalm = !urgent && !world.faults.spoiltTheDay && world.isUndisturbed(account.brokerAccount);
    if (looked && isCalm && isWide(account, instrument))
      world.violate('limits.max_spread_percent', `${name} is a ${type} order although its book is too wide`);
  }

  const flagsOf = (instrument: Instrument, agoMs: number) => {
    const { market } = world.exchange;
    const atMs = world.timeline.now() - agoMs;
    const halted = market.haltedSince(instrument);
    // A halt that has just begun may not be seen yet; one that has just ended neither.
    return agoMs > 0 && halted !== null && halted > atMs
      ? { market: true, limit: true, bestPrice: true }
      : market.flags(instrument, atMs);
  };

  /** A limit that the book check made: only where it looks at books, and within the bound. */
  function bounded({ account, instrument, intent, amount, limit }: Posted, name: string): void {
    const { side } = intent.request;
    const percent = widestBook(account);
    const nowMs = world.timeline.now();
    // By the bot's own clock as well, where somebody has set it.
    const isMain = [nowMs, nowMs + world.skewMs].every(
      (atMs) => inMainHours(atMs) && inMainHours(atMs - LOOKED_WITHIN_MS),
    );
    // Who does not know the hours takes them for thin ones.
    const blindMs = Math.max(hourlessMs, world.faults.hoursSpoiltMs);
    const knowsHours = nowMs - blindMs > LOOKED_WITHIN_MS;
    if (isMain && knowsHours && amount <= nanoOf(LARGE_RUB * CUT) && !world.faults.spoiltTheDay)
      world.violate('order_type', `${name} is a limit, in the main session and of ${amount} nano only`);
    if (limit <= 0n || limit % instrument.step !== 0n)
      world.violate('order_type', `${name} has a limit of ${limit}, its step is ${instrument.step}`);
    // From the middle of the book where that is within the bound of the last price, else from the last price.
    const part = (of: bigint): bigint => (of * BigInt(Math.round(percent * 1e7))) / NANO;
    const last = raw(intent.sizedAt);
    const high = last + part(last);
    const low = last - part(last);
    const [most, least] =
      side === 'buy'
        ? [high + part(high), low + part(low) - instrument.step]
        : [high - part(high) + instrument.step, low - part(low)];
    if (limit > most + 1n || limit < least - 1n)
      world.violate(
        'limits.max_spread_percent',
        `${name} has a limit of ${limit}, ${percent} % of ${last} allow ${least}..${most}`,
      );
  }

  const surelyThin = ({ block }: SimAccount): boolean => {
    const nowMs = world.timeline.now();
    // By the hours of that schedule the morning belongs to the day's long session.
    const isThin = [nowMs, nowMs + world.skewMs].every(
      (atMs) => !inMainHours(atMs) && !inMainHours(atMs - LOOKED_WITHIN_MS),
    );
    return block.exchange !== 'MOEX_PLUS' && isThin;
  };

  /** Its spread is beyond the bound, by far enough that a price that moves does not matter. */
  function isWide(account: SimAccount, instrument: Instrument): boolean {
    if ((world.coverage.tables.faults.price_gap ?? 0) > 0) return false;
    const nowMs = world.timeline.now();
    const before = inMainHours(nowMs) === inMainHours(nowMs - LOOKED_WITHIN_MS);
    return before && bookWidth(world, instrument, nowMs) * 0.9 > widestBook(account);
  }

  /** When positions were last asked for by an account, and a book with its token. */
  const lookedMs = new Map<string, number>();
  const bookMs = new Map<string, number>();

  /** What is large, or leaves outside the main session, leaves only after a look at its book: whatever it shows. */
  function unlooked({ intent, account, amount, urgent }: Planned): void {
    const { request, ticker } = intent;
    const matters = amount > nanoOf(LARGE_RUB * 1.001) || surelyThin(account);
    if (request.type === 'limit' || urgent || !matters || world.faults.spoiltTheDay) return;
    // An old look may show a debt, and what covers one goes out whatever its book.
    if (request.side === 'sell' && !world.isUndisturbed(account.brokerAccount)) return;
    const looked = lookedMs.get(account.brokerAccount);
    const asked = bookMs.get(`${account.token} ${request.uid}`);
    if (looked !== undefined && (asked ?? Number.NEGATIVE_INFINITY) < looked)
      world.violate(
        'limits.max_spread_percent',
        `${account.id} plans to ${request.side} ${ticker} for ${amount} nano without a look at its book`,
      );
  }

  /** RUB in the venue's books when positions were last shown: a payment may have come since. */
  const shown = new Map<string, bigint>();

  return {
    onCall({ call }, phase) {
      const { accountId } = call;
      if (phase === 'applied' && call.method === 'GetPositions' && accountId && world.accountOf(accountId))
        shown.set(accountId, world.exchange.registry.account(accountId).cash());
      const isHours = phase === 'replied' && call.method === 'TradingSchedules';
      if (isHours && call.outcome !== 'ok') hourlessMs = world.timeline.now();
    },
    onPlan(leg) {
      const account = world.accounts.find(({ id }) => id === leg.account);
      if (account === undefined || leg.intents.length === 0) return;
      const sight = sightOf(world, account, leg);
      const seen = { ...sight, cash: shown.get(account.brokerAccount) ?? sight.cash };
      const urgent = leg.leg === 0 && [sight, seen].some((each) => isBelowFloor(world, account, each));
      const moves = movesOf(leg.intents);
      for (const intent of leg.intents) {
        const amount = moves.get(`${intent.request.side} ${intent.ticker}`)?.amount ?? 0n;
        planned.set(intent.request.key, { intent, account, amount, urgent });
        unlooked({ intent, account, amount, urgent });
      }
    },
    onLeave(method, bytes, _life, token) {
      if (method === 'GetOrderBook') {
        const { instrumentId } = GetOrderBookRequest.decode(bytes);
        bookMs.set(`${token} ${instrumentId}`, world.timeline.now());
      }
      if (method === 'GetPositions') {
        const account = world.accountNamedIn(bytes);
        if (account !== null) lookedMs.set(account.brokerAccount, world.timeline.now());
      }
      if (method !== 'PostOrder') return;
      const request = PostOrderRequest.decode(bytes);
      const known = planned.get(request.orderId);
      const instrument = world.exchange.market.byUid(request.instrumentId);
      // The same bytes again, an hour later, are no new decision.
      if (known === undefined || instrument === null || left.has(request.orderId)) return;
      left.add(request.orderId);
      const type = TYPES.get(request.orderType);
      if (type === undefined) return world.violate('order_type', `order type ${request.orderType}`);
      const { price } = request;
      const limit = price === undefined ? 0n : BigInt(price.units) * NANO + BigInt(price.nano);
      if (type !== 'limit' && limit !== 0n)
        world.violate('order_type', `a ${type} order for ${instrument.ticker} with a price of ${limit}`);
      const isBuy = request.direction === OrderDirection.ORDER_DIRECTION_BUY;
      if (isBuy !== (known.intent.request.side === 'buy')) return;
      typed({ ...known, instrument, type, limit });
    },
  };
}

/** The last price on the grid, rounded so that the order can execute. */
function gridded(last: bigint, step: bigint, side: 'buy' | 'sell'): bigint {
  const down = (last / step) * step;
  const up = down < last ? down + step : down;
  return side === 'buy' || down === 0n ? up : down;
}
