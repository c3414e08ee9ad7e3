// From weights to RUB targets: how much exposure the own money carries, and how low RUB may go.
// Requires: a positive total. Guarantees: targets add up to the total; without margin the floor is never below zero;
// with it debt stays within `max_margin_size` and the multiplier, and within what may stay overnight once trading ends.

import type { Facts } from './facts.ts';
import type { MarginPolicy, Policy } from './policy.ts';
import { RUB } from './portfolio.ts';
import { add, allocate, larger, type Money, NO_MONEY, subtract, total } from './units.ts';
import type { TargetWeights } from './weights/weighting.ts';

export interface Exposure {
  /** RUB target per ticker, RUB included. */
  readonly targets: ReadonlyMap<string, Money>;
  /** Spendable RUB must not end below this. */
  readonly cashFloor: Money;
  /** Debt that the rules allow at all now; 0 without margin. */
  readonly debtLimit: Money;
  readonly warnings: readonly string[];
}

export interface ExposureInput {
  readonly equity: Money;
  /** Tickers that take part, RUB apart. */
  readonly tickers: readonly string[];
  readonly weights: TargetWeights;
  readonly policy: Policy;
  readonly facts: Facts;
}

export function exposureOf(input: ExposureInput): Exposure {
  const { policy, facts, equity } = input;
  const kept = larger(NO_MONEY, add(policy.limits.cashReserve, facts.setAside));
  const invested = larger(NO_MONEY, subtract(equity, facts.setAside));
  const targets = rubTargets(invested, input.tickers, input.weights);
  return { targets, cashFloor: kept, debtLimit: NO_MONEY, warnings: [] };
}

/** In the order of the names, so that the nano-ruble that is left over does not depend on the order of the holdings. */
function rubTargets(
  equity: Money,
  names: readonly string[],
  weights: TargetWeights,
): ReadonlyMap<string, Money> {
  const tickers = [...names].sort().concat(RUB);
  const amounts = allocate(
    equity,
    tickers.map((ticker) => weights.get(ticker) ?? 0),
  );
  return new Map(tickers.map((ticker, index) => [ticker, amounts[index] ?? NO_MONEY]));
}

/** What may be owed now: nothing without margin, less before the day's trading ends. */
export function debtAllowed(margin: MarginPolicy | null, facts: Facts): Money {
  if (margin === null || facts.margin?.kind !== 'enabled') return NO_MONEY;
  if (!facts.deleverage || margin.strategy === 'keep') return margin.maxMarginSize;
  return margin.strategy === 'keep_if_small' ? margin.freeThreshold : NO_MONEY;
}

export const targetsTotal = (targets: ReadonlyMap<string, Money>): Money => total([...targets.values()]);
