// Why a plan has no orders, in words: what its aim says, or how far the weights are at most.

import type { Plan } from '../plan.ts';

/** `null` for a plan that trades. */
export function nothingToDo({ orders, aim, rows }: Pick<Plan, 'orders' | 'aim' | 'rows'>): string | null {
  if (orders.length > 0) return null;
  if (aim.because !== null) return aim.because;
  const [largest] = rows
    .map(({ ticker, beforePercent, targetPercent }) => ({ ticker, drift: beforePercent - targetPercent }))
    .toSorted((a, b) => Math.abs(b.drift) - Math.abs(a.drift));
  if (largest === undefined) return null;
  const { ticker, drift } = largest;
  return `largest drift ${ticker} ${drift < 0 ? '-' : '+'}${Math.abs(drift).toFixed(2)} pp, nothing worth trading`;
}
