// Posting, looking up and cancelling orders over real gRPC.

import { expect, test } from 'bun:test';
import {
  OrdersServiceDefinition,
  OrderExecutionReportStatus as Report,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import { parseNano } from '../../src/core/units.ts';
import { FRIDAY_NOON, freshKey, nano, orderMessage, TOKEN, testVenue } from './venue-client.ts';

const rub = (text: string) => parseNano(text);
const HOUR = 3_600_000;

test('a market buy pays for its lots and its commission and shows up in the positions', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '100000' });
  const { uid } = venue.exchange.instrument('TMOS');
  const posted = await venue.post({ accountId: id, uid, side: 'buy', lots: 1000, key: freshKey() });
  expect(posted.error).toBeNull();
  expect(posted.reply?.executionReportStatus).toBe(Report.EXECUTION_REPORT_STATUS_FILL);
  // Per piece here, the total in OrderState.
  expect(nano(posted.reply?.executedOrderPrice)).toBe(rub('6.51'));
  expect(nano(posted.reply?.executedCommission)).toBe(rub('3.26'));
  expect(nano(posted.reply?.totalOrderAmount)).toBe(rub('6513.26'));
  const orderId = posted.reply?.orderId ?? '';
  const state = await venue.client.orders('getOrderState', { accountId: id, orderId });
  expect(nano(state.reply?.executedOrderPrice)).toBe(rub('6510'));
  expect(nano(state.reply?.averagePositionPrice)).toBe(rub('6.51'));
  expect(state.reply?.orderRequestId).toBe(posted.reply?.orderRequestId ?? '');
  const positions = await venue.client.operations('getPositions', { accountId: id });
  expect(nano(positions.reply?.money[0])).toBe(rub('93486.74'));
  expect(positions.reply?.securities).toMatchObject([{ instrumentUid: uid, balance: 1000, blocked: 0 }]);
  expect(venue.exchange.audit().faults).toEqual([]);
});

test('a resting order is listed, blocks its cash and pieces, and is cancelled once', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const { uid } = venue.exchange.instrument('TMOS');
  venue.exchange.giveSecurities(id, 'TMOS', 10);
  const buy = await venue.post({
    accountId: id,
    uid,
    side: 'buy',
    lots: 100,
    type: 'limit',
    price: { units: 6, nano: 0 },
  });
  await venue.post({
    accountId: id,
    uid,
    side: 'sell',
    lots: 4,
    type: 'limit',
    price: { units: 7, nano: 0 },
  });
  const listed = await venue.client.orders('getOrders', { accountId: id });
  expect(listed.reply?.orders.map((order) => order.lotsRequested)).toEqual([100, 4]);
  const held = await venue.client.operations('getPositions', { accountId: id });
  expect([nano(held.reply?.money[0]), nano(held.reply?.blocked[0])]).toEqual([rub('399.70'), rub('600.30')]);
  expect(held.reply?.securities).toMatchObject([{ balance: 6, blocked: 4 }]);
  const orderId = buy.reply?.orderId ?? '';
  expect((await venue.client.orders('cancelOrder', { accountId: id, orderId })).error).toBeNull();
  expect((await venue.client.orders('cancelOrder', { accountId: id, orderId })).error?.code).toBe('30059');
  const after = await venue.client.orders('getOrderState', { accountId: id, orderId });
  expect(after.reply?.executionReportStatus).toBe(Report.EXECUTION_REPORT_STATUS_CANCELLED);
  expect((await venue.client.orders('getOrders', { accountId: id })).reply?.orders).toHaveLength(1);
});

test('an order is found by the exchange id by default and by key when asked, and forgotten after a day', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const key = freshKey();
  const uid = venue.exchange.instrument('TMOS').uid;
  const posted = await venue.post({ accountId: id, uid, side: 'buy', lots: 1, key });
  const look = (orderId: string, orderIdType: number) =>
    venue.client.orders('getOrderState', { accountId: id, orderId, orderIdType });
  expect((await look(key, 0)).error).toMatchObject({ code: '50005', status: 5 });
  expect((await look(key, 2)).reply?.orderId).toBe(posted.reply?.orderId ?? '');
  expect((await look(posted.reply?.orderId ?? '', 1)).reply?.orderRequestId).toBe(key);
  venue.clock.set(FRIDAY_NOON + 24 * HOUR - 1);
  expect((await look(key, 2)).error).toBeNull();
  venue.clock.set(FRIDAY_NOON + 24 * HOUR);
  expect((await look(key, 2)).error?.code).toBe('50005');
});

test('margin is confirmed by field 11 of the request', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000', margin: { enabled: true } });
  const { uid } = venue.exchange.instrument('TGLD');
  const plain = await venue.post({ accountId: id, uid, side: 'buy', lots: 100 });
  expect(plain.error).toMatchObject({ code: '30240', status: 3 });
  const request = orderMessage({ accountId: id, uid, side: 'buy', lots: 100 });
  const bytes = [...OrdersServiceDefinition.methods.postOrder.requestType.encode(request).finish(), 0x58, 1];
  const confirmed = await venue.client.call(
    OrdersServiceDefinition,
    OrdersServiceDefinition.methods.postOrder,
    request,
    new Uint8Array(bytes),
  );
  expect(confirmed.error).toBeNull();
  const positions = await venue.client.operations('getPositions', { accountId: id });
  expect(nano(positions.reply?.money[0])).toBe(rub('-466.74'));
  const margin = await venue.client.users('getMarginAttributes', { accountId: id });
  expect(nano(margin.reply?.liquidPortfolio)).toBe(rub('-466.74') + rub('1465'));
  expect(nano(margin.reply?.startingMargin)).toBe((rub('1465') * 2018n) / 10_000n);
  expect(nano(margin.reply?.amountOfMissingFunds)).toBeLessThan(0n);
});

const malformed = {
  'no key': [{ orderId: '' }, '30027'],
  'a long key': [{ orderId: '0'.repeat(37) }, '30055'],
  'a key that is no UUID': [{ orderId: 'order-1' }, '30028'],
  'no quantity': [{ quantity: 0 }, '30015'],
  'a negative quantity': [{ quantity: -1 }, '30080'],
  'no instrument': [{ instrumentId: '' }, '30093'],
  'an unknown instrument': [{ instrumentId: 'nobody' }, '50002'],
  'no direction': [{ direction: 0 }, '30019'],
  'no order type': [{ orderType: 0 }, '30025'],
  'an unknown order type': [{ orderType: 9 as number }, '30083'],
  'no limit price': [{ orderType: 1 }, '30017'],
  'no account': [{ accountId: '' }, '30021'],
  'a foreign account': [{ accountId: '1' }, '50004'],
} as const;
for (const [what, [change, code]] of Object.entries(malformed))
  test(`a request with ${what} is refused with ${code}`, async () => {
    await using venue = await testVenue();
    const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
    const uid = venue.exchange.instrument('TMOS').uid;
    const good = orderMessage({ accountId: id, uid, side: 'buy', lots: 1 });
    const answer = await venue.client.orders('postOrder', { ...good, ...change });
    expect(answer.error?.code).toBe(code);
    expect(answer.error?.status).toBe(code.startsWith('5') ? 5 : 3);
    expect(answer.trailers.message).toMatch(/^[ -~]+$/);
    expect(venue.exchange.desk.orders).toEqual([]);
  });
