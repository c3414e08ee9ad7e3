// OrdersService: post, look up, list, cancel.

import {
  type CancelOrderRequest,
  type CancelOrderResponse,
  type GetOrderStateRequest,
  OrderIdType,
  type OrderState,
  type PostOrderRequest,
  type PostOrderResponse,
  OrdersServiceDefinition as Service,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import type { VenueOrder } from './order.ts';
import { orderRequest, orderState, postReply } from './order-messages.ts';
import { type Call, type Route, route } from './route.ts';
import { date } from './wire.ts';

export function postOrder(call: Call, request: PostOrderRequest): PostOrderResponse {
  call.venue.registry.admit(call.token, request.accountId, 'trade', call.sandbox);
  const order = orderRequest(call, request, call.venue.market);
  return postReply(call.venue.desk.post(order, call.nowMs), call);
}

function looked(call: Call, accountId: string, orderId: string, type: OrderIdType | undefined): VenueOrder {
  const by = type === OrderIdType.ORDER_ID_TYPE_REQUEST ? 'key' : 'exchange';
  return call.venue.desk.look(accountId, orderId, by, call.nowMs);
}

export function getOrderState(call: Call, request: GetOrderStateRequest): OrderState {
  call.venue.registry.admit(call.token, request.accountId, 'read', call.sandbox);
  return orderState(looked(call, request.accountId, request.orderId, request.orderIdType));
}

export function getOrders(call: Call, request: { readonly accountId: string }) {
  call.venue.registry.admit(call.token, request.accountId, 'read', call.sandbox);
  return { orders: call.venue.desk.visibleActive(request.accountId, call.nowMs).map(orderState) };
}

export function cancelOrder(call: Call, request: CancelOrderRequest): CancelOrderResponse {
  call.venue.registry.admit(call.token, request.accountId, 'trade', call.sandbox);
  const order = looked(call, request.accountId, request.orderId, request.orderIdType);
  call.venue.desk.cancel(order, call.nowMs);
  return {
    time: date(call.nowMs),
    responseMetadata: { trackingId: call.trackingId, serverTime: date(call.nowMs) },
  };
}

const { methods } = Service;

export const orderRoutes: readonly Route[] = [
  route(Service, methods.postOrder, 'post_order', postOrder),
  route(Service, methods.getOrderState, 'orders', getOrderState),
  route(Service, methods.getOrders, 'get_orders', getOrders),
  route(Service, methods.cancelOrder, 'cancel_order', cancelOrder),
];
