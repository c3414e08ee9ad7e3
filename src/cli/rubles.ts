// An amount of rubles as a person types it: 100000, 100000.50, "100 000" or 100_000.

import { decimal, isMore, isPositive, type Money, money, NANO, parseNano } from '../core/units.ts';
import { rub } from './amounts.ts';

const PLAIN = /^\d+(?:\.\d{1,2})?$/;
const GROUPED = /^\d{1,3}(?:([ _\u00a0\u202f])\d{3})(?:\1\d{3})*(?:\.\d{1,2})?$/;
/** What the journal can hold is a little above nine billion. */
const MOST = money(9_000_000_000n * NANO);

export type Rubles =
  | { readonly kind: 'amount'; readonly amount: Money }
  | { readonly kind: 'refused'; readonly because: string };

export function rublesOf(text: string): Rubles {
  const written = text.trim();
  if (!PLAIN.test(written) && !GROUPED.test(written))
    return refused(
      `${JSON.stringify(text)} is no amount; expected rubles such as 100000, 100000.50, "100 000" or 100_000`,
    );
  const amount = money(parseNano(written.replace(/[ _\u00a0\u202f]/g, '')));
  if (!isPositive(amount)) return refused(`${JSON.stringify(text)} is nothing; expected more than 0 RUB`);
  if (isMore(amount, MOST))
    return refused(`${JSON.stringify(text)} is too much; expected at most ${rub(decimal(MOST))}`);
  return { kind: 'amount', amount };
}

const refused = (because: string): Rubles => ({ kind: 'refused', because });
