// The one place in front of the wire: only orders that pass here can be planned, journaled and sent.
// Guarantees: an approved order exists nowhere else; no short sale, no spending below what may be borrowed, margin confirmed
// only where it is configured and the leg may need it, no order above the broker's cap (it is split), no more orders than
// instruments allow; a refusal carries its reason.

import { assert } from '../core/assert.ts';
import { type OrderFacts, orderKey } from '../core/order.ts';
import type { PlannedOrder } from '../core/plan.ts';
import type { Snapshot } from '../core/portfolio.ts';
import {
  isLess,
  isMore,
  isNegative,
  isPositive,
  kopecks,
  type Lots,
  larger,
  lots,
  lotsAffordable,
  lotValue,
  type Money,
  money,
  NANO,
  NO_MONEY,
  negate,
  piecesIn,
  type Rate,
  raw,
  smaller,
  subtract,
} from '../core/units.ts';
import type { Intent } from '../ports.ts';
import { costOf, holdingOf, worstCost } from './purchase-cost.ts';
import { beyondToday } from './turnover.ts';

declare const approved: unique symbol;
/** Only `approve` makes one. */
export type ApprovedOrder = Intent & { readonly [approved]: true };

/** 1 % below the broker's 30,000,000 RUB, so that a price that moves does not carry an order over it. */
export const ORDER_CAP: Money = money(29_700_000n * NANO);

export interface GateInput {
  readonly account: string;
  readonly brokerAccount: string;
  readonly iteration: string;
  readonly leg: number;
  readonly snapshot: Snapshot;
  readonly commission: Rate;
  readonly orders: readonly PlannedOrder[];
  /** What purchases may borrow; 0 without margin. */
  readonly borrowable: Money;
  /** What may still be traded today; more than any sane plan, so that a fault cannot go on for ever. */
  readonly turnoverLeft: Money;
}

export interface GateResult {
  readonly approved: readonly ApprovedOrder[];
  readonly refused: readonly { readonly order: PlannedOrder; readonly because: string }[];
}

export function approve(input: GateInput): GateResult {
  const { snapshot, orders } = input;
  assert(
    orders.length <= 2 * snapshot.holdings.length,
    `${orders.length} orders for ${snapshot.holdings.length} instruments in one leg`,
  );
  const floor = negate(input.borrowable);
  let cash = snapshot.cash;
  let turnoverLeft = input.turnoverLeft;
  const passed: { order: PlannedOrder; cap: Lots }[] = [];
  const refused: { order: PlannedOrder; because: string }[] = [];
  for (const order of orders) {
    const holding = holdingOf(snapshot, order);
    assert(isPositive(order.lots), `an order of ${raw(order.lots)} lots in ${order.ticker}`);
    if (order.side === 'sell') {
      const free = subtract(holding.pieces, holding.blockedPieces);
      assert(
        !isMore(piecesIn(order.lots, order.lot), free),
        `${order.ticker}: selling more than is free would be a short`,
      );
    } else {
      cash = subtract(cash, costOf(snapshot, input.commission, order));
      assert(
        !isLess(cash, floor),
        `buying ${raw(order.lots)} lots of ${order.ticker} would borrow more than ${kopecks(input.borrowable)} RUB`,
      );
    }
    // What repays a debt cannot go on for ever, and must not wait.
    const repays = order.side === 'sell' && isNegative(snapshot.cash);
    if (!repays && isMore(order.amount, turnoverLeft)) {
      refused.push({ order, because: beyondToday(turnoverLeft) });
      continue;
    }
    turnoverLeft = larger(NO_MONEY, subtract(turnoverLeft, order.amount));
    const cap = lotsAffordable(ORDER_CAP, lotValue(order.price, order.lot));
    if (!isPositive(cap))
      refused.push({ order, because: 'one lot is above the 30,000,000 RUB that an order may be' });
    else passed.push({ order, cap });
  }
  const lends = mayOwe(
    input,
    passed.map(({ order }) => order),
  );
  const approved = passed.flatMap(({ order, cap }) =>
    split(input, order, cap, lends && order.side === 'buy'),
  );
  return { approved, refused };
}

/** Whether what leaves may end below zero; nothing is lent for what was refused here. */
const mayOwe = ({ borrowable, commission, snapshot }: GateInput, orders: readonly PlannedOrder[]): boolean =>
  isPositive(borrowable) && isNegative(subtract(snapshot.cash, worstCost(snapshot, commission, orders)));

function split(input: GateInput, order: PlannedOrder, cap: Lots, confirmMargin: boolean): ApprovedOrder[] {
  const parts: ApprovedOrder[] = [];
  let left = order.lots;
  while (isPositive(left)) {
    const count = smaller(left, cap);
    parts.push(intentOf(input, order, count, parts.length, confirmMargin) as ApprovedOrder);
    left = lots(raw(left) - raw(count));
  }
  return parts;
}

function intentOf(
  input: GateInput,
  order: PlannedOrder,
  count: Lots,
  part: number,
  confirmMargin: boolean,
): Intent {
  const { account, brokerAccount, iteration, leg } = input;
  return {
    account,
    iteration,
    leg,
    part,
    ticker: order.ticker,
    sizedAt: order.price,
    request: {
      key: keyOf(input, order, part),
      brokerAccount,
      uid: order.uid,
      side: order.side,
      lots: count,
      lot: order.lot,
      type: order.type,
      limit: order.limit,
      confirmMargin,
    },
  };
}

/** The key that this order has, or would have in a dry run. */
export function keyOf(
  input: Pick<OrderFacts, 'brokerAccount' | 'iteration' | 'leg'>,
  order: Pick<PlannedOrder, 'uid' | 'side'>,
  part: number,
): string {
  const { brokerAccount, iteration, leg } = input;
  return orderKey({ brokerAccount, iteration, leg, uid: order.uid, side: order.side, part });
}
