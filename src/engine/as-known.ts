// The account as far as the journal knows it, where it could not be looked at again: an observation plus the fills since.
// For records only: nothing is ever decided to trade on it.

import { decide } from '../core/decide.ts';
import { fillWorth } from '../core/fill-worth.ts';
import type { Plan } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import type { Snapshot } from '../core/portfolio.ts';
import { add, isZero, type Money, NO_MONEY, negate, piecesIn, subtract } from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';

/** The account valued as it stands after these orders; `null` where it cannot be valued. */
export function planAsKnown(
  before: Snapshot,
  orders: readonly JournaledOrder[],
  policy: Policy,
): Plan | null {
  const fills = orders.filter((order) => !isZero(order.executed));
  const snapshot: Snapshot = {
    ...before,
    cash: fills.reduce((cash, fill) => add(cash, cashChange(fill)), before.cash),
    holdings: before.holdings.map((holding) => ({
      ...holding,
      pieces: fills
        .filter((fill) => fill.request.uid === holding.uid)
        .reduce((pieces, { request, executed }) => {
          const filled = piecesIn(executed, request.lot);
          return request.side === 'buy' ? add(pieces, filled) : subtract(pieces, filled);
        }, holding.pieces),
    })),
  };
  const decision = decide(snapshot, policy);
  return decision.kind === 'plan' ? decision.plan : null;
}

function cashChange(fill: JournaledOrder): Money {
  const worth = fillWorth(fill);
  return subtract(fill.request.side === 'buy' ? negate(worth) : worth, fill.commission ?? NO_MONEY);
}
