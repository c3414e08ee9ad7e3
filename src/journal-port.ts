// The journal as the engine knows it: the durable memory of one state directory. Part of ports.ts, which re-exports it.

import type { FundValue } from './core/fund-value.ts';
import type { OrderState } from './core/order.ts';
import type { OrderRequest } from './core/order-request.ts';
import type { LotSize, Lots, Money, Price, Rate, Shares } from './core/units.ts';

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
  /** The same instant by the clock that nobody sets; `null` where an older version sent it. */
  readonly lastSentSteadyMs: number | null;
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

/** What a drawdown is measured from: equity less the deposits (plus the withdrawals) since `flowsSinceMs`. */
export interface EquityMarks {
  readonly start: Money;
  readonly peak: Money;
  readonly flowsSinceMs: number;
}

/** The account as the last iteration left it, for telling our own changes from somebody else's. */
export interface LastSeen {
  readonly holdings: Holdings;
  readonly atMs: number;
  /** Number of the account's newest fill by then (`newestFill`): that one and those before it are in `holdings`. */
  readonly fill: number;
  /** The same of the last look that an earlier iteration took. */
  readonly fillBefore: number;
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
  /** What it earned is in the sums of its day (`FoldedDay`) already. */
  readonly folded?: boolean;
}

/** Iterations of one account and Moscow day that ended alike and are no longer kept one by one. */
export interface FoldedGroup {
  readonly status: string;
  readonly dryRun: boolean;
  readonly counted: boolean;
  readonly iterations: number;
  readonly traded: number;
  readonly orders: number;
  /** Of iterations whose orders are not in `FoldedDay.tickers`. */
  readonly turnover: Money;
  readonly commission: Money;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** As the last of them found it. */
  readonly equity: Money | null;
  /** How often each reason was given. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** Orders of one ticker and Moscow day that are no longer kept one by one. */
export interface FoldedTicker {
  readonly ticker: string;
  readonly counted: boolean;
  readonly orders: number;
  /** Orders that executed something. */
  readonly fills: number;
  readonly bought: Money;
  readonly sold: Money;
  readonly commission: Money;
}

/** What is left of an account's old iterations: sums by Moscow day, to the kopeck what the rows summed up to. */
export interface FoldedDay {
  readonly account: string;
  /** Start of the Moscow day. */
  readonly dayMs: number;
  readonly groups: readonly FoldedGroup[];
  readonly tickers: readonly FoldedTicker[];
  /**
   * From the day's first valuation to the next one after its last, of every counted iteration whose row is gone or is
   * `folded`; `null` where none was valued.
   */
  readonly earned: {
    readonly first: Money;
    readonly last: Money;
    readonly profit: Money;
    readonly flows: Money;
  } | null;
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

/** Weights that `diff` compares with: only of the same wallet and mode, which the fingerprint stands for. */
export interface WeightMark {
  /** Start of the Moscow day that it belongs to. */
  readonly dayMs: number;
  readonly atMs: number;
  readonly fingerprint: string;
  /** Percent per ticker, RUB included. */
  readonly weights: ReadonlyMap<string, number>;
}

/** An order above `confirmationThresholdRub`, waiting for a person. One per instrument and side. */
export interface PendingOrder {
  readonly key: string;
  readonly account: string;
  readonly iteration: string;
  readonly ticker: string;
  readonly uid: string;
  readonly side: 'buy' | 'sell';
  readonly lots: Lots;
  readonly lot: LotSize;
  readonly price: Price;
  readonly amount: Money;
  readonly createdAtMs: number;
  /** End of the session that it was planned in. */
  readonly expiresAtMs: number;
  readonly answer: 'none' | 'confirmed' | 'rejected';
  readonly answeredAtMs: number | null;
}

/** Money that `raise-cash` keeps aside. */
export interface CashRequest {
  readonly id: string;
  readonly account: string;
  readonly amount: Money;
  /** Not before this instant need it be raised; `null` = now. */
  readonly byMs: number | null;
  readonly createdAtMs: number;
}

/** What `rebalance` remembers of an account. */
export interface RebalanceMarks {
  /** Last iteration that sent an order of its own accord. */
  readonly tradedAtMs: number | null;
  /** The calendar's instant that was dealt with last. */
  readonly calendarAtMs: number | null;
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
  /**
   * W2: one attempt row per key, in one transaction, before the bytes leave. Moves `intent` to `sending`. An order that a
   * person has resolved meanwhile gets none, and must not leave. `steadyMs`: the instant by the clock that nobody sets,
   * where there is one.
   */
  attempt(keys: readonly string[], atMs: number, steadyMs?: number): void;
  /**
   * W3: applies a transition (core/order.ts decides whether it may). Returns the order as it then is: what a person has
   * said of it meanwhile stands.
   */
  settle(change: Transition, atMs: number): JournaledOrder;
  order(key: string): JournaledOrder | null;
  /** Orders of an account that are not final, oldest first. */
  openOrders(account: string): readonly JournaledOrder[];
  ordersOf(iteration: string): readonly JournaledOrder[];
  /** Orders of an account that executed something and changed last at or after `sinceMs`, oldest first. */
  fillsSince(account: string, sinceMs: number): readonly JournaledOrder[];
  /**
   * Orders of an account whose last fill has a higher number than `fill`, oldest first. Numbers follow the journal's own
   * order, whatever clocks said.
   */
  fillsAfter(account: string, fill: number): readonly JournaledOrder[];
  /** Number of the fill that the account's orders had last; 0 = none yet. It never falls. */
  newestFill(account: string): number;
  /** What the account held when that leg was planned. */
  holdingsBefore(iteration: string, leg: number): Holdings | null;
  /** Highest commission rate among the account's last `count` fills whose fee is known; `null` without such. */
  commissionSeen(account: string, count: number): Rate | null;

  record(row: IterationRow): void;
  /** Newest first. */
  iterations(query: {
    account?: string;
    sinceMs?: number;
    limit?: number;
    countedOnly?: boolean;
    /** Leaves `record` empty: the texts are large, and most who ask do not read them. */
    bare?: boolean;
  }): readonly IterationRow[];

  /** Sums of what is no longer kept row by row, of days that end after `sinceMs`, oldest first. */
  foldedDays(query: { account?: string; sinceMs: number }): readonly FoldedDay[];
  /**
   * One small step of the day's tidying, in one transaction: old rows become sums, nothing is lost. True where more is
   * left to do today. Cheap where nothing is.
   */
  summarise(nowMs: number): boolean;
  /** Everything read by `work` is of one state, whatever other processes write meanwhile. */
  consistently<T>(work: () => T): T;

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
  /** Also forgets what that halt was measured by: a drawdown or reversals are counted anew. */
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

  /** Latest values of every source, ticker and kind fetched at or after `sinceMs`, oldest first. */
  fundValues(sinceMs: number): readonly FundValue[];
  keepFundValues(values: readonly FundValue[]): void;
  weightMark(account: string, kind: 'iteration' | 'day'): WeightMark | null;
  setWeightMark(account: string, kind: 'iteration' | 'day', mark: WeightMark): void;

  /** Newest first; answered and expired ones too. */
  pendingOrders(account: string): readonly PendingOrder[];
  /** Replaces whatever waits for the same instrument and side. */
  addPending(order: PendingOrder): void;
  /** False where no such order waits for that answer: a yes can be taken back, a no cannot. */
  answerPending(key: string, answer: 'confirmed' | 'rejected', atMs: number): boolean;
  removePending(key: string): void;
  cashRequests(account: string): readonly CashRequest[];
  addCashRequest(request: CashRequest): void;
  /** Lowers it as money is withdrawn; removes it at zero. */
  setCashRequest(id: string, amount: Money): void;
  rebalanceMarks(account: string): RebalanceMarks;
  setRebalanceMarks(account: string, marks: RebalanceMarks): void;
  /** Orders sent at or after `sinceMs`, per ticker. */
  ordersSince(account: string, sinceMs: number): ReadonlyMap<string, number>;

  close(): void;
}
