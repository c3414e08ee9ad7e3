// The one place in front of the wire: only orders that pass here can be planned, journaled and sent.
// Guarantees: an approved order exists nowhere else; no short sale, no spending below the floor, no order above the
// broker's cap (it is split), no more orders than instruments allow; a refusal carries its reason.

import { assert } from '../core/assert.ts';
import { type OrderFacts, orderKey } from '../core/order.ts';
import { reservePerLot } from '../core/order-choice.ts';
import type { PlannedOrder } from '../core/plan.ts';
import type { Snapshot } from '../core/portfolio.ts';
import {
  add,
  isLess,
  isMore,
  isPositive,
  kopecks,
  type Lots,
  lots,
  lotsAffordable,
  lotValue,
  type Money,
  money,
  NANO,
  NO_MONEY,
  piecesIn,
  type Rate,
  raw,
  smaller,
  subtract,
  times,
} from '../core/units.ts';
import type { Intent } from '../ports.ts';

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
  let cash = snapshot.cash;
  let turnoverLeft = input.turnoverLeft;
  const passed: ApprovedOrder[] = [];
  const refused: { order: PlannedOrder; because: string }[] = [];
  for (const order of orders) {
    const holding = snapshot.holdings.find((item) => item.uid === order.uid);
    assert(holding !== undefined, `an order in ${order.ticker}, which the snapshot does not hold`);
    assert(isPositive(order.lots), `an order of ${raw(order.lots)} lots in ${order.ticker}`);
    if (order.side === 'sell') {
      const free = subtract(holding.pieces, holding.blockedPieces);
      assert(
        !isMore(piecesIn(order.lots, order.lot), free),
        `${order.ticker}: selling more than is free would be a short`,
      );
    } else {
      const each = add(
        lotValue(order.price, order.lot),
        reservePerLot(order.price, holding.step, order.lot, order.type, input.commission),
      );
      cash = subtract(cash, times(each, order.lots));
      assert(!isLess(cash, NO_MONEY), `buying ${raw(order.lots)} lots of ${order.ticker} would borrow`);
    }
    if (isMore(order.amount, turnoverLeft)) {
      const because = `today's turnover would pass max_day_turnover_percent (${kopecks(turnoverLeft)} RUB are left)`;
      refused.push({ order, because });
      continue;
    }
    turnoverLeft = subtract(turnoverLeft, order.amount);
    const cap = lotsAffordable(ORDER_CAP, lotValue(order.price, order.lot));
    if (!isPositive(cap))
      refused.push({ order, because: 'one lot is above the 30,000,000 RUB that an order may be' });
    else passed.push(...split(input, order, cap));
  }
  return { approved: passed, refused };
}

function split(input: GateInput, order: PlannedOrder, cap: Lots): ApprovedOrder[] {
  const parts: ApprovedOrder[] = [];
  let left = order.lots;
  while (isPositive(left)) {
    const count = smaller(left, cap);
    parts.push(intentOf(input, order, count, parts.length) as ApprovedOrder);
    left = lots(raw(left) - raw(count));
  }
  return parts;
}

function intentOf(input: GateInput, order: PlannedOrder, count: Lots, part: number): Intent {
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
      confirmMargin: false,
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
