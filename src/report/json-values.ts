// The kinds of values that a snapshot is written in: decimal rubles, whole numbers, instants; how they are read and shown.

import { z } from 'zod';
import { isPositive, type Money, money, type Price, parseNano, price } from '../core/units.ts';

export const isDecimal = (text: string): boolean => /^-?\d+(\.\d{1,9})?$/.test(text);

export const rubles = z.string().refine(isDecimal, 'expected a decimal string such as "250000.41"');
export const positiveRubles = rubles.refine(
  (text) => !isDecimal(text) || parseNano(text) > 0n,
  'expected an amount above zero',
);
export const instant = z.iso.datetime({ offset: true });
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
