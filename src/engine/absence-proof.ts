// The proof that an order never reached the venue: the account is exactly as it was before it was sent.
// Requires: enough time since the last send (core/reconcile.ts). Guarantees: two equal readings a minute apart.

import { ABSENCE_READINGS_APART_MS } from '../core/reconcile.ts';
import {
  absolute,
  add,
  compare,
  isMore,
  isZero,
  larger,
  lotValue,
  type Money,
  money,
  NANO,
  NO_MONEY,
  NO_SHARES,
  negate,
  piecesIn,
  raw,
  type Shares,
  smaller,
  subtract,
} from '../core/units.ts';
import type { Holdings, JournaledOrder, Positions, SecurityPosition } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { withCost } from './late-fee.ts';

/** Less than this is no other trade. */
const KOPECK: Money = money(NANO / 100n);

/** True where pieces and cash, read twice, are what they were before plus the fills that are known. */
export async function isProvablyAbsent(context: AccountContext, order: JournaledOrder): Promise<boolean> {
  const before = context.journal.holdingsBefore(order.iteration, order.leg);
  if (!before) return false;
  const asBefore = async (): Promise<boolean> => {
    const now = await context.broker.positions(order.request.brokerAccount);
    // Asked about at the same time, orders beside it settle while the reading is on its way.
    if (!holdsAsBefore(now, before, order, siblingsOf(context, order))) return false;
    const siblings = await Promise.all(siblingsOf(context, order).map((each) => withCost(context, each)));
    return isCashAsBefore(now, before, order, siblings);
  };
  if (!(await asBefore())) return false;
  await context.clock.sleep(ABSENCE_READINGS_APART_MS, context.stop);
  if (context.stop.aborted) return false;
  return asBefore();
}

/** Orders of its leg with what is known of them now, itself included. */
export const siblingsOf = (
  { journal }: AccountContext,
  { iteration, leg }: JournaledOrder,
): JournaledOrder[] => journal.ordersOf(iteration).filter((sibling) => sibling.leg === leg);

function holdsAsBefore(
  now: Positions,
  before: Holdings,
  order: JournaledOrder,
  siblings: readonly JournaledOrder[],
): boolean {
  const position = positionOf(now, order.request.uid);
  return (
    compare(position?.pieces ?? NO_SHARES, expectedPieces(siblings, order, before.pieces)) === 0 &&
    // An order that is not shown yet already holds pieces or cash.
    isZero(position?.blocked ?? NO_SHARES) &&
    isZero(now.blockedCash)
  );
}

function isCashAsBefore(
  now: Positions,
  before: Holdings,
  order: JournaledOrder,
  siblings: readonly JournaledOrder[],
): boolean {
  const cash = siblings.reduce((sum, sibling) => add(sum, cashChange(sibling)), before.cash);
  return !isMore(absolute(subtract(now.cash, cash)), roundingOf(siblings, order));
}

function cashChange(order: JournaledOrder): Money {
  const value = order.value ?? NO_MONEY;
  return subtract(order.request.side === 'buy' ? negate(value) : value, order.commission ?? NO_MONEY);
}

/**
 * What may be missing in RUB without another trade. A fill's worth may come from the price of ONE piece, which the venue
 * rounds to a nano: up to a nano for each piece is lost, on penny shares more than a kopeck. Never so much that a lot of the
 * order in question could hide in it.
 */
function roundingOf(siblings: readonly JournaledOrder[], { sizedAt, request }: JournaledOrder): Money {
  const pieces = siblings.reduce(
    (sum, sibling) => sum + raw(piecesIn(sibling.executed, sibling.request.lot)),
    0n,
  );
  return larger(KOPECK, smaller(money(pieces), money(raw(lotValue(sizedAt, request.lot)) / 2n)));
}

/** Pieces of the order's instrument after the known fills of `siblings`. */
export function expectedPieces(
  siblings: readonly JournaledOrder[],
  order: JournaledOrder,
  before: ReadonlyMap<string, Shares>,
): Shares {
  return siblings
    .filter((sibling) => sibling.request.uid === order.request.uid)
    .reduce((pieces, { request, executed }) => {
      const filled = piecesIn(executed, request.lot);
      return request.side === 'buy' ? add(pieces, filled) : subtract(pieces, filled);
    }, before.get(order.request.uid) ?? NO_SHARES);
}

export const positionOf = (positions: Positions, uid: string): SecurityPosition | undefined =>
  positions.securities.find((position) => position.uid === uid);
