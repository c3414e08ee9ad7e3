// Every way this program touches the world, on one page. The engine sees only these; main.ts chooses who stands behind.

import type { OrderState, OrderType, Side } from './core/order.ts';
import type { OrderReport } from './core/order-report.ts';
import type { OrderTypes } from './core/portfolio.ts';
import type { LotSize, Lots, Money, Price, Rate, Shares } from './core/units.ts';

/** Time enters here. Milliseconds since 1970 UTC. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts (never rejects: the caller looks at its signal). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Chance enters here: doubles in [0, 1). */
export type Random = () => number;

export type { OrderReport } from './core/order-report.ts';

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
  /** Sessions of an exchange from now on, at least until the end of the next trading day, in order, not overlapping. */
  sessions(exchange: string): Promise<readonly Session[]>;
  /** One per uid asked, matched by uid. */
  lastPrices(uids: readonly string[]): Promise<ReadonlyMap<string, Quote>>;
  tradingStatuses(uids: readonly string[]): Promise<ReadonlyMap<string, InstrumentStatus>>;
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

/** Exactly what goes on the wire: a retry sends these same values again. */
export interface OrderRequest {
  readonly key: string;
  readonly brokerAccount: string;
  readonly uid: string;
  readonly side: Side;
  readonly lots: Lots;
  readonly lot: LotSize;
  readonly type: OrderType;
  /** Only for `limit`. */
  readonly limit: Price | null;
  readonly confirmMargin: boolean;
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
  | { readonly kind: 'throttled'; readonly refusal: Refusal; readonly waitMs: number };

export type LookUp =
  | { readonly kind: 'found'; readonly report: OrderReport }
  /** The venue does not know it (yet): not a proof of absence. */
  | { readonly kind: 'not_found'; readonly refusal: Refusal };

export type CancelOutcome =
  | { readonly kind: 'accepted' }
  /** Already final or not known: look at the order's state. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unknown'; readonly refusal: Refusal };

/** One token's view of the broker. Reads are retried inside and end in a WorldError; writes are sent exactly once. */
export interface Broker {
  accounts(): Promise<readonly BrokerAccount[]>;
  positions(brokerAccount: string): Promise<Positions>;
  averagePrices(brokerAccount: string): Promise<ReadonlyMap<string, AveragePrice>>;
  activeOrders(brokerAccount: string): Promise<readonly OrderReport[]>;
  post(request: OrderRequest): Promise<PostOutcome>;
  /** `lot` turns the venue's per-piece prices into values. */
  orderByKey(brokerAccount: string, key: string, lot: LotSize): Promise<LookUp>;
  orderById(brokerAccount: string, orderId: string, lot: LotSize): Promise<LookUp>;
  cancel(brokerAccount: string, orderId: string): Promise<CancelOutcome>;
}

// ---------------------------------------------------------------- the journal

/** An order as planned: everything that its request will say, durable before the first byte is sent. */
export interface Intent {
  readonly request: OrderRequest;
  readonly account: string;
  readonly iteration: string;
  readonly leg: number;
  readonly part: number;
  readonly ticker: string;
  /** Price of ONE piece that it was sized at. */
  readonly sizedAt: Price;
}

export interface JournaledOrder extends Intent {
  readonly state: OrderState;
  readonly executed: Lots;
  readonly value: Money | null;
  readonly commission: Money | null;
  readonly orderId: string | null;
  readonly attempts: number;
  readonly firstSentMs: number | null;
  readonly lastSentMs: number | null;
  readonly error: string | null;
}

/** A change of state with what it rests on. */
export interface Transition {
  readonly key: string;
  readonly to: OrderState;
  readonly executed: Lots;
  /** Where the knowledge comes from: "reply", "look-up by key", "active orders", "absence proof", ... */
  readonly evidence: string;
  readonly value?: Money | null;
  readonly commission?: Money | null;
  readonly orderId?: string | null;
  readonly code?: string | null;
  readonly trackingId?: string | null;
  readonly error?: string | null;
}

/** What an account held when its orders were planned: the absence proof compares with it. */
export interface Holdings {
  readonly cash: Money;
  readonly pieces: ReadonlyMap<string, Shares>;
}

/** Why an account trades no more until a person says `tiebb resume`. */
export type HaltCause = 'unresolved_order' | 'drawdown' | 'another_bot';

export interface Halt {
  readonly cause: HaltCause;
  readonly detail: string;
  readonly atMs: number;
}

/** Equity that a drawdown is measured from, deposits and withdrawals since then already taken out. */
export interface EquityMarks {
  readonly start: Money;
  readonly peak: Money;
  /** Cash flows up to here are reckoned with. */
  readonly flowsUntilMs: number;
}

/** The account as the last iteration left it, for telling our own changes from somebody else's. */
export interface LastSeen {
  readonly holdings: Holdings;
  readonly atMs: number;
  /** Successive iterations in which somebody reversed what this account had just traded. */
  readonly reversals: number;
}

/** A finished iteration: `record` is the JSON of the iteration record (product.md §4). */
export interface IterationRow {
  readonly iteration: string;
  readonly account: string;
  readonly brokerAccount: string | null;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly status: string;
  readonly reason: string | null;
  readonly dryRun: boolean;
  /** Whether it counts in history and statistics (`update_iteration_result`). */
  readonly counted: boolean;
  readonly equity: Money | null;
  readonly turnover: Money;
  readonly commission: Money;
  readonly record: string;
}

export interface AcceptedPrice {
  readonly uid: string;
  readonly price: Price;
  readonly timeMs: number;
}

export interface InstrumentPin {
  readonly ticker: string;
  readonly isin: string;
  readonly assetUid: string;
  readonly uid: string;
}

/** Durable memory of one state directory. Every write is on disk when the call returns; every call is synchronous. */
export interface Journal {
  /** W1: the plan of one leg and all its intents, in one transaction. `before` is what the account held. */
  plan(
    account: string,
    iteration: string,
    leg: number,
    intents: readonly Intent[],
    before: Holdings,
    atMs: number,
  ): void;
  /** W2: one attempt row per key, in one transaction, before the bytes leave. Moves `intent` to `sending`. */
  attempt(keys: readonly string[], atMs: number): void;
  /** W3: applies a transition (core/order.ts decides whether it may). Returns the order as it then is. */
  settle(change: Transition, atMs: number): JournaledOrder;
  order(key: string): JournaledOrder | null;
  /** Orders of an account that are not final, oldest first. */
  openOrders(account: string): readonly JournaledOrder[];
  ordersOf(iteration: string): readonly JournaledOrder[];
  /** Orders of an account that executed something and changed last at or after `sinceMs`, oldest first. */
  fillsSince(account: string, sinceMs: number): readonly JournaledOrder[];
  /** What the account held when that leg was planned. */
  holdingsBefore(iteration: string, leg: number): Holdings | null;
  /** Highest commission rate among the account's last `count` fills; `null` without fills. */
  commissionSeen(account: string, count: number): Rate | null;

  record(row: IterationRow): void;
  /** Newest first. */
  iterations(query: {
    account?: string;
    sinceMs?: number;
    limit?: number;
    countedOnly?: boolean;
  }): readonly IterationRow[];

  brokerAccountPin(account: string): string | null;
  pinBrokerAccount(account: string, brokerAccount: string, atMs: number): void;
  instrumentPins(account: string): ReadonlyMap<string, InstrumentPin>;
  pinInstrument(account: string, pin: InstrumentPin, atMs: number): void;
  acceptedPrices(account: string): ReadonlyMap<string, AcceptedPrice>;
  acceptPrices(account: string, prices: readonly AcceptedPrice[], atMs: number): void;
  /** Tickers that the account's wallet has named so far. */
  managedTickers(account: string): readonly string[];
  manage(account: string, tickers: readonly string[], atMs: number): void;
  halt(account: string): Halt | null;
  /** The first cause stands until it is cleared. */
  setHalt(account: string, halt: Halt): void;
  clearHalt(account: string): void;
  /** When this alert was last given, so that a restart does not repeat it. */
  lastAlert(account: string, event: string): number | null;
  noteAlert(account: string, event: string, atMs: number): void;
  /** The alert's cause has ended: the next one is news again. */
  forgetAlert(account: string, event: string): void;
  /** Tickers whose next price a person has accepted, however far it jumps. */
  allowedJumps(account: string): readonly string[];
  allowJump(account: string, ticker: string, atMs: number): void;
  endJump(account: string, ticker: string): void;
  equityMarks(account: string): EquityMarks | null;
  setEquityMarks(account: string, marks: EquityMarks): void;
  lastSeen(account: string): LastSeen | null;
  setLastSeen(account: string, seen: LastSeen): void;

  /** Next iteration as the daemon planned it, for `status`. */
  nextIteration(account: string): number | null;
  planNextIteration(account: string, atMs: number): void;

  close(): void;
}

// ---------------------------------------------------------------- people

export interface Alert {
  readonly account: string | null;
  readonly event: string;
  readonly message: string;
}

/** Tells a person. Channels come later; until then the log. */
export interface Notifier {
  alert(alert: Alert): void;
}
