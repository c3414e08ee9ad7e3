// What a debt costs that is carried over the end of a day. Debt within the day is free.

import type { OvernightFees } from './policy.ts';
import { isMore, isPositive, type Money, NO_MONEY, portionUp } from './units.ts';

/** By the newest table in force at `atMs`; 0 without one. @param debt 0 or more. */
export function overnightFee(debt: Money, tables: OvernightFees, atMs: number): Money {
  const table = tables.filter(({ fromMs }) => fromMs <= atMs).sort((a, b) => b.fromMs - a.fromMs)[0];
  if (!table || !isPositive(debt)) return NO_MONEY;
  const step = table.steps.find(({ upTo }) => !isMore(debt, upTo));
  if (step) return step.fee;
  const rated = table.rates.find(({ upTo }) => upTo === null || !isMore(debt, upTo));
  return rated ? portionUp(debt, rated.part) : NO_MONEY;
}
