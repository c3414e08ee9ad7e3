// What a debt costs that is carried over the end of a day: T-Bank's tariff per day and account (as of August 2024).
// Debt within the day is free.

import { isMore, type Money, money, NANO, NO_MONEY, portionUp, type Rate, rate } from './units.ts';

const rubles = (amount: bigint): Money => money(amount * NANO);

/** Up to this debt: this fee. */
const STEPS: readonly (readonly [upTo: Money, fee: Money])[] = [
  [rubles(5_000n), NO_MONEY],
  [rubles(50_000n), rubles(40n)],
  [rubles(100_000n), rubles(80n)],
  [rubles(250_000n), rubles(200n)],
  [rubles(500_000n), rubles(400n)],
  [rubles(1_000_000n), rubles(785n)],
  [rubles(2_500_000n), rubles(1_925n)],
  [rubles(5_000_000n), rubles(3_800n)],
  [rubles(10_000_000n), rubles(7_350n)],
];
/** Above the steps: a part of the debt. */
const RATES: readonly (readonly [upTo: Money, part: Rate])[] = [
  [rubles(25_000_000n), rate(710_000n)],
  [rubles(50_000_000n), rate(690_000n)],
];
const REST = rate(600_000n);

/** @param debt more than zero. */
export function overnightFee(debt: Money): Money {
  const step = STEPS.find(([upTo]) => !isMore(debt, upTo));
  if (step) return step[1];
  return portionUp(debt, RATES.find(([upTo]) => !isMore(debt, upTo))?.[1] ?? REST);
}
