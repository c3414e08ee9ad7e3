// Every way this program touches the world, on one page. The engine sees only these; main.ts chooses who stands behind.

import type { Close } from './core/close.ts';
import type { FundFacts } from './core/fund-facts.ts';
import type { MarginReport } from './core/margin-state.ts';
import type { OrderReport } from './core/order-report.ts';
import type { OrderRequest } from './core/order-request.ts';
import type { OrderTypes } from './core/portfolio.ts';
import type { LotSize, Lots, Money, Price, Rate, Shares } from './core/units.ts';

/** Time enters here. Milliseconds since 1970 UTC. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts (never rejects: the caller looks at its signal). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds of a clock that nobody sets, since the machine was started; absent where `now` is one. */
  monotonic?(): number;
}

/** Whether an account takes its first turn of its token or a later one: the first one opens it and looks at it twice. */
export type Turn = 'first' | 'later';

/** Chance enters here: doubles in [0, 1). */
export type Random = () => number;

export type { FundValue } from './core/fund-value.ts';
export type { OrderReport } from './core/order-report.ts';
export type { OrderRequest } from './core/order-request.ts';
export type * from './journal-port.ts';

// ---------------------------------------------------------------- what the world may refuse

/**
 * unreachable: no answer, after retries. refused_data: an answer that must not be traded on.
 * token / account: the venue does not accept the token / the account. contract: the venue no longer speaks our contract.
 * request: the venue says that our request is malformed (a bug of ours).
 */
export type WorldErrorKind = 'unreachable' | 'refused_data' | 'token' | 'account' | 'contract' | 'request';

/** The world failed while we were reading it. Caught in `engine/cycle.ts`, never deeper. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
  constructor(
    readonly kind: WorldErrorKind,
    message: string,
    readonly retry: 'soon' | 'later' | 'never',
    readonly code: string | null = null,
    readonly trackingId: string | null = null,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

// ---------------------------------------------------------------- accounts and instruments

export interface BrokerAccount {
  readonly id: string;
  readonly name: string;
  readonly type: 'broker' | 'iis' | 'invest_box' | 'fund' | 'unknown';
  readonly status: 'new' | 'open' | 'closed' | 'unknown';
  readonly access: 'full' | 'read_only' | 'none' | 'unknown';
  readonly openedAtMs: number | null;
}

/** An instrument as the venue lists it: one board's entry of a security. */
export interface Listing {
  /** Without the venue's trailing `@`. */
  readonly ticker: string;
  readonly classCode: string;
  readonly uid: string;
  readonly assetUid: string;
  readonly isin: string;
  readonly name: string;
  readonly kind: 'etf' | 'share' | 'bond' | 'currency' | 'other';
  readonly currency: string;
  readonly lot: LotSize;
  readonly step: Price;
  /** Name of its trading schedule. */
  readonly exchange: string;
  readonly apiTradable: boolean;
  readonly buyable: boolean;
  readonly sellable: boolean;
  readonly forIis: boolean;
  /** Units or shares issued, as the venue's list says; `null` where it says nothing, or 0. */
  readonly issued: Shares | null;
  /** Part of its worth that this client must bring as own money (initial margin); `null`: nothing may be borrowed on it. */
  readonly marginRate: Rate | null;
}

/** What the venue knows of a fund beyond its listing. */
export interface FundAsset {
  /** Units issued; `null` where it says nothing, or 0. */
  readonly units: Shares | null;
  /** Code of its indicative NAV on the index board; `null` without one. */
  readonly navCode: string | null;
}

/** One side's levels best first. */
export interface OrderBook {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

export interface BookLevel {
  readonly price: Price;
  readonly lots: Lots;
}

/** Outcome of looking a wallet ticker up. */
export type Resolution =
  | { readonly kind: 'found'; readonly listing: Listing }
  /** Nothing tradable: what is listed under that name (if anything) and the nearest names. */
  | { readonly kind: 'missing'; readonly because: string; readonly nearest: readonly string[] };

/** One span of trading. Half-open: start <= t < end. */
export interface Session {
  readonly startMs: number;
  readonly endMs: number;
}

export interface Quote {
  readonly uid: string;
  /** `null` where the venue gave none, zero, a negative one or one with an impossible time; `problem` says which. */
  readonly price: Price | null;
  readonly timeMs: number | null;
  readonly problem: string | null;
}

export interface InstrumentStatus {
  readonly uid: string;
  /** The venue's own word, for people ("NORMAL_TRADING"). */
  readonly status: string;
  readonly apiTradable: boolean;
  /** All false where the status does not allow an order, unknown statuses included. */
  readonly orderTypes: OrderTypes;
}

/** What the venue offers to everybody (one token's limits are shared by all its accounts). */
export interface Market {
  /** Looks every ticker up in the day's lists; the same order as asked. */
  resolve(tickers: readonly string[]): Promise<readonly Resolution[]>;
  /** Listing of a held position that no wallet names; `null` where the venue does not know it. */
  listingByUid(uid: string): Promise<Listing | null>;
  /**
   * Sessions of an exchange, at least until the end of the next trading day, in order, not overlapping; those of today
   * that have ended are there too.
   */
  sessions(exchange: string): Promise<readonly Session[]>;
  /** One per uid asked, matched by uid. */
  lastPrices(uids: readonly string[]): Promise<ReadonlyMap<string, Quote>>;
  tradingStatuses(uids: readonly string[]): Promise<ReadonlyMap<string, InstrumentStatus>>;
  /** What is known of a fund; `null` where the venue does not know the asset. */
  fundAsset(assetUid: string): Promise<FundAsset | null>;
  /** Closes of the finished trading days in [fromMs, toMs), oldest first. */
  dailyCloses(uid: string, fromMs: number, toMs: number): Promise<readonly Close[]>;
  orderBook(uid: string, depth: number): Promise<OrderBook>;
}

// ---------------------------------------------------------------- fund data

/** An instrument whose fund data are asked for. */
export interface FundQuestion {
  readonly ticker: string;
  readonly listing: Listing;
  /** Last price of one piece, with its time; `null` where there is none to be trusted. */
  readonly price: Price | null;
  readonly priceTimeMs: number | null;
}

export type FundNeed = 'market_cap' | 'aum' | 'nav';

/** Market cap, AUM and NAV, cross-checked and dated. Never rejects for missing data. */
export interface FundData {
  /** One answer per question; only what is needed is asked for, the rest is unknown. */
  facts(
    questions: readonly FundQuestion[],
    needs: ReadonlySet<FundNeed>,
  ): Promise<ReadonlyMap<string, FundFacts>>;
  /** The same as of an earlier instant, from closes and what the cache then held. */
  factsAt(
    questions: readonly FundQuestion[],
    needs: ReadonlySet<FundNeed>,
    atMs: number,
  ): Promise<ReadonlyMap<string, FundFacts>>;
}

// ---------------------------------------------------------------- the account at the broker

export interface SecurityPosition {
  readonly uid: string;
  /** Everything owned: balance and blocked. */
  readonly pieces: Shares;
  readonly blocked: Shares;
  /** Held by the depositary (sanctions, corporate action): not tradable. */
  readonly frozen: boolean;
  readonly kind: string;
}

export interface Positions {
  /** RUB that can be spent; negative when borrowed. */
  readonly cash: Money;
  readonly blockedCash: Money;
  readonly securities: readonly SecurityPosition[];
  /** Money in other currencies, shown apart. */
  readonly foreignCash: readonly { readonly currency: string; readonly amount: Money }[];
}

export interface AveragePrice {
  readonly average: Price | null;
  readonly fifo: Price | null;
}

/** What to do about a definite refusal (t-invest.md §6). */
export type Reaction =
  /** Leave the instrument out of this iteration. */
  | 'skip'
  /** Leave the instrument out for good, alert once. */
  | 'skip_for_good'
  /** The status forbids this order type: best price where allowed, else skip. */
  | 'best_price'
  /** Re-price once, then skip. */
  | 'reprice'
  /** Observe again and size the remaining buys once more. */
  | 'reobserve'
  /** Stop this account and alert. */
  | 'stop_account'
  /** Nothing more with this token. */
  | 'stop_token'
  /** The contract changed: stop everything. */
  | 'stop_all'
  /** Our own mistake: stop the account with an assertion. */
  | 'bug';

/** Why a call did not give what was asked for. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly trackingId: string | null;
}

export type PostOutcome =
  | { readonly kind: 'accepted'; readonly report: OrderReport; readonly trackingId: string | null }
  /** Definite, as far as this attempt goes. */
  | { readonly kind: 'rejected'; readonly refusal: Refusal; readonly reaction: Reaction }
  /** Nobody knows whether the order exists. */
  | { readonly kind: 'unknown'; readonly refusal: Refusal }
  /** Not taken because of the rate limit: send the same bytes again after the wait. */
  | { readonly kind: 'throttled'; readonly refusal: Refusal; readonly waitMs: number }
  /** `mayLeave` held it back at the last moment: this attempt provably never left. The code is WITHHELD. */
  | { readonly kind: 'withheld'; readonly refusal: Refusal };

export type LookUp =
  | { readonly kind: 'found'; readonly report: OrderReport }
  /** The venue does not know it (yet): not a proof of absence. */
  | { readonly kind: 'not_found'; readonly refusal: Refusal };

export type CancelOutcome =
  | { readonly kind: 'accepted' }
  /** Already final or not known: look at the order's state. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unknown'; readonly refusal: Refusal };

/** Something that was done in an account, by anybody. */
export interface Operation {
  readonly id: string;
  readonly atMs: number;
  /** deposit, withdrawal: money that crossed the account's border. Taxes, fees, payouts, moved securities are `other`. */
  readonly kind: 'buy' | 'sell' | 'deposit' | 'withdrawal' | 'other';
  /** Empty where it is about no instrument. */
  readonly uid: string;
  /** Signed: what it did to the RUB cash. A deposit that is taken back is a negative one. */
  readonly amount: Money;
}

/** One token's view of the broker. Reads are retried inside and end in a WorldError; writes are sent exactly once. */
export interface Broker {
  accounts(): Promise<readonly BrokerAccount[]>;
  positions(brokerAccount: string): Promise<Positions>;
  /** Whether the portfolio, which the venue keeps apart from the positions, shows anything but money. */
  holdsSecurities(brokerAccount: string): Promise<boolean>;
  averagePrices(brokerAccount: string): Promise<ReadonlyMap<string, AveragePrice>>;
  activeOrders(brokerAccount: string): Promise<readonly OrderReport[]>;
  margin(brokerAccount: string): Promise<MarginReport>;
  /**
   * `mayLeave` is asked once the rate limit has let the order go, just before it is sent: a text means "do not send,
   * because". What it throws is passed on, and nothing is sent.
   */
  post(request: OrderRequest, mayLeave?: () => string | null): Promise<PostOutcome>;
  /**
   * `lot` turns the venue's per-piece prices into values. `unwanted`, once aborted: nobody waits for the answer any more,
   * and a question that has not left yet must not use up the limit of those that are waited for.
   */
  orderByKey(brokerAccount: string, key: string, lot: LotSize, unwanted?: AbortSignal): Promise<LookUp>;
  orderById(brokerAccount: string, orderId: string, lot: LotSize, unwanted?: AbortSignal): Promise<LookUp>;
  cancel(brokerAccount: string, orderId: string): Promise<CancelOutcome>;
  /**
   * What was executed with `fromMs` < time <= `toMs`, in RUB, oldest first; what moved other currencies is left out,
   * and so are most commissions. Adjoining spans overlap nowhere and miss nothing that the venue already shows.
   * `toMs` is `null`: up to the newest, whatever the clock here says.
   */
  operations(brokerAccount: string, fromMs: number, toMs: number | null): Promise<readonly Operation[]>;
}

// ---------------------------------------------------------------- people

export interface Alert {
  readonly account: string | null;
  readonly event: string;
  readonly message: string;
}

/** A person's brake, kept outside this process. */
export interface KillSwitch {
  /** Why nothing may be sent for this account; `null` where it may. Asked before every order. */
  engaged(account: string): string | null;
}

/** Tells a person. Channels come later; until then the log. */
export interface Notifier {
  alert(alert: Alert): void;
}
