// What a mode or a rule needs beyond holdings and prices, observed before deciding. Guarantees: what nobody asked for is
// empty; what could not be learned is unknown with its reason, never a default that trades.

import type { Close } from './close.ts';
import type { FundFacts } from './fund-facts.ts';
import type { MarginState } from './margin-state.ts';
import type { Side } from './order.ts';
import { type Lots, type Money, NO_MONEY } from './units.ts';

export interface Facts {
  /** Per ticker, where the mode or a rule reads fund data. */
  readonly funds: ReadonlyMap<string, FundFacts>;
  /** Finished trading days, oldest first, per ticker, where something reads them; a ticker that is missing could not be read. */
  readonly closes: ReadonlyMap<string, readonly Close[]>;
  /** Why those of a ticker could not be read. */
  readonly closeProblems?: ReadonlyMap<string, string>;
  /** What `diff` compares with; `null`: nothing yet, so no shift. */
  readonly reference: WeightReference | null;
  /** The broker's view of a margin account; `null` where margin is not configured. */
  readonly margin: MarginState | null;
  /** Trading ends soon: debt that may not stay overnight goes now, and none is made. */
  readonly deleverage: boolean;
  readonly timing: Timing;
  /** Executed since Moscow's midnight. */
  readonly turnoverToday: Money;
  /** Orders sent since Moscow's midnight, per ticker. */
  readonly ordersToday: ReadonlyMap<string, number>;
  /** Kept aside by `raise-cash`: RUB that is no part of the targets and may not be spent. */
  readonly setAside: Money;
  /** What a person said of orders above `confirmationThresholdRub`. */
  readonly approvals: readonly Approval[];
}

/** Weights of an earlier instant, percent per ticker, RUB included. */
export interface WeightReference {
  readonly atMs: number;
  readonly weights: ReadonlyMap<string, number>;
}

/** What the clock says about `rebalance`. */
export interface Timing {
  /** A calendar instant has passed that has not been traded yet. */
  readonly calendarDue: boolean;
  /** When the calendar is due next, in words; empty without a calendar. */
  readonly calendar: string;
  /** Outside the window or cooling down, in words; `null` where trading is allowed. */
  readonly blocked: string | null;
  /** The key of that. */
  readonly blockedBy?: 'rebalance.window' | 'rebalance.cooldown';
}

/** A large order that a person agreed to, about as large as this. */
export interface Approval {
  readonly ticker: string;
  readonly side: Side;
  readonly lots: Lots;
  /** What they were worth when they were asked about. */
  readonly amount: Money;
}

export const NO_FACTS: Facts = {
  funds: new Map(),
  closes: new Map(),
  reference: null,
  margin: null,
  deleverage: false,
  timing: { calendarDue: false, calendar: '', blocked: null },
  turnoverToday: NO_MONEY,
  ordersToday: new Map(),
  setAside: NO_MONEY,
  approvals: [],
};
