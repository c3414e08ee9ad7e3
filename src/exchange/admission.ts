// Whether the venue takes an order, in the order the checks are made: instrument, status and type, price, size, means.
// Guarantees: an admitted order can be paid for, or delivered, in full at its worst price, commission included.
// Raw bigints: nano per piece, lots, pieces.

import type { Account } from './account.ts';
import { VenueError } from './errors.ts';
import { greatest, least } from './extremes.ts';
import type { Instrument } from './instrument.ts';
import { longRate, marginOf, plannedBy } from './margin.ts';
import type { LastPrice, Level, Market } from './market.ts';
import { commission, type NewOrder, type VenueOrder } from './order.ts';
import { flagsOf, isDealer } from './trading-status.ts';

export interface Terms {
  readonly instrument: Instrument;
  readonly last: LastPrice;
  /** Worst price it may execute at. */
  readonly bound: bigint;
}

/** What admission asks of the desk. */
interface DeskView {
  readonly settings: { readonly orderCap: bigint };
  offers(instrument: Instrument, side: 'buy' | 'sell', step: number): Iterable<Level>;
  /** Commission in billionths. */
  rate(account: Account, instrument: Instrument): bigint;
  activeOf(accountId: string): readonly VenueOrder[];
  blockedCash(accountId: string, currency: string): bigint;
  blockedPieces(accountId: string, uid: string): bigint;
}

interface Situation {
  readonly account: Account;
  readonly market: Market;
  readonly desk: DeskView;
  readonly nowMs: number;
}

/** A best-price order goes through the last price by up to 3/1000. */
const BEST_PRICE_PER_MILLE = 3n;
/** A limit price may differ from the last price by up to a fifth. */
const LIMIT_BAND_DIVISOR = 5n;

/** @throws {VenueError} 50002, 30052, 30079, 30068, 30092, 30078, 30099, 30100, 90003, 30042, 30034, 30051, 30240. */
export function admit(request: NewOrder, situation: Situation): Terms {
  const { market, nowMs } = situation;
  const instrument = market.byUid(request.uid);
  if (instrument === null) throw new VenueError('50002');
  checkStatus(request, instrument, situation);
  const last = market.last(instrument, nowMs);
  if (last === null) throw new VenueError('30098');
  if (request.type === 'limit') checkLimitPrice(request, instrument, last);
  const bound = boundOf(request, instrument, last, situation);
  const shown = request.type === 'limit' ? bound : last.price;
  if (shown * request.lots * instrument.lot > situation.desk.settings.orderCap) throw new VenueError('90003');
  const offers = () => situation.desk.offers(instrument, request.side, last.step);
  if (request.timeInForce === 'fill_or_kill' && offered(request, bound, offers()) < request.lots)
    throw new VenueError('30095');
  if (request.side === 'buy') checkCash(request, instrument, bound, situation);
  else checkPieces(request, instrument, situation);
  return { instrument, last, bound };
}

function checkStatus(request: NewOrder, instrument: Instrument, situation: Situation): void {
  const { market, account, nowMs } = situation;
  const allowed = request.side === 'buy' ? instrument.buyable : instrument.sellable;
  if (!instrument.apiTradable || !allowed) throw new VenueError('30052');
  const status = market.status(instrument, nowMs);
  const flags = flagsOf(status);
  if (!flags.limit) throw new VenueError('30079');
  if (request.type === 'market' && !flags.market) throw new VenueError('30068');
  const iisForbidden = account.terms.type === 'iis' && (isDealer(status) || !instrument.forIis);
  if (iisForbidden) throw new VenueError('30092');
  if (isDealer(status) && request.timeInForce === 'fill_or_kill') throw new VenueError('30068');
}

function checkLimitPrice(request: NewOrder, instrument: Instrument, last: LastPrice): void {
  if (request.price === null) throw new VenueError('30017');
  if (request.price <= 0n) throw new VenueError('30100');
  if (request.price % instrument.step !== 0n) throw new VenueError('30078');
  const band = last.price / LIMIT_BAND_DIVISOR;
  if (request.price > last.price + band || request.price < last.price - band) throw new VenueError('30099');
}

function boundOf(request: NewOrder, instrument: Instrument, last: LastPrice, situation: Situation): bigint {
  const { market } = situation;
  switch (request.type) {
    case 'limit':
      if (request.price === null) throw new VenueError('30017');
      return request.price;
    case 'bestprice':
      return bestPriceBound(
        request.side,
        instrument,
        last,
        market.opposite(instrument, request.side, last.step),
      );
    case 'market':
      return worstLevel(
        request,
        market.opposite(instrument, request.side, last.step),
        situation.desk.offers(instrument, request.side, last.step),
      );
  }
}

/** 0.3 % through the last price, rounded to the step towards it, but at least up to the best price in the book. */
function bestPriceBound(
  side: 'buy' | 'sell',
  instrument: Instrument,
  last: LastPrice,
  opposite: bigint,
): bigint {
  const { step } = instrument;
  if (side === 'buy') {
    const through = ((last.price * (1000n + BEST_PRICE_PER_MILLE)) / 1000n / step) * step;
    return greatest(through, opposite);
  }
  const exact = last.price * (1000n - BEST_PRICE_PER_MILLE);
  const through = ((exact + 1000n * step - 1n) / (1000n * step)) * step;
  return least(through, opposite);
}

/** Price of the last level that the order reaches; the best price when there is nothing on offer. */
function worstLevel(request: NewOrder, best: bigint, offers: Iterable<Level>): bigint {
  let left = request.lots;
  let worst = best;
  for (const level of offers) {
    if (left <= 0n) break;
    worst = level.price;
    left -= level.lots;
  }
  return worst;
}

/** Lots on offer inside a bound. */
function offered(request: NewOrder, bound: bigint, offers: Iterable<Level>): bigint {
  let lots = 0n;
  for (const level of offers) {
    if (request.side === 'buy' ? level.price > bound : level.price < bound) break;
    lots += level.lots;
  }
  return lots;
}

function checkPieces(request: NewOrder, instrument: Instrument, situation: Situation): void {
  const { account, desk } = situation;
  const frozen = account.frozen.has(instrument.uid);
  const free = account.pieces(instrument.uid) - desk.blockedPieces(account.id, instrument.uid);
  if (!frozen && request.lots * instrument.lot <= free) return;
  throw new VenueError(account.terms.sandbox ? '30034' : '30042');
}

function checkCash(request: NewOrder, instrument: Instrument, bound: bigint, situation: Situation): void {
  const { account, desk, market, nowMs } = situation;
  const pieces = request.lots * instrument.lot;
  const value = pieces * bound;
  const needed = value + commission(value, desk.rate(account, instrument));
  const blocked = desk.blockedCash(account.id, instrument.currency);
  const free = account.cash(instrument.currency) - blocked;
  if (needed <= free) return;
  if (account.terms.sandbox) throw new VenueError('30034');
  if (instrument.currency !== 'rub') throw new VenueError('30042');
  const { margin } = account;
  if (!margin.enabled) throw new VenueError(request.confirmMargin ? '30051' : '30042');
  // On what cannot be a collateral nobody lends.
  if (longRate(instrument) === null) throw new VenueError('30042');
  if (!request.confirmMargin) throw new VenueError('30240');
  const debt = needed - free;
  if (margin.debtMax !== null && debt > margin.debtMax) throw new VenueError('30042');
  const after = marginOf(account, market, nowMs, [
    { uid: instrument.uid, pieces, cash: -needed },
    ...plannedBy(desk.activeOf(account.id)),
  ]);
  if (after.liquid < after.starting) throw new VenueError('30042');
}
