// Everything one account's loop works with: its settings, its ports, and what it remembers between iterations.

import type { Close } from '../core/close.ts';
import type { IterationRecord } from '../core/iteration-record.ts';
import type { OrderReport } from '../core/order-report.ts';
import type { Policy } from '../core/policy.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { TimingPolicy } from '../core/timing-policy.ts';
import { type Money, NO_MONEY } from '../core/units.ts';
import type {
  Broker,
  Clock,
  FundData,
  Journal,
  JournaledOrder,
  KillSwitch,
  Listing,
  Market,
  Notifier,
  Reaction,
  WorldError,
} from '../ports.ts';

export interface AccountSettings {
  readonly id: string;
  readonly name: string;
  readonly dryRun: boolean;
  readonly policy: Policy;
  /** Tickers of the wallet, without RUB. */
  readonly tickers: readonly string[];
  readonly closure: {
    readonly mode: 'skip_iteration' | 'force_orders' | 'dry_run';
    readonly counts: boolean;
  };
  /** Schedule name, or `auto`. */
  readonly exchange: string;
  readonly intervalMs: number;
  readonly sleepBetweenOrdersMs: number;
  readonly orderWaitMs: number;
  readonly maxPriceJumpPercent: number;
  /** `null` = off. */
  readonly maxDrawdownPercent: number | null;
  readonly maxDayTurnoverPercent: number;
  /** How long before the end of the day's trading debt is brought down; `null` without margin. */
  readonly deleverageMs: number | null;
  readonly timing: TimingPolicy;
  /** Above this spread a market order becomes a limit (outside the main session, or where it is large). */
  readonly maxSpreadPercent: number;
}

/** Structured logging as the engine needs it (pino fits). */
export interface EngineLog {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface AccountContext {
  readonly settings: AccountSettings;
  readonly brokerAccount: string;
  readonly isIis: boolean;
  readonly broker: Broker;
  readonly market: Market;
  readonly fundData: FundData;
  readonly journal: Journal;
  readonly notifier: Notifier;
  readonly killSwitch: KillSwitch;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** Aborted when the program is asked to stop: no new orders, in-flight ones settled or recorded. */
  readonly stop: AbortSignal;
  /** How long an unknown outcome is asked about before the iteration ends without an answer. */
  readonly lookUpMs: number;
  newIterationId(): string;
  /** Called with every snapshot that is decided on. */
  saveSnapshot?(iteration: string, snapshot: Snapshot): void;
  readonly memory: AccountMemory;
}

/** An order that the venue refused so that trading ends: for the account, its token or altogether. */
export interface Refusal {
  readonly reaction: Reaction;
  readonly order: JournaledOrder;
}

/** What an account's loop remembers between iterations; all of it can be lost without harm. */
export interface AccountMemory {
  /** Held instruments outside the wallet, by uid, so that their prices are asked for together with the others. */
  readonly unlisted: Map<string, Listing>;
  /** Instruments that this investor may not trade: left out for good. */
  readonly barred: Map<string, string>;
  /** The last refusal that ended trading, and in which iteration. */
  refusal: { readonly iteration: string; readonly stop: Refusal } | null;
  /** What a question beside a clear reply was refused with for good, until the leg of that order ends. */
  lasting: WorldError | null;
  /** Why the broker lends nothing to this account, since it refused an order for that; `null`: it did not. */
  marginRefused: string | null;
  /** Iterations in a row in which the broker found too little money for a purchase and none went through. */
  shortOfMoney: number;
  /** When the last order got its answer, by `steady`; `null`: none since the start. */
  lastOrderMs: number | null;
  /** Keys of orders that a person has been told about. */
  readonly alerted: Set<string>;
  /** Keys of unknown orders whose absence an order beside them kept from being proved, by `steady` when that began. */
  readonly clouded: Map<string, number>;
  /** By the venue's order id what it told of the cost of orders that had ended before it did. */
  readonly told: Map<string, OrderReport>;
  /** Keys that the venue has shown among the active orders, whichever order was asked about: they are never sent again. */
  readonly shownActive: Set<string>;
  /** By `steady`: what an older version of the program sent had left before. */
  readonly startedMs: number;
  /** Daily closes by uid; `day` names the day and span that they were read for, by `steady` they serve until then. */
  readonly closes: Map<
    string,
    { readonly day: string; readonly closes: readonly Close[]; readonly untilMs: number }
  >;
  /** Deposits less withdrawals since the drawdown's marks were set (`sinceMs`), as last read. */
  flows: {
    readonly sum: Money;
    readonly sinceMs: number;
    readonly atMs: number;
    /** The equity of a look before which money had moved that the list did not explain yet; `null`: it explained all. */
    readonly doubted: Money | null;
  } | null;
  /** RUB that came or went while the last iteration traded, not by trades of ours, and when it had looked before. */
  cashMoved: { readonly cash: Money; readonly sinceMs: number; readonly traded: Money } | null;
  /** RUB that left while money is kept aside, by when the account was last seen before. */
  readonly cashGone: Map<number, Money>;
  /** Withdrawals on the list that explain it. */
  withdrawn: Money;
}

/** @param startedMs when this program began, by `steady` */
export const newMemory = (startedMs: number): AccountMemory => ({
  unlisted: new Map(),
  barred: new Map(),
  refusal: null,
  lasting: null,
  marginRefused: null,
  shortOfMoney: 0,
  lastOrderMs: null,
  alerted: new Set(),
  clouded: new Map(),
  told: new Map(),
  shownActive: new Set(),
  closes: new Map(),
  flows: null,
  cashMoved: null,
  cashGone: new Map(),
  withdrawn: NO_MONEY,
  startedMs,
});

/** What an iteration hands to the outside: its record, and whether it counts in history. */
export interface Recorded {
  readonly record: IterationRecord;
  readonly counted: boolean;
}
