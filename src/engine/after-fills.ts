// The account as it must be by what this bot knows: as it was last seen, plus our own fills since.

import { fillWorth } from '../core/fill-worth.ts';
import { add, NO_MONEY, NO_SHARES, negate, piecesIn, type Shares, subtract } from '../core/units.ts';
import type { Holdings, JournaledOrder, LastSeen } from '../ports.ts';
import type { AccountContext } from './account-context.ts';

export const afterFills = ({ journal, settings }: AccountContext, last: LastSeen): Holdings =>
  withFills(last.holdings, journal.fillsAfter(settings.id, last.fill));

export function withFills(before: Holdings, fills: readonly JournaledOrder[]): Holdings {
  const pieces = new Map<string, Shares>(before.pieces);
  let { cash } = before;
  for (const order of fills) {
    const { uid } = order.request;
    pieces.set(uid, add(pieces.get(uid) ?? NO_SHARES, signedPieces(order)));
    const paid = fillWorth(order);
    const change = order.request.side === 'buy' ? negate(paid) : paid;
    cash = subtract(add(cash, change), order.commission ?? NO_MONEY);
  }
  return { cash, pieces };
}

function signedPieces({ request, executed }: JournaledOrder): Shares {
  const filled = piecesIn(executed, request.lot);
  return request.side === 'buy' ? filled : negate(filled);
}
