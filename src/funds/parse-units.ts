// Reads how many units a fund has: "1799,1 млн шт.", "1 812 440 118 шт.", "15,000,000", from a field that is about all of them.
// Guarantees: a whole number above zero, exact, or `null`.

import { NANO } from '../core/units.ts';
import { oneLine, words } from './parse-amount.ts';
import { parseDecimal } from './parse-decimal.ts';
import { sameWords } from './plain-text.ts';
import { scaleOf } from './scale-word.ts';

const TOTAL = /^(всего паев|общее количество паев)(,? ?шт\.?)?:?$/;
const PIECES = /^(шт|штук[аи]?|па(й|я|и|ев|ёв))$/;
const TEXT_MAX = 96;

/** Whether a field of that name counts all units of the fund, and not those issued or redeemed at some time. */
export const isTotalUnits = (name: string): boolean => name.length <= TEXT_MAX && TOTAL.test(sameWords(name));

/** @returns nano-units, a multiple of 10^9 */
export function parseUnits(text: string): bigint | null {
  if (text.length > TEXT_MAX) return null;
  const match = /^(\d(?:[\d .,'’]*\d)?)(\D*)$/.exec(oneLine(text) ?? '');
  const tail = match === null ? null : words(match[2] ?? '');
  if (match === null || tail === null) return null;
  const scales = tail.map(scaleOf).filter((scale) => scale !== null);
  const pieces = tail.filter((word) => PIECES.test(word));
  if (scales.length > 1 || pieces.length > 1 || scales.length + pieces.length < tail.length) return null;
  const nano = parseDecimal(match[1] ?? '', { scale: scales[0] ?? 1n });
  return nano === null || nano === 0n || nano % NANO !== 0n ? null : nano;
}
