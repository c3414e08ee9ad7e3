// One instrument of the account as `decide` wants it, from what the venue said about it.
// Guarantees: a doubtful price or status becomes a hold with its reason; the last accepted price keeps its value.

import type { Holding, OrderTypes } from '../core/portfolio.ts';
import { jumpTrouble } from '../core/price-jump.ts';
import { decimal, isLess, lotSize, type Money, type Price, price, raw, type Shares } from '../core/units.ts';
import type { AcceptedPrice, InstrumentPin, InstrumentStatus, Listing, Quote, Session } from '../ports.ts';
import type { ListingSize } from './listings.ts';
import { isOpen, nextOpen, tradingAge } from './schedule.ts';

/** What one observation knows, whatever the instrument. */
export interface Seen {
  readonly nowMs: number;
  readonly quotes: ReadonlyMap<string, Quote>;
  readonly statuses: ReadonlyMap<string, InstrumentStatus>;
  /** Sessions per exchange name; an exchange whose schedule could not be read is missing. */
  readonly sessions: ReadonlyMap<string, readonly Session[]>;
  readonly accepted: ReadonlyMap<string, AcceptedPrice>;
  readonly maxPriceAgeMs: number;
  readonly maxPriceJumpPercent: number;
  /** Tickers whose next price a person has accepted, however far it jumps. */
  readonly allowedJumps: ReadonlySet<string>;
  /** Pieces per uid as the account was last seen, our own fills since included; `null` where that is not known. */
  readonly piecesThen: ReadonlyMap<string, Shares> | null;
  /** RUB that came or went since, our own fills apart. */
  readonly cashMoved: Money | null;
  /** Uids with an active order that is not ours. */
  readonly foreignOrders: ReadonlySet<string>;
  /** Uids left out, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
  readonly asIfTradable: boolean;
  /** `exchange: auto`: the instrument's own hours decide whether it is traded now. */
  readonly byExchangeHours: boolean;
  readonly isIis: boolean;
}

export interface Held {
  readonly ticker: string;
  readonly listing: Listing | null;
  readonly pin: InstrumentPin;
  /** Of what is listed, else as the venue still describes it; `null`: it does not. */
  readonly size: ListingSize | null;
  /** Why the listing itself may not be traded; `null` where it may. */
  readonly hold: string | null;
  readonly pieces: Shares;
  readonly blocked: Shares;
  readonly average: Price | null;
  readonly listed: boolean;
  readonly vanished: boolean;
}

const ALL_TYPES: OrderTypes = { market: true, limit: true, bestPrice: true };
const NO_TYPES: OrderTypes = { market: false, limit: false, bestPrice: false };
/** What the venue no longer describes cannot be sized; the holding only keeps its worth. */
const UNKNOWN_LOT = lotSize(1n);
const UNKNOWN_STEP = price(1n);

export function makeHolding(seen: Seen, held: Held): Holding {
  const { listing, ticker } = held;
  const uid = listing?.uid ?? held.pin.uid;
  const status = seen.statuses.get(uid);
  const hold = seen.asIfTradable && listing && held.hold === null ? null : holdOf(seen, held, uid, status);
  const priced = priceOf(seen, uid, listing);
  const jump = jumpOf(seen, held, uid, priced);
  return {
    ticker,
    name: listing?.name ?? ticker,
    uid,
    isin: listing?.isin ?? held.pin.isin,
    lot: held.size?.lot ?? UNKNOWN_LOT,
    step: held.size?.step ?? UNKNOWN_STEP,
    ...(jump?.priced ?? priced),
    pieces: held.pieces,
    blockedPieces: held.blocked,
    averagePrice: held.average,
    marginRate: listing?.marginRate ?? null,
    buyable: listing?.buyable ?? false,
    sellable: listing?.sellable ?? false,
    orderTypes: seen.asIfTradable ? ALL_TYPES : (status?.orderTypes ?? NO_TYPES),
    // A leap needs a person: behind somebody else's order, which may rest for weeks, nobody would hear of it.
    hold: (hold?.rule === 'foreign_order' ? jump?.hold : null) ?? hold ?? jump?.hold ?? null,
    listed: held.listed,
    vanished: held.vanished,
  };
}

/** A price that leaps is not traded on: the last accepted one stays. */
function jumpOf(
  seen: Seen,
  { ticker, pieces }: Held,
  uid: string,
  priced: Priced,
): { hold: Holding['hold']; priced: Priced } | null {
  const accepted = seen.accepted.get(uid);
  if (!accepted || priced.price === null || priced.priceProblem !== null || seen.allowedJumps.has(ticker))
    return null;
  const piecesThen = seen.piecesThen?.get(uid) ?? null;
  const move = {
    accepted: accepted.price,
    now: priced.price,
    piecesThen,
    piecesNow: pieces,
    cashMoved: seen.cashMoved,
  };
  const trouble = jumpTrouble(move, seen.maxPriceJumpPercent);
  if (trouble === null) return null;
  const detail = `${trouble}; if it is right: tiebb accept ${ticker}`;
  return {
    hold: { rule: 'max_price_jump_percent', detail },
    priced: { ...priced, price: accepted.price, priceTimeMs: accepted.timeMs, priceProblem: trouble },
  };
}

function holdOf(seen: Seen, held: Held, uid: string, status: InstrumentStatus | undefined): Holding['hold'] {
  if (seen.foreignOrders.has(uid)) {
    return { rule: 'foreign_order', detail: 'an order that is not ours is active in it' };
  }
  const detail = notTradable(seen, held, uid, status);
  return detail === null ? null : { rule: 'not_tradable', detail };
}

function notTradable(
  seen: Seen,
  held: Held,
  uid: string,
  status: InstrumentStatus | undefined,
): string | null {
  if (held.hold !== null) return held.hold;
  const { listing } = held;
  if (!listing) return 'the venue does not list it';
  const excluded = seen.excluded.get(uid);
  if (excluded !== undefined) return excluded;
  if (seen.isIis && !listing.forIis) return 'it cannot be traded on an IIS';
  if (seen.byExchangeHours) {
    const sessions = seen.sessions.get(listing.exchange);
    if (!sessions) return `the schedule of ${listing.exchange} could not be read`;
    if (!isOpen(sessions, seen.nowMs)) return closedUntil(listing.exchange, sessions, seen.nowMs);
  }
  if (!status) return 'the venue gave no trading status for it';
  if (!status.apiTradable) return 'the venue does not let it be traded through the API now';
  if (seen.isIis && status.status.startsWith('DEALER')) return 'the weekend market is closed to an IIS';
  const { market, limit, bestPrice } = status.orderTypes;
  return market || limit || bestPrice ? null : `its trading status is ${status.status}`;
}

function closedUntil(exchange: string, sessions: readonly Session[], nowMs: number): string {
  const opens = nextOpen(sessions, nowMs);
  return `${exchange} is closed${opens === null ? '' : ` until ${new Date(opens).toISOString()}`}`;
}

type Priced = Pick<Holding, 'price' | 'priceTimeMs' | 'priceAgeMs' | 'priceProblem'>;

function priceOf(seen: Seen, uid: string, listing: Listing | null): Priced {
  const exchange = listing?.exchange ?? null;
  const quote = seen.quotes.get(uid);
  const accepted = seen.accepted.get(uid);
  const sessions = exchange === null ? undefined : seen.sessions.get(exchange);
  // Where nobody says when it trades, it may have traded all the time.
  const age = (fromMs: number) =>
    sessions === undefined ? Math.max(0, seen.nowMs - fromMs) : tradingAge(sessions, fromMs, seen.nowMs);
  const last = (problem: string): Priced => ({
    price: accepted?.price ?? null,
    priceTimeMs: accepted?.timeMs ?? null,
    priceAgeMs: accepted ? age(accepted.timeMs) : null,
    priceProblem: problem,
  });
  if (!quote || quote.price === null || quote.timeMs === null) return last(quote?.problem ?? 'no price came');
  if (listing && isLess(quote.price, listing.step))
    return last(
      `its price of ${decimal(quote.price)} RUB is less than one step of it, ${decimal(listing.step)}`,
    );
  const priceAgeMs = age(quote.timeMs);
  if (priceAgeMs > seen.maxPriceAgeMs) {
    const minutes = Math.round(priceAgeMs / 60_000);
    return last(
      `its price is ${minutes} min of trading old, the limit is ${seen.maxPriceAgeMs / 60_000} min (max_price_age)`,
    );
  }
  return { price: quote.price, priceTimeMs: quote.timeMs, priceAgeMs, priceProblem: null };
}

/** What was taken at face value and is not what is remembered: another price may bear the same time. */
export const newlyAccepted = (holdings: readonly Holding[], seen: Seen): AcceptedPrice[] =>
  holdings.flatMap(({ uid, price, priceTimeMs, priceProblem }) => {
    if (price === null || priceTimeMs === null || priceProblem !== null) return [];
    const known = seen.accepted.get(uid);
    const isKnown = known?.timeMs === priceTimeMs && raw(known.price) === raw(price);
    return isKnown ? [] : [{ uid, price, timeMs: priceTimeMs }];
  });
