// Portfolio and operations over real gRPC.

import { expect, test } from 'bun:test';
import { OperationType } from 'tinkoff-invest-api/dist/generated/operations.js';
import { parseNano } from '../../src/core/units.ts';
import { nano, TOKEN, testVenue } from './venue-client.ts';

const rub = (text: string) => parseNano(text);

test('the portfolio tells average and FIFO prices, odd and blocked pieces, and roubles as a position', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const { uid } = venue.exchange.instrument('GAZP');
  venue.exchange.giveSecurities(id, 'GAZP', 10, '100');
  venue.exchange.giveSecurities(id, 'GAZP', 15, '140');
  await venue.post({ accountId: id, uid, side: 'sell', lots: 1 });
  const { reply } = await venue.client.operations('getPortfolio', { accountId: id });
  const gazp = reply?.positions.find((each) => each.instrumentUid === uid);
  expect(nano(gazp?.quantity)).toBe(rub('15'));
  expect(nano(gazp?.averagePositionPrice)).toBe(rub('124'));
  expect(nano(gazp?.averagePositionPriceFifo)).toBe(rub('140'));
  expect(nano(gazp?.currentPrice)).toBe(rub('126.40'));
  const cash = reply?.positions.find((each) => each.figi === 'RUB000UTSTOM');
  expect(nano(cash?.quantity)).toBe(rub('1000') + rub('1264') - rub('0.64'));
  expect(nano(reply?.totalAmountPortfolio)).toBe(nano(cash?.quantity) + 15n * rub('126.40'));
});

test('operations list deposits, trades, fees and payouts, by pages that do not shift', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const { uid } = venue.exchange.instrument('TPAY');
  await venue.clock.advance(1000);
  await venue.post({ accountId: id, uid, side: 'buy', lots: 5 });
  await venue.clock.advance(1000);
  venue.exchange.payOut('TPAY', '0.90');
  venue.exchange.withdraw(id, '100');
  const all = (await venue.client.operations('getOperations', { accountId: id })).reply?.operations ?? [];
  expect(all.map((each) => [each.operationType, nano(each.payment)])).toEqual([
    [OperationType.OPERATION_TYPE_OUTPUT, -rub('100')],
    [OperationType.OPERATION_TYPE_DIVIDEND, rub('4.50')],
    [OperationType.OPERATION_TYPE_BROKER_FEE, -rub('0.26')],
    [OperationType.OPERATION_TYPE_BUY, -rub('502.20')],
    [OperationType.OPERATION_TYPE_INPUT, rub('1000')],
  ]);
  expect(all[2]?.parentOperationId).toBe(all[3]?.id ?? '');
  expect(all[3]?.trades).toMatchObject([{ quantity: 5 }]);
  const seen: string[] = [];
  let cursor = '';
  for (let page = 0; page < 5; page += 1) {
    const request = { accountId: id, limit: 2, cursor };
    const { reply } = await venue.client.operations('getOperationsByCursor', request);
    seen.push(...(reply?.items.map((each) => each.id) ?? []));
    if (page === 0) venue.exchange.deposit(id, '1');
    if (reply?.hasNext !== true) break;
    cursor = reply.nextCursor;
  }
  expect(seen).toEqual(all.map((each) => each.id));
  const buys = await venue.client.operations('getOperationsByCursor', {
    accountId: id,
    operationTypes: [OperationType.OPERATION_TYPE_BUY],
  });
  expect(buys.reply?.items.map((each) => nano(each.commission))).toEqual([-rub('0.26')]);
  expect(
    nano((await venue.client.market('getLastPrices', { instrumentId: [uid] })).reply?.lastPrices[0]?.price),
  ).toBe(rub('99.53'));
});

test('a split changes pieces and price, not worth', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN });
  const { uid } = venue.exchange.instrument('TMON');
  venue.exchange.giveSecurities(id, 'TMON', 7);
  venue.exchange.split('TMON', { into: 10 });
  const account = venue.exchange.registry.account(id);
  expect([account.pieces(uid), account.basis(uid).fifo()]).toEqual([70n, rub('16.10')]);
  venue.exchange.split('TMON', { from: 20 });
  expect([account.pieces(uid), account.cash()]).toEqual([3n, rub('161')]);
  expect(venue.exchange.audit().faults).toEqual([]);
});
