// The configuration in our own units: what `config/load.ts` makes of CONFIG.json and .env, frozen.

import type { FundSettings } from '../core/fund-settings.ts';
import type { OrderType } from '../core/order.ts';
import type {
  DiffPolicy,
  FundingPolicy,
  LimitsPolicy,
  MarginPolicy,
  OvernightFees,
  RebalancePolicy,
} from '../core/policy.ts';
import type { TimingPolicy } from '../core/timing-policy.ts';
import type { Money, Rate } from '../core/units.ts';
import type { WeightingMode } from '../core/weights/registry.ts';
import type { WeightingPolicy } from '../core/weights/weighting-policy.ts';
import type { Secret } from './secret.ts';

export type AccountSelector =
  | { readonly kind: 'id'; readonly id: string }
  /** All digits: an exact id first, then an index. */
  | { readonly kind: 'id_or_index'; readonly id: string; readonly index: number }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'type'; readonly type: 'broker' | 'iis' };

export interface ClosureBehavior {
  readonly mode: 'skip_iteration' | 'force_orders' | 'dry_run';
  /** Whether an iteration on a closed exchange counts in history and statistics. */
  readonly updateIterationResult: boolean;
}

export interface AccountConfig {
  readonly id: string;
  readonly name: string;
  readonly token: Secret;
  readonly selector: AccountSelector;
  /** As written, for messages. */
  readonly accountIdText: string;
  readonly broker: 'live' | 'sandbox';
  readonly dryRun: boolean;
  /** Percent per normalised ticker, aliases applied and added up, RUB included, normalised to 100; 0 % entries kept. */
  readonly wallet: ReadonlyMap<string, number>;
  readonly mode: WeightingMode;
  readonly weighting: WeightingPolicy;
  readonly diff: DiffPolicy;
  readonly balanceIntervalMs: number;
  readonly sleepBetweenOrdersMs: number;
  readonly closure: ClosureBehavior;
  /** Schedule name, or `auto`. */
  readonly exchange: string;
  readonly unlistedPositions: 'keep' | 'sell';
  readonly minOneLot: boolean;
  readonly minImprovementPp: number;
  readonly orderType: OrderType;
  readonly commission: Rate;
  readonly orderWaitMs: number;
  readonly maxPriceAgeMs: number;
  readonly maxPriceJumpPercent: number;
  /** `null` = off. */
  readonly maxDrawdownPercent: number | null;
  readonly maxDayTurnoverPercent: number;
  /** `null` = off. */
  readonly margin: MarginConfig | null;
  readonly minProfitPercent: number | null;
  readonly funding: FundingPolicy | null;
  readonly confirmAbove: Money | null;
  readonly rebalance: RebalancePolicy;
  readonly timing: TimingPolicy;
  readonly limits: LimitsPolicy;
  readonly maxSpreadPercent: number;
}

export interface MarginConfig extends MarginPolicy {
  readonly deleverageMs: number;
}

export interface Config {
  readonly accounts: readonly AccountConfig[];
  /** host:port; `null` = the broker's own for live and sandbox. */
  readonly endpoint: string | null;
  readonly caFile: string | null;
  /** Shell command that gets every alert as JSON on stdin; `null` = none. */
  readonly alertCommand: string | null;
  readonly tickerAliases: ReadonlyMap<string, string>;
  readonly fundData: FundSettings;
  readonly overnightFees: OvernightFees;
  /** What is odd but not wrong, in words. */
  readonly warnings: readonly string[];
}
