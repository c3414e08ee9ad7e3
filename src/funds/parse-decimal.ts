// Reads one number as people write it: "16 419 859 877,94", "1,500,000,000", "1.500.000.000,00", "10,7312".
// Rules: the last point or comma is the decimal mark when 1-2 digits follow it (or more than 3), all other marks group
// by three; with a scale word, or after a single leading 0, a lone mark is decimal whatever follows.
// Guarantees: exact; anything that could be read in two ways, or is not one whole number, is `null`.

import { NANO } from '../core/units.ts';

export interface DecimalStyle {
  /** What the number counts: 1, 1,000, 1,000,000, ... */
  readonly scale?: bigint;
  /** A price of one unit: a lone mark before three digits may be either, and is refused. */
  readonly perUnit?: boolean;
}

const TEXT_MAX = 64;
const DIGITS_MAX = 27;
/** No fund or company is worth this much, and no number of units is this large. */
const VALUE_MAX = 10n ** 18n * NANO;
const ONE_NUMBER = /^\d+(?:[ .,'’]\d+)*$/;

/** @returns nano-units, 0 or more; `null` for whatever is not plainly one number. */
export function parseDecimal(text: string, style: DecimalStyle = {}): bigint | null {
  if (text.length > TEXT_MAX || !ONE_NUMBER.test(text)) return null;
  const groups = text.split(/[ .,'’]/);
  const marks = [...text.replace(/\d/g, '')];
  if (groups.join('').length > DIGITS_MAX) return null;
  const decimal = hasDecimalMark(groups, marks, style);
  if (decimal === null) return null;
  const fraction = decimal ? (groups.pop() ?? '') : '';
  if (decimal) marks.pop();
  const whole = wholeDigits(groups, marks);
  return whole === null ? null : exactNano(whole, fraction, style.scale ?? 1n);
}

/** Whether the last mark is the decimal one; `null` where nobody can tell. */
function hasDecimalMark(
  groups: readonly string[],
  marks: readonly string[],
  { scale = 1n, perUnit = false }: DecimalStyle,
): boolean | null {
  const last = marks.at(-1);
  if (last !== '.' && last !== ',') return false;
  const lone = marks.filter((mark) => mark === '.' || mark === ',').length === 1;
  const digits = groups.at(-1)?.length ?? 0;
  if (digits < 3) return true;
  if (digits > 3) return lone ? true : null;
  if (lone && scale > 1n) return true;
  if (lone && marks.length === 1 && groups[0] === '0') return true;
  if (lone && marks.length === 1 && perUnit) return null;
  // "1 500,000": a group by the rule, a fraction by its looks.
  return marks.every((mark) => mark === last) ? false : null;
}

/** Digits of the whole part, where it is grouped by three with one and the same mark, or not at all. */
function wholeDigits(groups: readonly string[], marks: readonly string[]): string | null {
  const [first = '', ...rest] = groups;
  if (first.length > 1 && first.startsWith('0')) return null;
  if (rest.length === 0) return first;
  const regular = first.length <= 3 && first !== '0' && rest.every((group) => group.length === 3);
  return regular && new Set(marks).size === 1 ? groups.join('') : null;
}

function exactNano(whole: string, fraction: string, scale: bigint): bigint | null {
  const unit = scale * NANO;
  const parts = BigInt(`0${fraction}`) * unit;
  const divisor = 10n ** BigInt(fraction.length);
  if (parts % divisor !== 0n) return null;
  const value = BigInt(whole) * unit + parts / divisor;
  return value < VALUE_MAX ? value : null;
}
