// The sandbox twins over real gRPC.

import { expect, test } from 'bun:test';
import { OrderExecutionReportStatus as Report } from 'tinkoff-invest-api/dist/generated/orders.js';
import { parseNano } from '../../src/core/units.ts';
import { nano, orderMessage, testVenue } from './venue-client.ts';

const rub = (text: string) => parseNano(text);

test('an account is opened, paid into, traded in and closed through the sandbox service alone', async () => {
  await using venue = await testVenue();
  const { sandbox } = venue.client;
  const accountId = (await sandbox('openSandboxAccount', { name: 'Play' })).reply?.accountId ?? '';
  const paid = await sandbox('sandboxPayIn', {
    accountId,
    amount: { currency: 'RUB', units: 1000, nano: 0 },
  });
  expect(nano(paid.reply?.balance)).toBe(rub('1000'));
  const uid = venue.exchange.instrument('TMOS').uid;
  const posted = await sandbox('postSandboxOrder', orderMessage({ accountId, uid, side: 'buy', lots: 10 }));
  expect(posted.reply?.lotsExecuted).toBe(10);
  const poor = await sandbox('postSandboxOrder', orderMessage({ accountId, uid, side: 'buy', lots: 1000 }));
  expect(poor.error?.code).toBe('30034');
  const limit = { type: 'limit', price: { units: 6, nano: 0 } } as const;
  const resting = await sandbox(
    'postSandboxOrder',
    orderMessage({ accountId, uid, side: 'buy', lots: 10, ...limit }),
  );
  const orderId = resting.reply?.orderId ?? '';
  expect((await sandbox('getSandboxOrders', { accountId })).reply?.orders).toHaveLength(1);
  expect((await sandbox('cancelSandboxOrder', { accountId, orderId })).error).toBeNull();
  const state = await sandbox('getSandboxOrderState', { accountId, orderId });
  expect(state.reply?.executionReportStatus).toBe(Report.EXECUTION_REPORT_STATUS_CANCELLED);
  const positions = await sandbox('getSandboxPositions', { accountId });
  expect(positions.reply?.securities).toMatchObject([{ balance: 10 }]);
  expect((await sandbox('getSandboxPortfolio', { accountId })).reply?.positions).toHaveLength(2);
  expect((await sandbox('getSandboxOperations', { accountId })).reply?.operations).toHaveLength(3);
  expect((await sandbox('getSandboxOperationsByCursor', { accountId })).reply?.items).toHaveLength(3);
  expect((await sandbox('getSandboxAccounts')).reply?.accounts).toMatchObject([
    { id: accountId, name: 'Play' },
  ]);
  expect((await venue.client.users('getAccounts')).reply?.accounts).toEqual([]);
  expect((await venue.client.operations('getPositions', { accountId })).error?.code).toBe('50004');
  expect((await sandbox('closeSandboxAccount', { accountId })).error).toBeNull();
  expect((await sandbox('sandboxPayIn', { accountId })).error?.code).toBe('40004');
});

test('a venue of the sandbox contour serves those accounts through the ordinary services', async () => {
  await using venue = await testVenue({ contour: 'sandbox' });
  const accountId = (await venue.client.sandbox('openSandboxAccount')).reply?.accountId ?? '';
  expect((await venue.client.users('getAccounts')).reply?.accounts).toMatchObject([{ id: accountId }]);
  expect((await venue.client.operations('getPositions', { accountId })).error).toBeNull();
});
