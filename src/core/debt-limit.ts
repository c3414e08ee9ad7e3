// How much may be owed now, and whether anything may be bought with borrowed money.
// Guarantees: nothing without margin, with margin switched off at the broker, or while a reserve is wanted; before the
// day's trading ends only what may stay overnight; debt is the broker's negative RUB and nothing else.

import type { Facts } from './facts.ts';
import type { MarginPolicy, Policy } from './policy.ts';
import type { Snapshot } from './portfolio.ts';
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
}

const NOTHING: DebtLimit = { most: NO_MONEY, ownMoneyOnly: true };

/** @param equity balanced total; `null` where it is unknown, so that only `max_margin_size` limits. */
export function debtLimit(
  { policy, facts, cash }: { policy: Policy; facts: Facts; cash: Snapshot['cash'] },
  equity: Money | null,
): DebtLimit {
  const { margin, limits } = policy;
  if (margin === null || facts.margin === null || facts.margin.kind === 'disabled') return NOTHING;
  if (isPositive(add(limits.cashReserve, facts.setAside))) return NOTHING;
  const usual = larger(NO_MONEY, smaller(margin.maxMarginSize, aboveOwn(margin, equity)));
  const owed = larger(NO_MONEY, negate(cash));
  const closing = facts.deleverage && margin.strategy !== 'keep';
  if (closing && margin.strategy === 'remove') return NOTHING;
  if (closing) return { most: smaller(usual, smaller(margin.freeThreshold, owed)), ownMoneyOnly: true };
  if (facts.margin.kind === 'unknown') return { most: smaller(usual, owed), ownMoneyOnly: true };
  return { most: usual, ownMoneyOnly: false };
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
