// What `cash_reserve_rub` and `raise-cash` ask for and a plan cannot reach, in words.

import type { BoundContext } from './bounds/bound.ts';
import type { Plan } from './plan.ts';
import { RUB } from './portfolio.ts';
import { add, isLess, isPositive, kopecks, NO_MONEY } from './units.ts';

export function keptNotes({ policy, snapshot }: BoundContext, plan: Plan): string[] {
  const kept = add(policy.limits.cashReserve, snapshot.facts.setAside);
  const left = plan.rows.find(({ ticker }) => ticker === RUB)?.valueAfter ?? NO_MONEY;
  if (!isPositive(kept) || !isLess(left, kept)) return [];
  return [
    `${kopecks(kept)} RUB are to be kept aside, the plan reaches ${kopecks(left)} RUB: no more can be raised now`,
  ];
}
