// The venue's words about an order into an OrderReport, and the check that a reply speaks of the order we sent.
// Two sources, two meanings of `executed_order_price`: in the reply of PostOrder it is the price of ONE piece, in an
// order's state it is the TOTAL. Guarantees: a report that contradicts itself is refused, never guessed.

import {
  OrderDirection,
  OrderExecutionReportStatus,
  type OrderState,
  type PostOrderResponse,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import type { Side } from '../core/order.ts';
import {
  compare,
  isLess,
  isMore,
  isNegative,
  isPositive,
  isZero,
  type Money,
  money,
  NANO,
  NO_MONEY,
  piecesIn,
  price,
  raw,
  worth,
} from '../core/units.ts';
import type { OrderReport, OrderRequest } from '../ports.ts';
import { lotsOf, refuse, rublesOrNull } from './convert.ts';

type StateFields = Pick<
  OrderState,
  | 'orderId'
  | 'orderRequestId'
  | 'executionReportStatus'
  | 'lotsRequested'
  | 'lotsExecuted'
  | 'initialCommission'
  | 'executedCommission'
  | 'instrumentUid'
  | 'direction'
>;

/**
 * Report of an order's state (GetOrderState, GetOrders).
 * @throws {WorldError} refused_data
 */
export function reportOfState(state: OrderState): OrderReport {
  const report = commonReport(state, '');
  const total = rublesOrNull(state.executedOrderPrice, `executed_order_price of order ${state.orderId}`);
  if (isZero(report.executed)) return { ...report, value: NO_MONEY };
  return valued(report, known(total));
}

/**
 * Report in the reply of PostOrder.
 * @throws {WorldError} refused_data, also where the reply speaks of another order than the one sent
 */
export function reportOfPost(reply: PostOrderResponse, request: OrderRequest): OrderReport {
  const report = commonReport(reply, reply.message);
  assertEcho(report, request);
  if (isZero(report.executed)) return { ...report, value: NO_MONEY };
  const each = rublesOrNull(reply.executedOrderPrice, `executed_order_price of order ${reply.orderId}`);
  const value = each === null ? null : worth(price(raw(each)), piecesIn(report.executed, request.lot));
  return valued(report, known(value));
}

/** On less than this a fee that is rounded up may be more than what it is for. */
const SMALL_FEE = money(NANO);

/** With what was executed worth `value`; a fee above that is none that is known: nobody would ever buy again with it. */
function valued(report: OrderReport, value: Money | null): OrderReport {
  const { commission } = report;
  const absurd =
    value !== null && commission !== null && isMore(commission, SMALL_FEE) && isMore(commission, value);
  return { ...report, value, commission: absurd ? null : commission };
}

/** No order is worth that much: the venue takes none above 30 million RUB. */
const ORDER_WORTH_MAX = money(100_000_000n * NANO);

/** Nothing, less than nothing and more than any order is worth: that is not known. */
const known = (value: Money | null): Money | null =>
  value !== null && isPositive(value) && !isMore(value, ORDER_WORTH_MAX) ? value : null;

function assertEcho(report: OrderReport, request: OrderRequest): void {
  if (report.key !== null && report.key !== request.key)
    refuse(`the reply to order ${request.key} echoes the key ${report.key}`);
  if (report.uid !== '' && report.uid !== request.uid)
    refuse(`the reply to order ${request.key} speaks of instrument ${report.uid}; expected ${request.uid}`);
  if (report.side !== request.side)
    refuse(`the reply to order ${request.key} speaks of a ${report.side}; expected a ${request.side}`);
  if (compare(report.requested, request.lots) !== 0)
    refuse(
      `the reply to order ${request.key} speaks of ${raw(report.requested)} lots; expected ${raw(request.lots)}`,
    );
}

function commonReport(fields: StateFields, message: string): OrderReport {
  const where = `order ${fields.orderId || fields.orderRequestId || '(no id)'}`;
  if (fields.orderId === '') refuse(`${where} has no exchange id`);
  const status = statusOf(fields.executionReportStatus, where);
  const requested = lotsOf(fields.lotsRequested, `lots_requested of ${where}`);
  const executed = lotsOf(fields.lotsExecuted, `lots_executed of ${where}`);
  if (isLess(requested, executed))
    refuse(`${where} executed ${raw(executed)} lots of the ${raw(requested)} requested`);
  if (status === 'filled' && compare(executed, requested) !== 0)
    refuse(`${where} is filled with ${raw(executed)} of ${raw(requested)} lots`);
  return {
    key: fields.orderRequestId === '' ? null : fields.orderRequestId,
    orderId: fields.orderId,
    status,
    uid: fields.instrumentUid,
    side: sideOf(fields.direction, where),
    requested,
    executed,
    value: null,
    commission: commissionIn(fields, where),
    message,
  };
}

/**
 * What was charged; `null` while a fee is expected and none is booked: the venue books it a moment after the fill. A fee
 * below zero, or above what any order is worth, is none that is known: the next reserves are reckoned from it.
 */
function commissionIn(fields: StateFields, where: string): Money | null {
  const charged = rublesOrNull(fields.executedCommission, `executed_commission of ${where}`);
  if (charged !== null && (isNegative(charged) || isMore(charged, ORDER_WORTH_MAX))) return null;
  if (charged === null || !isZero(charged) || fields.lotsExecuted === 0) return charged;
  const expected = rublesOrNull(fields.initialCommission, `initial_commission of ${where}`);
  return expected !== null && isPositive(expected) ? null : charged;
}

function statusOf(status: OrderExecutionReportStatus, where: string): OrderReport['status'] {
  switch (status) {
    case OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_NEW:
      return 'new';
    case OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_PARTIALLYFILL:
      return 'partial';
    case OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_FILL:
      return 'filled';
    case OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_REJECTED:
      return 'rejected';
    case OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_CANCELLED:
      return 'cancelled';
    default:
      return refuse(`${where} has the status ${status}, which this program does not know`);
  }
}

function sideOf(direction: OrderDirection, where: string): Side {
  if (direction === OrderDirection.ORDER_DIRECTION_BUY) return 'buy';
  if (direction === OrderDirection.ORDER_DIRECTION_SELL) return 'sell';
  return refuse(`${where} has the direction ${direction}; expected buy (1) or sell (2)`);
}
