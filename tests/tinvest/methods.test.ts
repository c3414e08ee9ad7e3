// Which limit a method counts against: a wrong one is found by the venue's refusals only.

import { expect, test } from 'bun:test';
import { ACCOUNT_METHODS } from '../../src/tinvest/methods.ts';

test('each method of the live contour counts against the limit of its own group', () => {
  const { live } = ACCOUNT_METHODS;
  const services = Object.entries(live).map(([name, method]) => [name, method?.service]);
  expect(Object.fromEntries(services)).toEqual({
    accounts: 'users',
    positions: 'operations',
    portfolio: 'operations',
    operations: 'operations',
    orders: 'getOrders',
    orderState: 'orders',
    postOrder: 'postOrder',
    cancelOrder: 'cancelOrder',
    margin: 'users',
  });
});

test('in the sandbox all of them share one', () => {
  const services = Object.values(ACCOUNT_METHODS.sandbox).flatMap((method) => method?.service ?? []);
  expect(new Set(services)).toEqual(new Set(['sandbox']));
});
