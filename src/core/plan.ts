// What `decide` hands over: the portfolio before and after, the orders between, and why the rest stays as it is.

import type { OrderType, Side } from './order.ts';
import type { Aim } from './policy.ts';
import type { Weighing } from './target-weights.ts';
import type { LotSize, Lots, Money, Price } from './units.ts';

export interface PlanRow {
  readonly ticker: string;
  /** `null` for RUB. */
  readonly uid: string | null;
  readonly lot: LotSize;
  readonly price: Price | null;
  readonly lotsBefore: Lots;
  readonly lotsAfter: Lots;
  readonly valueBefore: Money;
  readonly valueAfter: Money;
  readonly target: Money;
  readonly beforePercent: number;
  readonly targetPercent: number;
  readonly afterPercent: number;
  /** What lies between the planned lots and the nearest to the target; their lots add up to that difference. */
  readonly causes: readonly Cause[];
}

/** A part of the difference from the target, with what makes it. */
export interface Cause {
  /** A config key, `not_tradable`, `no_price`, `cash` or `rounding`. */
  readonly rule: string;
  /** Lots that are missing; below zero: that are too many. */
  readonly lots: Lots;
  readonly detail: string;
}

export interface PlannedOrder {
  readonly ticker: string;
  readonly uid: string;
  readonly side: Side;
  readonly lots: Lots;
  readonly lot: LotSize;
  readonly type: OrderType;
  /** Price of one piece that it was sized at. */
  readonly price: Price;
  /** Only for `limit`. */
  readonly limit: Price | null;
  /** lots × lot × price, without commission. */
  readonly amount: Money;
}

/** A large order as it is wanted. Without a yes nothing of it is in the plan's rows and orders. */
export interface Confirmation {
  readonly order: PlannedOrder;
  readonly agreed: boolean;
}

/** A difference from the target with a named cause: a config key, `not_tradable`, `no_price`, `cash` or `rounding`. */
export interface HeldBack {
  readonly ticker: string;
  readonly rule: string;
  readonly detail: string;
  /** Lots that it keeps away from those nearest to the target, below zero where it keeps too many; for a reader of JSON. */
  readonly lots?: number;
}

export interface Plan {
  /** Balanced total Q. */
  readonly equity: Money;
  /** Wallet order, RUB last. */
  readonly rows: readonly PlanRow[];
  /** Sells first, then what is paid from own cash only, then the other purchases. */
  readonly orders: readonly PlannedOrder[];
  readonly heldBack: readonly HeldBack[];
  /** `min_improvement_pp` left nothing in it but what it does not ask about: the rest of the iteration has to be worth it. */
  readonly onlyExempt?: boolean;
  /** Orders that need a person's yes. */
  readonly confirmations: readonly Confirmation[];
  /** Sum of |weight - target| over all rows, in percentage points. */
  readonly trackingError: { readonly before: number; readonly after: number };
  /** Commission expected for the orders. */
  readonly fees: Money;
  readonly aim: Aim;
  readonly weighing: Weighing;
  readonly costs: PlanCosts;
  /** What is odd about this plan, in words: fallbacks, rules that gave way. */
  readonly warnings: readonly string[];
}

/** Shown before anything is done. */
export interface PlanCosts {
  /** Bought and sold together. */
  readonly turnover: Money;
  /** Debt after the plan. */
  readonly debt: Money;
  /** What that debt costs if it stays overnight. */
  readonly overnight: Money;
}

export type Decision =
  | { readonly kind: 'plan'; readonly plan: Plan }
  /** The total or the weights are unknown, but a debt that is not allowed can be covered: sells only. */
  | {
      readonly kind: 'risk_only';
      readonly because: string;
      readonly orders: readonly PlannedOrder[];
      readonly warnings: readonly string[];
    }
  /** Nothing can be decided: the total or the weights are unknown. */
  | { readonly kind: 'skip'; readonly because: string };
