// What an account's owner asked for, as far as deciding goes: the rules without tokens, intervals or file names.

import type { OrderType } from './order.ts';
import { type Lots, larger, type Money, NO_MONEY, type Rate } from './units.ts';
import type { WeightingMode } from './weights/registry.ts';
import type { WeightingPolicy } from './weights/weighting-policy.ts';

export interface Policy {
  readonly mode: WeightingMode;
  /** Percent per ticker, RUB included, normalised to 100. A ticker with 0 % is to be sold. */
  readonly wallet: ReadonlyMap<string, number>;
  readonly weighting: WeightingPolicy;
  readonly diff: DiffPolicy;
  readonly unlistedPositions: 'keep' | 'sell';
  readonly minOneLot: boolean;
  /** A plan that lowers the tracking error by less (percentage points) is not traded; 0 = off. */
  readonly minImprovementPp: number;
  readonly orderType: OrderType;
  /** Commission assumed while the account has no fills of its own. */
  readonly commission: Rate;
  readonly maxPriceAgeMs: number;
  /** `null`: nothing may be borrowed. */
  readonly margin: MarginPolicy | null;
  readonly overnightFees: OvernightFees;
  /** `null` = off. */
  readonly minProfitPercent: number | null;
  /** `buy_requires_total_marginal_sell`; `null` = off. */
  readonly funding: FundingPolicy | null;
  /** An order worth more needs a person's yes; `null` = off. */
  readonly confirmAbove: Money | null;
  readonly rebalance: RebalancePolicy;
  readonly limits: LimitsPolicy;
}

export interface DiffPolicy {
  readonly mode: 'off' | 'iteration' | 'day';
  /** 0..100: percent of the change that is added on top. */
  readonly multiplier: number;
}

export interface MarginPolicy {
  /** 1..4: exposure as a multiple of the balanced total. */
  readonly multiplier: number;
  /** Debt that `keep_if_small` may keep overnight. */
  readonly freeThreshold: Money;
  /** The most that is borrowed. */
  readonly maxMarginSize: Money;
  readonly strategy: 'remove' | 'keep' | 'keep_if_small';
  /** Collateral after the plan over starting margin, at least. */
  readonly minFundsSufficiency: number;
}

/** What a debt costs that is carried over a day's end: one table per date from which it holds. */
export type OvernightFees = readonly OvernightTable[];

export interface OvernightTable {
  readonly fromMs: number;
  /** Up to this debt: this fee. Ascending. */
  readonly steps: readonly { readonly upTo: Money; readonly fee: Money }[];
  /** Above the steps: a part of the debt. Ascending, the last without an end. */
  readonly rates: readonly { readonly upTo: Money | null; readonly part: Rate }[];
}

export interface FundingPolicy {
  /** Instruments that are paid from own cash only. */
  readonly instruments: ReadonlySet<string>;
  readonly mode: 'only_positive_positions_sell' | 'equal_in_percents' | 'none';
  /** A purchase below this percent of the total waits. */
  readonly minBuyPercent: number;
}

export interface RebalancePolicy {
  readonly trigger: 'always' | 'threshold' | 'calendar' | 'hybrid';
  /** Percentage points of the total; `null` = no such band. */
  readonly thresholdPercent: number | null;
  /** Percent of the target; `null` = no such band. */
  readonly relativeThresholdPercent: number | null;
  readonly volatilityAdjusted: boolean;
  readonly to: 'target' | 'edge';
  readonly scope: 'all' | 'breached';
}

export interface LimitsPolicy {
  readonly minTrade: Money;
  /** Percent of the total; 0 = off. */
  readonly dustPercent: number;
  readonly maxTradePercent: number | null;
  readonly maxTurnoverPercent: number | null;
  readonly maxDayTurnoverPercent: number | null;
  readonly maxOrders: number | null;
  readonly maxPremiumPercent: number | null;
  /** Days of the moving average below which nothing is bought; `null` = off. */
  readonly movingAverageDays: number | null;
  readonly buyOnly: boolean;
  readonly doNotSell: ReadonlySet<string>;
  readonly doNotBuy: ReadonlySet<string>;
  /** RUB that is kept whatever the targets say. */
  readonly cashReserve: Money;
}

/** Every rule beyond the original's ordinary balancing switched off. */
export const NO_RULES = {
  weighting: {
    decorrelationMinSpread: 0.5,
    volatilityDays: 30,
    sharpeDays: 252,
    riskFreePercent: 0,
    caps: null,
    floors: null,
  },
  diff: { mode: 'off', multiplier: 0 },
  margin: null,
  overnightFees: [] as OvernightFees,
  minProfitPercent: null,
  funding: null,
  confirmAbove: null,
  rebalance: {
    trigger: 'always',
    thresholdPercent: null,
    relativeThresholdPercent: null,
    volatilityAdjusted: false,
    to: 'target',
    scope: 'all',
  },
  limits: {
    minTrade: NO_MONEY,
    dustPercent: 0,
    maxTradePercent: null,
    maxTurnoverPercent: null,
    maxDayTurnoverPercent: null,
    maxOrders: null,
    maxPremiumPercent: null,
    movingAverageDays: null,
    buyOnly: false,
    doNotSell: new Set<string>(),
    doNotBuy: new Set<string>(),
    cashReserve: NO_MONEY,
  },
} as const satisfies Partial<Policy>;

/** `all`: sells and buys. `buys`: this iteration's sells are done; only the instruments that its plan bought may follow. */
export type Stage =
  | { readonly kind: 'all' }
  | {
      readonly kind: 'buys';
      readonly tickers: ReadonlySet<string>;
      /** What the plan was after: bands are not looked at again once its sells are done. */
      readonly aim?: Aim;
      /** Executed by this iteration so far. */
      readonly traded?: Money;
      /** The same per ticker. */
      readonly moved?: ReadonlyMap<string, Money>;
      /** What this iteration planned last was nothing but what `min_improvement_pp` does not ask about. */
      readonly onlyExempt?: boolean;
      /** Orders that this iteration has sent so far. */
      readonly sent?: number;
      /** Where the plan ends per ticker, in lots: what only own cash pays for goes no further. */
      readonly planned?: ReadonlyMap<string, Lots>;
    };

/** How much of the way to the targets this iteration goes, and why (core/rebalance/aim.ts decides it). */
export type Aim =
  /** All the way. */
  | { readonly kind: 'balance'; readonly because: string | null }
  /** Only these move; with `edge` to the nearest edge of their band. */
  | { readonly kind: 'breached'; readonly bands: ReadonlyMap<string, Band>; readonly because: string }
  /** Nothing moves but surplus RUB into what is under target, and whatever has to be covered. */
  | {
      readonly kind: 'quiet';
      readonly because: string;
      /** The key at work, for what is held back. */
      readonly rule?: string;
      /** Outside the window or cooling down: surplus RUB waits, too. */
      readonly idle?: boolean;
    };

/** Where a weight may drift before it is traded, in percent of the total; infinite ends: no band. */
export interface Band {
  readonly low: number;
  readonly high: number;
  /** The weight is outside, and may move the way back. */
  readonly breached: boolean;
}

/** The rate to reckon with: the highest seen in this account's recent fills, else the configured one. */
export const commissionOf = (snapshot: { readonly commissionSeen: Rate | null }, policy: Policy): Rate =>
  snapshot.commissionSeen ?? policy.commission;

/** After the venue found too little money for what that rate allowed: whichever of the two is higher. */
export const cautiousCommission = (
  snapshot: { readonly commissionSeen: Rate | null },
  policy: Policy,
): Rate => larger(commissionOf(snapshot, policy), policy.commission);
