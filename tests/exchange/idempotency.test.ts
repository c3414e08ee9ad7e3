// A key that comes twice: the three answers the vendor may give, and what the audit makes of them.

import { expect, test } from 'bun:test';
import { freshKey, type OrderWish, TOKEN, testVenue } from './venue-client.ts';

async function twice(duplicateAnswer: 'state' | '30057' | 'forgotten', change: Partial<OrderWish> = {}) {
  await using venue = await testVenue({ duplicateAnswer });
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '100000' });
  const wish = {
    accountId: id,
    uid: venue.exchange.instrument('TMOS').uid,
    side: 'buy',
    lots: 10,
    key: freshKey(),
  } as const;
  const first = await venue.post(wish);
  const second = await venue.post({ ...wish, ...change });
  const audit = venue.exchange.audit();
  return {
    first,
    second,
    key: audit.keys[0],
    held: venue.exchange.registry.account(id).pieces(wish.uid),
    audit,
  };
}

test('the same request again gets the state of the order it made', async () => {
  const { first, second, key, held } = await twice('state');
  expect(second.reply?.orderId).toBe(first.reply?.orderId ?? '');
  expect([second.reply?.lotsExecuted, held]).toEqual([10, 10n]);
  expect([key?.calls.length, key?.identical, key?.orders.length]).toEqual([2, true, 1]);
});

test('the same request again is a duplicate without a report', async () => {
  const { second, key, held } = await twice('30057');
  expect(second.error).toMatchObject({ code: '30057', status: 3 });
  expect([held, key?.orders.length]).toEqual([10n, 1]);
});

test('a venue that forgot the key makes a second order, and the audit says so', async () => {
  const { first, second, key, held } = await twice('forgotten');
  expect(second.reply?.orderId).not.toBe(first.reply?.orderId ?? '');
  expect([held, key?.orders.length, key?.fingerprints.length]).toEqual([20n, 2, 1]);
});

for (const mode of ['state', '30057', 'forgotten'] as const)
  test(`a key that served another request is refused under "${mode}", and the audit sees the other bytes`, async () => {
    const { second, key, held } = await twice(mode, { lots: 11 });
    expect(second.error?.code).toBe('30057');
    expect([held, key?.identical, key?.orders.length]).toEqual([10n, false, 1]);
  });

test('a key belongs to its account: another account may use it', async () => {
  await using venue = await testVenue();
  const first = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const second = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const uid = venue.exchange.instrument('TMOS').uid;
  const key = freshKey();
  for (const { id } of [first, second])
    expect((await venue.post({ accountId: id, uid, side: 'buy', lots: 1, key })).error).toBeNull();
  expect(venue.exchange.desk.orders.length).toBe(2);
});

test('a refused request leaves no trace: the same key may be tried again', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1' });
  const uid = venue.exchange.instrument('TMOS').uid;
  const wish = { accountId: id, uid, side: 'buy', lots: 1, key: freshKey() } as const;
  expect((await venue.post(wish)).error?.code).toBe('30042');
  venue.exchange.deposit(id, '10');
  expect((await venue.post(wish)).reply?.lotsExecuted).toBe(1);
});

test('a repeat answers with its order even when the exchange has closed since', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const uid = venue.exchange.instrument('TMOS').uid;
  const wish = { accountId: id, uid, side: 'buy', lots: 1, key: freshKey() } as const;
  const first = await venue.post(wish);
  venue.clock.set(Date.UTC(2026, 10, 20, 22));
  expect((await venue.post(wish)).reply?.orderId).toBe(first.reply?.orderId ?? '');
});

test('an order not visible yet is a duplicate without a report, unknown and unlisted until its time', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const uid = venue.exchange.instrument('TMOS').uid;
  venue.exchange.faults.conditions.ordersVisibleAfterMs = 60_000;
  const price = { units: 6, nano: 0 };
  const wish = { accountId: id, uid, side: 'buy', lots: 1, key: freshKey(), type: 'limit', price } as const;
  await venue.post(wish);
  const look = () =>
    venue.client.orders('getOrderState', { accountId: id, orderId: wish.key, orderIdType: 2 });
  const listed = async () => (await venue.client.orders('getOrders', { accountId: id })).reply?.orders.length;
  expect([(await look()).error?.code, await listed()]).toEqual(['50005', 0]);
  expect((await venue.post(wish)).error?.code).toBe('30057');
  await venue.clock.advance(59_999);
  expect((await look()).error?.code).toBe('50005');
  await venue.clock.advance(1);
  expect([(await look()).error, await listed()]).toEqual([null, 1]);
  expect((await venue.post(wish)).error).toBeNull();
});
