// The Broker port over the venue's methods: accounts, holdings, orders of one token.
// Guarantees: reads end in data that can be trusted or in a WorldError; a PostOrder leaves at most once per call and its
// outcome is `rejected` only where the venue said so; a reply that contradicts the request is `unknown`.

import { PriceType } from 'tinkoff-invest-api/dist/generated/common.js';
import {
  OrderDirection,
  OrderIdType,
  OrderType,
  type PostOrderResponse,
  TimeInForceType,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import { AccountStatus } from 'tinkoff-invest-api/dist/generated/users.js';
import { assert } from '../core/assert.ts';
import { raw } from '../core/units.ts';
import {
  type Broker,
  type CancelOutcome,
  type LookUp,
  type OrderRequest,
  type PostOutcome,
  WorldError,
} from '../ports.ts';
import { brokerAccounts } from './account-list.ts';
import type { Calls } from './call.ts';
import { lotsOnWire, quotationOf, refuse } from './convert.ts';
import { type Failure, postVerdict, refusalOf, worldError } from './failure.ts';
import { readMarginState } from './margin-state.ts';
import type { AccountMethods } from './methods.ts';
import { readOperations } from './operations.ts';
import { reportOfPost, reportOfState } from './order-report.ts';
import { averagePricesOf, holdsSecurities, positionsOf, wholePositions } from './positions.ts';
import type { MarginAwarePostOrder } from './post-order-codec.ts';

export function createBroker(calls: Calls, methods: AccountMethods): Broker {
  async function lookUp(
    brokerAccount: string,
    orderId: string,
    by: OrderIdType,
    unwanted?: AbortSignal,
  ): Promise<LookUp> {
    const priceType = PriceType.PRICE_TYPE_UNSPECIFIED;
    const asked = { accountId: brokerAccount, orderId, priceType, orderIdType: by };
    const answer = await calls.ask(methods.orderState, asked, unwanted);
    if (!answer.ok) {
      if (isNotFound(answer.failure)) return { kind: 'not_found', refusal: refusalOf(answer.failure) };
      throw worldError(answer.failure, methods.orderState.path);
    }
    const report = reportOfState(answer.response);
    const echoed = by === OrderIdType.ORDER_ID_TYPE_REQUEST ? (report.key ?? orderId) : report.orderId;
    if (echoed !== orderId) refuse(`asked for order ${orderId}, the answer is about ${echoed}`);
    return { kind: 'found', report };
  }

  return {
    async accounts() {
      const reply = await calls.read(methods.accounts, { status: AccountStatus.ACCOUNT_STATUS_ALL });
      return brokerAccounts(reply.accounts);
    },
    async positions(brokerAccount) {
      const read = () => calls.read(methods.positions, { accountId: brokerAccount });
      return positionsOf(await wholePositions(read), brokerAccount);
    },
    async holdsSecurities(brokerAccount) {
      return holdsSecurities(
        await calls.read(methods.portfolio, { accountId: brokerAccount }),
        brokerAccount,
      );
    },
    async averagePrices(brokerAccount) {
      return averagePricesOf(
        await calls.read(methods.portfolio, { accountId: brokerAccount }),
        brokerAccount,
      );
    },
    async activeOrders(brokerAccount) {
      const reply = await calls.read(methods.orders, { accountId: brokerAccount });
      return reply.orders.map(reportOfState);
    },
    margin: (brokerAccount) => readMarginState(calls, methods.margin, brokerAccount),
    async post(request, mayLeave) {
      const answer = await calls.send(methods.postOrder, onWire(request), mayLeave);
      return answer.ok
        ? outcomeOfReply(answer.response, answer.trackingId, request)
        : outcomeOfFailure(answer.failure);
    },
    // An order's state gives totals, so the lot is not needed here.
    orderByKey: (brokerAccount, key, _, unwanted) =>
      lookUp(brokerAccount, key, OrderIdType.ORDER_ID_TYPE_REQUEST, unwanted),
    orderById: (brokerAccount, orderId, _, unwanted) =>
      lookUp(brokerAccount, orderId, OrderIdType.ORDER_ID_TYPE_EXCHANGE, unwanted),
    async cancel(brokerAccount, orderId): Promise<CancelOutcome> {
      const answer = await calls.send(methods.cancelOrder, { accountId: brokerAccount, orderId });
      if (answer.ok) return { kind: 'accepted' };
      const verdict = postVerdict(answer.failure);
      const known = verdict !== 'unknown' || isNotFound(answer.failure);
      return { kind: known ? 'refused' : 'unknown', refusal: refusalOf(answer.failure) };
    },
    operations: (brokerAccount, fromMs, toMs) =>
      readOperations(calls, methods.operations, { brokerAccount, fromMs, toMs }),
  };
}

const isNotFound = (failure: Failure): boolean =>
  failure.code === '50005' || (failure.code === 'NOT_FOUND' && !failure.local);

const WIRE_TYPE: Readonly<Record<OrderRequest['type'], OrderType>> = {
  market: OrderType.ORDER_TYPE_MARKET,
  bestprice: OrderType.ORDER_TYPE_BESTPRICE,
  limit: OrderType.ORDER_TYPE_LIMIT,
};

/** The request as the venue wants it; the same request gives the same bytes. */
export function onWire(request: OrderRequest): MarginAwarePostOrder {
  const limited = request.type === 'limit';
  assert(
    limited === (request.limit !== null),
    `a ${request.type} order ${limited ? 'needs a' : 'takes no'} limit`,
  );
  return {
    instrumentId: request.uid,
    quantity: lotsOnWire(request.lots),
    price: request.limit === null ? undefined : quotationOf(raw(request.limit)),
    direction:
      request.side === 'buy' ? OrderDirection.ORDER_DIRECTION_BUY : OrderDirection.ORDER_DIRECTION_SELL,
    accountId: request.brokerAccount,
    orderType: WIRE_TYPE[request.type],
    orderId: request.key,
    timeInForce: limited ? TimeInForceType.TIME_IN_FORCE_DAY : TimeInForceType.TIME_IN_FORCE_UNSPECIFIED,
    priceType: PriceType.PRICE_TYPE_UNSPECIFIED,
    confirmMarginTrade: request.confirmMargin,
  };
}

function outcomeOfReply(
  reply: PostOrderResponse,
  trackingId: string | null,
  request: OrderRequest,
): PostOutcome {
  try {
    return { kind: 'accepted', report: reportOfPost(reply, request), trackingId };
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    return {
      kind: 'unknown',
      refusal: { code: 'CONTRADICTORY_REPLY', message: error.message, trackingId },
    };
  }
}

function outcomeOfFailure(failure: Failure): PostOutcome {
  const verdict = postVerdict(failure);
  const refusal = refusalOf(failure);
  if (verdict === 'unknown') return { kind: 'unknown', refusal };
  if (verdict === 'withheld') return { kind: 'withheld', refusal };
  if (verdict === 'throttled') return { kind: 'throttled', refusal, waitMs: failure.waitMs };
  return { kind: 'rejected', refusal, reaction: verdict };
}
