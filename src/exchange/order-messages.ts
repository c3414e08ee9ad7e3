// An order as the contract's messages, and a request as the desk's. Two prices that look alike and are not:
// PostOrderResponse.executed_order_price is per piece, OrderState.executed_order_price is the total.

import {
  OrderDirection,
  OrderExecutionReportStatus,
  type OrderState,
  OrderType,
  type PostOrderRequest,
  type PostOrderResponse,
  TimeInForceType,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import { VenueError } from './errors.ts';
import type { Market } from './market.ts';
import { chargedFee, commission, executedValue, type NewOrder, type VenueOrder } from './order.ts';
import type { Call } from './route.ts';
import { confirmMarginOf, date, int64, moneyValue, nanoOf } from './wire.ts';

const STATUSES: Readonly<Record<VenueOrder['status'], OrderExecutionReportStatus>> = {
  new: OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_NEW,
  partial: OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_PARTIALLYFILL,
  filled: OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_FILL,
  cancelled: OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_CANCELLED,
  rejected: OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_REJECTED,
};

const TYPES: Readonly<Record<NewOrder['type'], OrderType>> = {
  market: OrderType.ORDER_TYPE_MARKET,
  limit: OrderType.ORDER_TYPE_LIMIT,
  bestprice: OrderType.ORDER_TYPE_BESTPRICE,
};

const direction = (order: VenueOrder): OrderDirection =>
  order.side === 'buy' ? OrderDirection.ORDER_DIRECTION_BUY : OrderDirection.ORDER_DIRECTION_SELL;

/** Amounts that both messages share, per piece and in total. */
function amounts(order: VenueOrder) {
  const priced = order.type === 'limit' ? order.bound : order.initialPrice;
  const initial = priced * order.lot * order.lots;
  const value = executedValue(order);
  const fee = chargedFee(order);
  const pieces = order.executed * order.lot;
  const sign = order.side === 'buy' ? 1n : -1n;
  return {
    priced,
    initial,
    value,
    fee,
    perPiece: pieces === 0n ? 0n : value / pieces,
    initialFee: commission(initial, order.rate),
    total: order.executed === 0n ? initial + sign * commission(initial, order.rate) : value + sign * fee,
  };
}

export function postReply(order: VenueOrder, call: Call): PostOrderResponse {
  const sums = amounts(order);
  const money = (nano: bigint) => moneyValue(nano, order.currency);
  return {
    orderId: order.id,
    executionReportStatus: STATUSES[order.status],
    lotsRequested: int64(order.lots),
    lotsExecuted: int64(order.executed),
    initialOrderPrice: money(sums.initial),
    executedOrderPrice: money(sums.perPiece),
    totalOrderAmount: money(sums.total),
    initialCommission: money(sums.initialFee),
    executedCommission: money(sums.fee),
    aciValue: money(0n),
    figi: order.figi,
    direction: direction(order),
    initialSecurityPrice: money(sums.priced),
    orderType: TYPES[order.type],
    message: order.message,
    initialOrderPricePt: undefined,
    instrumentUid: order.uid,
    orderRequestId: order.key,
    responseMetadata: { trackingId: call.trackingId, serverTime: date(call.nowMs) },
  };
}

export function orderState(order: VenueOrder): OrderState {
  const sums = amounts(order);
  const money = (nano: bigint) => moneyValue(nano, order.currency);
  return {
    orderId: order.id,
    executionReportStatus: STATUSES[order.status],
    lotsRequested: int64(order.lots),
    lotsExecuted: int64(order.executed),
    initialOrderPrice: money(sums.initial),
    executedOrderPrice: money(sums.value),
    totalOrderAmount: money(sums.total),
    averagePositionPrice: money(sums.perPiece),
    initialCommission: money(sums.initialFee),
    executedCommission: money(sums.fee),
    figi: order.figi,
    direction: direction(order),
    initialSecurityPrice: money(sums.priced),
    stages: order.fills.map((fill) => ({
      price: money(fill.price),
      quantity: int64(fill.lots),
      tradeId: fill.tradeId,
      executionTime: date(fill.atMs),
    })),
    serviceCommission: money(0n),
    currency: order.currency,
    orderType: TYPES[order.type],
    orderDate: date(order.createdMs),
    instrumentUid: order.uid,
    orderRequestId: order.key,
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const KEY_LENGTH_MAX = 36;

/** @throws {VenueError} for a request that the contract does not allow, or an instrument that is not listed. */
export function orderRequest(call: Call, request: PostOrderRequest, market: Market): NewOrder {
  if (request.orderId === '') throw new VenueError('30027');
  if (request.orderId.length > KEY_LENGTH_MAX) throw new VenueError('30055');
  if (!UUID.test(request.orderId)) throw new VenueError('30028');
  if (request.quantity === 0) throw new VenueError('30015');
  if (request.quantity < 0) throw new VenueError('30080');
  const id = request.instrumentId || request.figi || '';
  if (id === '') throw new VenueError('30093');
  const instrument = market.find(id);
  if (instrument === null) throw new VenueError('50002');
  const type = typeOf(request);
  return {
    accountId: request.accountId,
    key: request.orderId,
    uid: instrument.uid,
    side: sideOf(request),
    type,
    lots: BigInt(request.quantity),
    price: type === 'limit' && request.price !== undefined ? nanoOf(request.price) : null,
    confirmMargin: confirmMarginOf(call.bytes),
    timeInForce: timeInForceOf(request),
    foreign: false,
  };
}

function typeOf(request: PostOrderRequest): NewOrder['type'] {
  switch (request.orderType) {
    case OrderType.ORDER_TYPE_MARKET:
      return 'market';
    case OrderType.ORDER_TYPE_LIMIT:
      return 'limit';
    case OrderType.ORDER_TYPE_BESTPRICE:
      return 'bestprice';
    case OrderType.ORDER_TYPE_UNSPECIFIED:
      throw new VenueError('30025');
    default:
      throw new VenueError('30083');
  }
}

function sideOf(request: PostOrderRequest): NewOrder['side'] {
  switch (request.direction) {
    case OrderDirection.ORDER_DIRECTION_BUY:
      return 'buy';
    case OrderDirection.ORDER_DIRECTION_SELL:
      return 'sell';
    case OrderDirection.ORDER_DIRECTION_UNSPECIFIED:
      throw new VenueError('30019');
    default:
      throw new VenueError('30020');
  }
}

function timeInForceOf(request: PostOrderRequest): NewOrder['timeInForce'] {
  if (request.orderType !== OrderType.ORDER_TYPE_LIMIT) return 'day';
  if (request.timeInForce === TimeInForceType.TIME_IN_FORCE_FILL_AND_KILL) return 'fill_and_kill';
  if (request.timeInForce === TimeInForceType.TIME_IN_FORCE_FILL_OR_KILL) return 'fill_or_kill';
  return 'day';
}
