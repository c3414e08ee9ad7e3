// Real gRPC round trips through every service of the venue: what a client sees of an ordinary day.

import { expect, test } from 'bun:test';
import { OrderExecutionReportStatus } from 'tinkoff-invest-api/dist/generated/orders.js';
import { nano, testVenue } from './venue-client.ts';

test('a market buy pays for its lots and its commission and shows up in the positions', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: 't.test-token', cash: '100000' });
  const { uid } = venue.exchange.instrument('TMOS');
  const posted = await venue.post({ accountId: id, uid, side: 'buy', lots: 1000 });
  expect(posted.error).toBeNull();
  expect(posted.reply?.executionReportStatus).toBe(OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_FILL);
  expect(nano(posted.reply?.executedOrderPrice)).toBe(6_510_000_000n);
  // 1000 x 6.51 and 0.05 % of it, rounded up to the kopeck: 6510 + 3.26.
  expect(nano(posted.reply?.executedCommission)).toBe(3_260_000_000n);
  const positions = await venue.client.operations('getPositions', { accountId: id });
  expect(nano(positions.reply?.money[0])).toBe(93_486_740_000_000n);
  expect(positions.reply?.securities).toMatchObject([{ instrumentUid: uid, balance: 1000, blocked: 0 }]);
  expect(venue.exchange.audit().faults).toEqual([]);
});
