// The kinds of values that a snapshot is written in: decimal rubles, whole numbers, instants; how they are read and shown.

import { z } from 'zod';
import { isPositive, type Money, money, NANO, type Price, parseNano, price } from '../core/units.ts';

/** At most a quadrillion rubles, more than any fund is worth. */
export const isDecimal = (text: string): boolean => /^-?\d{1,15}(\.\d{1,9})?$/.test(text);

export const rubles = z.string().refine(isDecimal, 'expected a decimal string such as "250000.41"');
export const positiveRubles = rubles.refine(
  (text) => !isDecimal(text) || parseNano(text) > 0n,
  'expected an amount above zero',
);
export const rublesFromZero = rubles.refine(
  (text) => !text.startsWith('-') || isZeroText(text),
  'expected an amount of 0.00 or more',
);
/** Commissions and margin rates. */
export const percentFromZero = rublesFromZero.refine(
  (text) => !isDecimal(text) || parseNano(text) <= PERCENT_MAX,
  'expected a percent from "0" to "1000"',
);
const PERCENT_MAX = 1_000n * NANO;
const isZeroText = (text: string): boolean => /^-[0.]*$/.test(text);
export const instant = z.iso.datetime({
  offset: true,
  error: 'expected a time such as "2026-11-20T10:00:00Z"',
});
/** Counts that may be beyond what a JSON number holds. */
export const whole = z
  .string()
  .regex(/^\d{1,30}$/, 'expected a whole number as a string such as "1795000000"');

export const iso = (atMs: number): string => new Date(atMs).toISOString();
export const moneyOf = (text: string): Money => money(parseNano(text));
export const priceOf = (text: string): Price => price(parseNano(text));

/** Zero, negative or missing is no price: the instrument is held, not sized. */
export function positivePrice(text: string | null | undefined): Price | null {
  if (text == null) return null;
  const value = priceOf(text);
  return isPositive(value) ? value : null;
}
