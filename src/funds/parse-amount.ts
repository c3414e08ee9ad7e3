// Reads an amount of money: one number with its scale word and its currency, on either side of it, and nothing else.
// Guarantees: exact; zero, negative, several numbers or currencies, or any other word: `null`.

import { parseDecimal } from './parse-decimal.ts';
import { plainText } from './plain-text.ts';
import { currencyOf, scaleOf } from './scale-word.ts';

export interface Amount {
  readonly nano: bigint;
  /** Upper-case ISO code. */
  readonly currency: string;
}

/** What holds where the text itself says nothing. */
export interface AmountDefaults {
  readonly currency?: string;
  readonly scale?: bigint;
  /** The price of one unit. */
  readonly perUnit?: boolean;
}

const TEXT_MAX = 96;
const SHAPE = /^(?<before>[^\d]*?)(?<number>\d(?:[\d .,'’]*\d)?)(?<after>[^\d]*)$/;

export function parseAmount(text: string, defaults: AmountDefaults = {}): Amount | null {
  if (text.length > TEXT_MAX) return null;
  const match = SHAPE.exec(oneLine(text) ?? '');
  const { before = '', number = '', after = '' } = match?.groups ?? {};
  if (match === null) return null;
  const lead = words(before);
  const tail = words(after);
  if (lead === null || tail === null || lead.some((word) => currencyOf(word) === null)) return null;
  const scales = tail.filter((word) => scaleOf(word) !== null);
  const currencies = [...lead, ...tail].filter((word) => currencyOf(word) !== null);
  if (
    scales.length > 1 ||
    currencies.length > 1 ||
    scales.length + currencies.length < lead.length + tail.length
  )
    return null;
  const scale = scales[0] === undefined ? (defaults.scale ?? 1n) : (scaleOf(scales[0]) ?? 1n);
  const nano = parseDecimal(number, { scale, perUnit: defaults.perUnit ?? false });
  if (nano === null || nano === 0n) return null;
  const currency = currencies[0] === undefined ? null : currencyOf(currencies[0]);
  return { nano, currency: currency ?? defaults.currency ?? 'RUB' };
}

/** A line break between digits parts two numbers; elsewhere it is a blank. `null`: several numbers. */
export function oneLine(text: string): string | null {
  const plain = plainText(text);
  return /\d[ .,'’]*\n[ .,'’]*\d/.test(plain) ? null : plain.replaceAll('\n', ' ');
}

/** Words without their abbreviating points; `null` where something stands there that is no word (a sign, a dash, a bracket). */
export function words(text: string): string[] | null {
  // A sign may stand against its neighbour: "млрд₽".
  const found = text
    .replace(/us\$|[$€₽]/gi, ' $& ')
    .trim()
    .split(' ')
    .filter((word) => word !== '');
  const bare = found.map((word) => word.toLowerCase().replace(/\.$/, ''));
  return bare.every((word) => /^(us\$|[$€₽]|[a-zа-яё]+)$/.test(word)) ? bare : null;
}
