// Why a plan has no orders, in words: what its aim says, or how far the weights are at most and which rule keeps them there.

import type { Cause, Plan } from '../plan.ts';
import { RUB } from '../portfolio.ts';
import { absolute, compare, isZero } from '../units.ts';

/** `null` for a plan that trades. */
export function nothingToDo({ orders, aim, rows }: Pick<Plan, 'orders' | 'aim' | 'rows'>): string | null {
  if (orders.length > 0) return null;
  if (aim.because !== null) return aim.because;
  const [largest] = rows
    .map(({ ticker, beforePercent, targetPercent, causes }) => ({
      ticker,
      drift: beforePercent - targetPercent,
      causes,
    }))
    .toSorted((a, b) => Math.abs(b.drift) - Math.abs(a.drift));
  if (largest === undefined) return null;
  const { ticker, drift } = largest;
  const far = `largest drift ${ticker} ${drift < 0 ? '-' : '+'}${Math.abs(drift).toFixed(2)} pp`;
  const kept = causeOf([largest]) ?? (lacksMoney(largest) ? causeOf(rows) : null);
  if (kept === null) return `${far}, nothing worth trading`;
  const whose = kept.ticker === ticker ? '' : `${kept.ticker} `;
  return `${far}, ${whose}${kept.rule}: ${kept.detail}`;
}

type Row = Pick<Plan['rows'][number], 'ticker' | 'causes'>;

/** RUB itself, or what would need it: then something else holds the money. */
const lacksMoney = ({ ticker, causes }: Row): boolean =>
  ticker === RUB || causes.some(({ rule }) => rule === 'cash');

const NOT_WORTH_IT: ReadonlySet<string> = new Set(['rounding', 'cash', 'min_improvement_pp']);

/** The rule that keeps most lots where they are; `null` where only whole lots do, or too small a gain. */
function causeOf(rows: readonly Row[]): (Cause & { readonly ticker: string }) | null {
  const [most] = rows
    .flatMap(({ ticker, causes }) => causes.map((cause) => ({ ...cause, ticker })))
    .filter(({ rule, lots }) => !NOT_WORTH_IT.has(rule) && !isZero(lots))
    .toSorted((a, b) => compare(absolute(b.lots), absolute(a.lots)));
  return most ?? null;
}
