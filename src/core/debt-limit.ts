// How much may be owed now, and whether anything may be bought with borrowed money.
// Guarantees: nothing without margin, with margin switched off at the broker, or while a reserve is wanted; before the
// day's trading ends only what may stay overnight; debt is the broker's negative RUB and nothing else. Where the multiplier
// limits it, what trades cost counts more than once: it makes the total less, and with that the limit.

import type { Facts } from './facts.ts';
import type { MarginPolicy, Policy } from './policy.ts';
import { equityOf, type Snapshot } from './portfolio.ts';
import {
  add,
  isPositive,
  larger,
  type Money,
  money,
  NANO,
  NO_MONEY,
  negate,
  type Rate,
  rate,
  raw,
  smaller,
} from './units.ts';

export interface DebtLimit {
  /** What may be owed after this plan, 0 or more. */
  readonly most: Money;
  /** No purchase may leave RUB below zero, although some debt may stay. */
  readonly ownMoneyOnly: boolean;
  /**
   * By how much each ruble that trades cost shrinks what may still be spent, that ruble included: 1, or the
   * multiplier and a little more.
   */
  readonly costWeight: Rate;
}

const NOTHING: DebtLimit = { most: NO_MONEY, ownMoneyOnly: true, costWeight: rate(NANO) };
/** Large orders are filled a little beyond the step that is reserved for them. */
const CLEARANCE_PERCENT = 125n;
/** What a plan may cost at worst, in percent of what the multiplier lets be owed. */
const COST_MAX_PERCENT = 5n;

/** @param equity balanced total; `null` where it is unknown, so that only `max_margin_size` limits. */
export function debtLimit(
  { policy, facts, cash }: { policy: Policy; facts: Facts; cash: Snapshot['cash'] },
  equity: Money | null,
): DebtLimit {
  const { margin, limits } = policy;
  if (margin === null || facts.margin === null || facts.margin.kind === 'disabled') return NOTHING;
  if (isPositive(add(limits.cashReserve, facts.setAside))) return NOTHING;
  const above = aboveOwn(margin, equity);
  const usual = larger(NO_MONEY, smaller(margin.maxMarginSize, above));
  const owed = larger(NO_MONEY, negate(cash));
  const closing = facts.deleverage && margin.strategy !== 'keep';
  if (closing && margin.strategy === 'remove') return NOTHING;
  const limit = (most: Money, ownMoneyOnly: boolean): DebtLimit => {
    const byMultiplier = equity !== null && raw(most) * 100n > raw(above) * (100n - COST_MAX_PERCENT);
    const weight = byMultiplier ? (raw(multiplierOf(margin)) * CLEARANCE_PERCENT) / 100n : NANO;
    return { most, ownMoneyOnly, costWeight: rate(weight) };
  };
  if (closing) return limit(smaller(usual, smaller(margin.freeThreshold, owed)), true);
  if (facts.margin.kind === 'unknown') return limit(smaller(usual, owed), true);
  return limit(usual, false);
}

/** The same for what an account holds now. */
export function debtLimitOf(snapshot: Snapshot, policy: Policy): DebtLimit {
  const { cash, facts, holdings } = snapshot;
  const listed = holdings.filter((holding) => holding.listed);
  return debtLimit({ policy, facts, cash }, equityOf(snapshot, listed));
}

/** (multiplier - 1) of the total. */
const aboveOwn = (margin: MarginPolicy, equity: Money | null): Money =>
  equity === null ? margin.maxMarginSize : money((raw(equity) * (raw(multiplierOf(margin)) - NANO)) / NANO);

/** The multiplier as a part: 1.5 is 1,500,000,000 billionths. */
export const multiplierOf = ({ multiplier }: MarginPolicy): Rate =>
  rate(BigInt(Math.round(multiplier * 1e9)));

/** What purchases may borrow at all, whatever the total: for the last check before the wire. */
export function borrowable(margin: MarginPolicy | null, facts: Facts): Money {
  if (margin === null || facts.margin?.kind !== 'enabled') return NO_MONEY;
  return facts.deleverage && margin.strategy !== 'keep' ? NO_MONEY : margin.maxMarginSize;
}
