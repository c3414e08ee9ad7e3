// What every answer has in common, and how the server closes.

import { expect, test } from 'bun:test';
import { OperationsServiceDefinition } from 'tinkoff-invest-api/dist/generated/operations.js';
import { OrdersServiceDefinition } from 'tinkoff-invest-api/dist/generated/orders.js';
import { parseNano } from '../../src/core/units.ts';
import { nano, TOKEN, testVenue } from './venue-client.ts';

const rub = (text: string) => parseNano(text);

test('every answer carries a tracking id, errors their text in the trailers', async () => {
  await using venue = await testVenue();
  const good = await venue.client.users('getAccounts');
  const bad = await venue.client.operations('getPositions', { accountId: '1' });
  expect(good.headers['x-tracking-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(bad.headers['x-tracking-id']).not.toBe(good.headers['x-tracking-id'] ?? '');
  expect(bad.trailers).toMatchObject({ message: 'Account not found' });
  expect(bad.error).toMatchObject({ code: '50004', status: 5 });
});

test('methods of the contract that the venue does not have are unimplemented', async () => {
  await using venue = await testVenue();
  const answer = await venue.client.orders('replaceOrder');
  expect(answer.error).toMatchObject({ code: '12001', status: 12 });
  const { fullName } = { fullName: 'some.other.Service' };
  const stranger = await venue.client.call({ fullName }, OrdersServiceDefinition.methods.getOrders, {
    accountId: '1',
  });
  expect(stranger.error?.status).toBe(12);
});

test('closing ends calls that are never answered, and the port is free again', async () => {
  const venue = await testVenue();
  venue.exchange.faults.lose('GetAccounts', 'after', 'silence');
  const hanging = venue.client.users('getAccounts');
  while (venue.exchange.callCount() === 0) await new Promise((resolve) => setImmediate(resolve));
  await venue[Symbol.asyncDispose]();
  expect((await hanging).error?.status).toBeGreaterThan(0);
  const again = await testVenue();
  expect((await again.client.users('getAccounts')).error).toBeNull();
  await again[Symbol.asyncDispose]();
});

test('the same questions are answered without a socket', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '5' });
  const service = OperationsServiceDefinition;
  const method = service.methods.getPositions;
  const outcome = await venue.exchange.handle(
    `/${service.fullName}/${method.name}`,
    method.requestType.encode({ accountId: id }).finish(),
    { authorization: `Bearer ${TOKEN}` },
  );
  if (outcome.kind !== 'reply') throw new Error(`expected a reply, found ${outcome.kind}`);
  expect(nano(method.responseType.decode(outcome.bytes).money[0])).toBe(rub('5'));
});
