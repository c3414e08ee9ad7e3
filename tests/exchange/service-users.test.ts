// Who may see and do what, over real gRPC.

import { expect, test } from 'bun:test';
import { AccessLevel, AccountStatus } from 'tinkoff-invest-api/dist/generated/users.js';
import { orderMessage, TOKEN, testVenue, VenueClient } from './venue-client.ts';

test('a token sees all accounts of its user, those it may not touch without access', async () => {
  await using venue = await testVenue();
  const first = venue.exchange.openAccount({ token: TOKEN, name: 'First' });
  const second = venue.exchange.openAccount({ token: TOKEN, name: 'Second', type: 'iis' });
  venue.exchange.openAccount({ token: 't.stranger' });
  venue.exchange.addToken('t.narrow', TOKEN, { only: [second.id] });
  venue.exchange.addToken('t.reader', TOKEN, { access: 'read_only' });
  venue.exchange.closeAccount(first.id);
  const levels = async (token: string) => {
    const client = new VenueClient(venue.endpoint, token);
    const { reply } = await client.users('getAccounts');
    client.close();
    return reply?.accounts.map((each) => [each.id, each.type, each.status, each.accessLevel]);
  };
  const open = AccountStatus.ACCOUNT_STATUS_OPEN;
  const closed = AccountStatus.ACCOUNT_STATUS_CLOSED;
  const { ACCOUNT_ACCESS_LEVEL_FULL_ACCESS: full, ACCOUNT_ACCESS_LEVEL_NO_ACCESS: none } = AccessLevel;
  expect(first.id).toMatch(/^\d+$/);
  expect(await levels(TOKEN)).toEqual([
    [first.id, 1, closed, full],
    [second.id, 2, open, full],
  ]);
  expect(await levels('t.narrow')).toEqual([
    [first.id, 1, closed, none],
    [second.id, 2, open, full],
  ]);
  expect((await levels('t.reader'))?.[1]?.[3]).toBe(AccessLevel.ACCOUNT_ACCESS_LEVEL_READ_ONLY);
});

test('a token that may not trade is refused by the code of its reason', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const other = venue.exchange.openAccount({ token: TOKEN });
  venue.exchange.addToken('t.reader', TOKEN, { access: 'read_only' });
  venue.exchange.addToken('t.narrow', TOKEN, { only: [other.id] });
  const uid = venue.exchange.instrument('TMOS').uid;
  const attempt = async (token: string) => {
    const client = new VenueClient(venue.endpoint, token);
    const answer = await client.orders(
      'postOrder',
      orderMessage({ accountId: id, uid, side: 'buy', lots: 1 }),
    );
    const read = await client.operations('getPositions', { accountId: id });
    client.close();
    return [answer.error?.code, answer.error?.status, read.error?.code];
  };
  expect(await attempt('t.reader')).toEqual(['40002', 7, undefined]);
  expect(await attempt('t.narrow')).toEqual(['40002', 7, '40002']);
  expect(await attempt('t.unknown')).toEqual(['40003', 16, '40003']);
  venue.exchange.revokeToken(TOKEN);
  expect(await attempt(TOKEN)).toEqual(['40003', 16, '40003']);
  venue.exchange.restoreToken(TOKEN);
  venue.exchange.closeAccount(id);
  expect(await attempt(TOKEN)).toEqual(['40004', 7, undefined]);
});

test('an account of another user is not found, whatever is asked of it', async () => {
  await using venue = await testVenue();
  const { id } = venue.exchange.openAccount({ token: 't.stranger', cash: '1000' });
  const uid = venue.exchange.instrument('TMOS').uid;
  const posted = await venue.post({ accountId: id, uid, side: 'buy', lots: 1 });
  const read = await venue.client.operations('getPositions', { accountId: id });
  const listed = await venue.client.orders('getOrders', { accountId: id });
  for (const answer of [posted, read, listed])
    expect(answer.error).toMatchObject({ code: '50004', status: 5 });
});

test('the tariff names every method with its limit', async () => {
  await using venue = await testVenue();
  const { reply } = await venue.client.users('getUserTariff');
  const post = reply?.unaryLimits.find((each) => each.methods.some((name) => name.endsWith('/PostOrder')));
  expect(post).toMatchObject({ limitPerMinute: 300 });
  expect(post?.methods[0]).toBe('tinkoff.public.invest.api.contract.v1.OrdersService/PostOrder');
  expect((await venue.client.users('getInfo')).reply?.tariff).toBe('trader');
});
