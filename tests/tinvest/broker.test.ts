import { describe, expect, test } from 'bun:test';
import {
  CancelOrderResponse,
  GetOrderStateRequest,
  GetOrdersResponse,
  OrderState,
  PostOrderRequest,
  PostOrderResponse,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import { lotSize, lots, price, raw } from '../../src/core/units.ts';
import { type OrderRequest, WorldError } from '../../src/ports.ts';
import type { Status } from '../../src/tinvest/transport.ts';
import { bytesOf, failure, type Script, withHeaders } from '../support/wire-venue.ts';
import { ACCOUNT, withVenue } from './with-venue.ts';

const KEY = '7c9e6679-7425-50de-944b-e07fc1f90ae7';
const UID = 'f509af83-6e71-462f-901f-bcb073f6773b';

const REQUEST: OrderRequest = {
  key: KEY,
  brokerAccount: ACCOUNT,
  uid: UID,
  side: 'buy',
  lots: lots(3n),
  lot: lotSize(10n),
  type: 'market',
  limit: null,
  confirmMargin: false,
};

const REPLY = {
  orderId: 'E-1',
  executionReportStatus: 'EXECUTION_REPORT_STATUS_FILL',
  lotsRequested: 3,
  lotsExecuted: 3,
  executedOrderPrice: { currency: 'rub', units: 6, nano: 540_000_000 },
  executedCommission: { currency: 'rub', units: 0, nano: 590_000_000 },
  direction: 'ORDER_DIRECTION_BUY',
  instrumentUid: UID,
  orderRequestId: KEY,
  message: '',
};

const STATE = { ...REPLY, executedOrderPrice: { currency: 'rub', units: 196, nano: 200_000_000 } };

const posting = (answer: Script[string]) => withVenue({ 'OrdersService/PostOrder': answer });
const postReply = (change: object = {}) => bytesOf(PostOrderResponse, { ...REPLY, ...change });
const stateReply = (change: object = {}) => bytesOf(OrderState, { ...STATE, ...change });

const worldErrorOf = async (work: Promise<unknown>): Promise<WorldError> => {
  const error = await work.catch((reason: unknown) => reason);
  if (error instanceof WorldError) return error;
  throw new Error(`expected a WorldError, got ${JSON.stringify(error)}`);
};

describe('what PostOrder sends', () => {
  const sent = async (change: Partial<OrderRequest>) => {
    const { broker, venue } = posting(() => failure('UNAVAILABLE'));
    await broker.post({ ...REQUEST, ...change });
    const call = venue.calls[0];
    if (!call) throw new Error('nothing was sent');
    return { bytes: call.request, message: PostOrderRequest.decode(call.request), options: call.options };
  };

  test('a market order has lots, no price and the key', async () => {
    const { message, options } = await sent({});
    expect(message).toEqual({
      figi: undefined,
      quantity: 3,
      price: undefined,
      direction: 1,
      accountId: ACCOUNT,
      orderType: 2,
      orderId: KEY,
      instrumentId: UID,
      timeInForce: 0,
      priceType: 0,
    });
    expect(options.deadlineMs).toBe(30_000);
  });

  test('a limit order has its exact price and lasts the day', async () => {
    const { message } = await sent({ type: 'limit', limit: price(5_090_000_001n), side: 'sell' });
    expect([message.orderType, message.direction, message.timeInForce]).toEqual([1, 2, 1]);
    expect(message.price).toEqual({ units: 5, nano: 90_000_001 });
  });

  test('a best-price order has no price', async () => {
    const { message } = await sent({ type: 'bestprice' });
    expect([message.orderType, message.price]).toEqual([3, undefined]);
  });

  test('margin is confirmed in field 11, and only where it was asked for', async () => {
    const without = await sent({});
    const confirmed = await sent({ confirmMargin: true });
    expect(Buffer.from(confirmed.bytes).toString('hex')).toBe(
      `${Buffer.from(without.bytes).toString('hex')}5801`,
    );
    expect(Buffer.from(without.bytes).toString('hex')).not.toContain('5801');
  });

  test('the same request gives the same bytes', async () => {
    expect((await sent({})).bytes).toEqual((await sent({})).bytes);
  });

  test('a limit without the type, or the type without a limit, is a bug', async () => {
    const { broker } = posting(() => postReply());
    await expect(broker.post({ ...REQUEST, type: 'limit' })).rejects.toThrow('needs a limit');
    await expect(broker.post({ ...REQUEST, limit: price(1n) })).rejects.toThrow('takes no limit');
  });
});

describe('the outcome of PostOrder', () => {
  test('a reply is a report; its price is of one piece', async () => {
    const { broker } = posting(() => withHeaders(postReply(), { 'x-tracking-id': 'track' }));
    const outcome = await broker.post(REQUEST);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    expect(outcome.trackingId).toBe('track');
    expect(outcome.report).toMatchObject({
      key: KEY,
      orderId: 'E-1',
      status: 'filled',
      uid: UID,
      side: 'buy',
    });
    // 6.54 a piece, 3 lots of 10
    expect(outcome.report.value).toBe(price(196_200_000_000n) as never);
    expect(outcome.report.commission).toBe(price(590_000_000n) as never);
  });

  const NOTHING = { currency: 'rub', units: 0, nano: 0 };
  const SOMETHING = { currency: 'rub', units: 0, nano: 590_000_000 };
  for (const [what, initial, executed, expected] of [
    ['none booked where one is expected is not known yet', SOMETHING, NOTHING, null],
    ['none named is not known yet', SOMETHING, undefined, null],
    ['none where none is expected is none', NOTHING, NOTHING, 0n],
    ['none where nothing is said of what to expect is none', undefined, NOTHING, 0n],
    ['one that is booked is known', SOMETHING, SOMETHING, 590_000_000n],
  ] as const)
    test(`the fee of a fill: ${what}`, async () => {
      const change = { initialCommission: initial, executedCommission: executed };
      const { broker } = withVenue({
        'OrdersService/PostOrder': () => postReply(change),
        'OrdersService/GetOrderState': () => stateReply(change),
      });
      const outcome = await broker.post(REQUEST);
      const found = await broker.orderById(ACCOUNT, 'E-1', REQUEST.lot);
      if (outcome.kind !== 'accepted' || found.kind !== 'found') throw new Error(outcome.kind);
      for (const { commission } of [outcome.report, found.report])
        expect(commission && raw(commission)).toBe(expected);
    });

  test('an order that rests has executed nothing', async () => {
    const { broker } = posting(() =>
      postReply({
        executionReportStatus: 'EXECUTION_REPORT_STATUS_NEW',
        lotsExecuted: 0,
        executedOrderPrice: { currency: '', units: 0, nano: 0 },
        executedCommission: undefined,
      }),
    );
    const outcome = await broker.post(REQUEST);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    expect([outcome.report.status, raw(outcome.report.executed)]).toEqual(['new', 0n]);
    expect([outcome.report.value, outcome.report.commission]).toEqual([price(0n) as never, null]);
  });

  test('a reply with the status REJECTED is a report too', async () => {
    const { broker } = posting(() =>
      postReply({
        executionReportStatus: 'EXECUTION_REPORT_STATUS_REJECTED',
        lotsExecuted: 0,
        message: 'no',
      }),
    );
    const outcome = await broker.post(REQUEST);
    expect(outcome).toMatchObject({ kind: 'accepted', report: { status: 'rejected', message: 'no' } });
  });

  test.each<[string, object]>([
    ['another key', { orderRequestId: '00000000-0000-5000-8000-000000000000' }],
    ['another instrument', { instrumentUid: 'other' }],
    ['the other side', { direction: 'ORDER_DIRECTION_SELL' }],
    ['no side', { direction: 'ORDER_DIRECTION_UNSPECIFIED' }],
    ['other lots', { lotsRequested: 4, lotsExecuted: 4 }],
    ['more lots than asked for', { lotsExecuted: 4 }],
    ['a fill that is not whole', { lotsExecuted: 2 }],
    ['an unknown status', { executionReportStatus: 17 }],
    ['no status', { executionReportStatus: 'EXECUTION_REPORT_STATUS_UNSPECIFIED' }],
    ['no exchange id', { orderId: '' }],
    ['a price with mixed signs', { executedOrderPrice: { currency: 'rub', units: 1, nano: -1 } }],
  ])('a reply with %s is unknown', async (_, change) => {
    const body =
      'executionReportStatus' in change && change.executionReportStatus === 17
        ? Buffer.concat([postReply({ executionReportStatus: 0 }), Buffer.from([0x10, 17])])
        : postReply(change);
    const { broker } = posting(() => body);
    expect((await broker.post(REQUEST)).kind).toBe('unknown');
  });

  test('a reply that echoes no key and no instrument is believed', async () => {
    const { broker } = posting(() => postReply({ orderRequestId: '', instrumentUid: '' }));
    expect(await broker.post(REQUEST)).toMatchObject({ kind: 'accepted', report: { key: null } });
  });

  test('a reply that cannot be decoded is unknown', async () => {
    const whole = postReply();
    for (const lost of [1, 5, 20]) {
      const { broker, venue } = posting(() => whole.subarray(0, whole.length - lost));
      expect(await broker.post(REQUEST)).toMatchObject({ kind: 'unknown', refusal: { code: 'BROKEN_BODY' } });
      expect(venue.count('OrdersService/PostOrder')).toBe(1);
    }
  });

  test.each<[Status, string, object]>([
    ['DEADLINE_EXCEEDED', '', { kind: 'unknown' }],
    ['UNAVAILABLE', '', { kind: 'unknown' }],
    ['INVALID_ARGUMENT', '30057', { kind: 'unknown' }],
    ['NOT_FOUND', '50005', { kind: 'unknown' }],
    ['INVALID_ARGUMENT', '30042', { kind: 'rejected', reaction: 'reobserve' }],
    ['INVALID_ARGUMENT', '30079', { kind: 'rejected', reaction: 'best_price' }],
    ['INVALID_ARGUMENT', '30240', { kind: 'rejected', reaction: 'stop_account' }],
    ['UNAUTHENTICATED', '40003', { kind: 'rejected', reaction: 'stop_token' }],
    ['INVALID_ARGUMENT', '31234', { kind: 'rejected', reaction: 'skip' }],
    ['INTERNAL', '31234', { kind: 'unknown' }],
  ])('%s %s is %p, and it was sent exactly once', async (status, details, expected) => {
    const { broker, venue } = posting(() =>
      failure(status, details, { message: 'in words', 'x-tracking-id': 'track' }),
    );
    expect(await broker.post(REQUEST)).toMatchObject({
      ...expected,
      refusal: { code: details || status, message: 'in words', trackingId: 'track' },
    });
    expect(venue.count('OrdersService/PostOrder')).toBe(1);
  });

  test('a rate limit is a wait, not an outcome', async () => {
    const { broker } = posting(() => failure('RESOURCE_EXHAUSTED', '80002', { 'x-ratelimit-reset': '3' }));
    expect(await broker.post(REQUEST)).toMatchObject({ kind: 'throttled', waitMs: 3_500 });
  });

  test('an order that would wait long for the rate limit is given back unsent', async () => {
    const { broker, venue } = posting(() =>
      withHeaders(postReply(), {
        'x-ratelimit-limit': '1, 1;w=60',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '30',
      }),
    );
    expect((await broker.post(REQUEST)).kind).toBe('accepted');
    const second = await broker.post(REQUEST);
    expect(second).toMatchObject({ kind: 'throttled', refusal: { code: 'NOT_SENT' }, waitMs: 60_500 });
    expect(venue.count('OrdersService/PostOrder')).toBe(1);
  });

  test('a sandbox account posts to the sandbox only', async () => {
    const { broker, venue } = withVenue(
      { 'SandboxService/PostSandboxOrder': () => postReply() },
      { broker: 'sandbox' },
    );
    expect((await broker.post(REQUEST)).kind).toBe('accepted');
    await broker.cancel(ACCOUNT, 'E-1');
    await broker.orderByKey(ACCOUNT, KEY, lotSize(1n)).catch(() => {});
    await broker.activeOrders(ACCOUNT).catch(() => {});
    const orderCalls = venue.calls.filter((call) => !call.method.startsWith('UsersService/GetUserTariff'));
    expect(orderCalls.every((call) => call.method.startsWith('SandboxService/'))).toBe(true);
  });
});

describe('a look-up', () => {
  const lookingUp = (answer: Script[string]) => withVenue({ 'OrdersService/GetOrderState': answer });

  test('by key asks for the key; the state gives the total', async () => {
    const { broker, venue } = lookingUp(() => stateReply());
    const found = await broker.orderByKey(ACCOUNT, KEY, REQUEST.lot);
    if (found.kind !== 'found') throw new Error(found.kind);
    expect(found.report.value).toBe(price(196_200_000_000n) as never);
    const asked = GetOrderStateRequest.decode(venue.calls[0]?.request ?? new Uint8Array());
    expect([asked.orderId, asked.orderIdType, asked.accountId]).toEqual([KEY, 2, ACCOUNT]);
  });

  test('is not repeated once nobody waits for the answer', async () => {
    const given = new AbortController();
    const { broker, venue } = lookingUp(() => {
      given.abort();
      return failure('UNAVAILABLE');
    });
    await worldErrorOf(broker.orderById(ACCOUNT, 'E-1', REQUEST.lot, given.signal));
    expect(venue.count('OrdersService/GetOrderState')).toBe(1);
  });

  test('by exchange id asks for the exchange id', async () => {
    const { broker, venue } = lookingUp(() => stateReply());
    expect((await broker.orderById(ACCOUNT, 'E-1', REQUEST.lot)).kind).toBe('found');
    const asked = GetOrderStateRequest.decode(venue.calls[0]?.request ?? new Uint8Array());
    expect([asked.orderId, asked.orderIdType]).toEqual(['E-1', 1]);
  });

  test.each<[Status, string]>([
    ['NOT_FOUND', '50005'],
    ['INVALID_ARGUMENT', '50005'],
    ['NOT_FOUND', ''],
  ])('%s %s is "not found", asked once', async (status, details) => {
    const { broker, venue } = lookingUp(() => failure(status, details));
    expect((await broker.orderByKey(ACCOUNT, KEY, REQUEST.lot)).kind).toBe('not_found');
    expect(venue.count('OrdersService/GetOrderState')).toBe(1);
  });

  test('of a closed account is an error of the account, not "not found"', async () => {
    const { broker } = lookingUp(() => failure('NOT_FOUND', '50004'));
    expect((await worldErrorOf(broker.orderByKey(ACCOUNT, KEY, REQUEST.lot))).kind).toBe('account');
  });

  test.each<[string, Uint8Array]>([
    ['an unknown status', Buffer.concat([stateReply({ executionReportStatus: 0 }), Buffer.from([0x10, 17])])],
    ['another key', stateReply({ orderRequestId: 'another' })],
    ['negative lots', stateReply({ lotsExecuted: -1 })],
  ])('with %s is refused as data', async (_, body) => {
    const { broker } = lookingUp(() => body);
    expect((await worldErrorOf(broker.orderByKey(ACCOUNT, KEY, REQUEST.lot))).kind).toBe('refused_data');
  });

  test.each([
    ['NEW', 'new'],
    ['PARTIALLYFILL', 'partial'],
    ['REJECTED', 'rejected'],
    ['CANCELLED', 'cancelled'],
  ])('%s is %s and keeps its fills', async (wire, status) => {
    const { broker } = lookingUp(() =>
      stateReply({ executionReportStatus: `EXECUTION_REPORT_STATUS_${wire}`, lotsExecuted: 1 }),
    );
    const found = await broker.orderById(ACCOUNT, 'E-1', REQUEST.lot);
    if (found.kind !== 'found') throw new Error(found.kind);
    expect([found.report.status, raw(found.report.executed)]).toEqual([status, 1n] as never);
  });
});

test('active orders of other currencies are listed without a value', async () => {
  const { broker } = withVenue({
    'OrdersService/GetOrders': () =>
      bytesOf(GetOrdersResponse, {
        orders: [
          {
            ...STATE,
            executionReportStatus: 'EXECUTION_REPORT_STATUS_PARTIALLYFILL',
            lotsExecuted: 1,
            executedOrderPrice: { currency: 'usd', units: 5, nano: 0 },
            executedCommission: { currency: 'usd', units: 1, nano: 0 },
            orderRequestId: '',
          },
        ],
      }),
  });
  const [order] = await broker.activeOrders(ACCOUNT);
  expect([order?.key, order?.value, order?.commission]).toEqual([null, null, null]);
});

describe('a cancel', () => {
  const cancelling = (answer: Script[string]) => withVenue({ 'OrdersService/CancelOrder': answer });

  test.each<[string, Status | null, string, string]>([
    ['taken', null, '', 'accepted'],
    ['too late', 'INVALID_ARGUMENT', '30059', 'refused'],
    ['for an order nobody knows', 'NOT_FOUND', '50005', 'refused'],
    ['without an answer', 'DEADLINE_EXCEEDED', '', 'unknown'],
    ['over the limit', 'RESOURCE_EXHAUSTED', '80002', 'refused'],
  ])('%s is %p %s: %s', async (_, status, details, kind) => {
    const { broker, venue } = cancelling(() =>
      status === null ? bytesOf(CancelOrderResponse, {}) : failure(status, details),
    );
    expect((await broker.cancel(ACCOUNT, 'E-1')).kind).toBe(kind as never);
    expect(venue.count('OrdersService/CancelOrder')).toBe(1);
    expect(venue.calls[0]?.options.deadlineMs).toBe(30_000);
  });
});
