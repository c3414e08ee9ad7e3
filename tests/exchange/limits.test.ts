import { expect, test } from 'bun:test';
import { DEFAULT_LIMITS } from '../../src/exchange/limits.ts';
import { TOKEN, testVenue, VenueClient } from './venue-client.ts';

const few = { ...DEFAULT_LIMITS, users: 3 };

test('every answer tells the limit, what is left of it and when it is whole again', async () => {
  await using venue = await testVenue({ limits: few });
  const read = async () => {
    const answer = await venue.client.users('getInfo');
    const { headers } = answer;
    return [
      answer.error?.code,
      headers['x-ratelimit-limit'],
      headers['x-ratelimit-remaining'],
      headers['x-ratelimit-reset'],
    ];
  };
  expect(await read()).toEqual([undefined, '3, 3;w=60', '2', '60']);
  await venue.clock.advance(20_500);
  expect(await read()).toEqual([undefined, '3, 3;w=60', '1', '40']);
  expect(await read()).toEqual([undefined, '3, 3;w=60', '0', '40']);
  expect(await read()).toEqual(['80002', '3, 3;w=60', '0', '40']);
  await venue.clock.advance(39_499);
  expect((await read())[0]).toBe('80002');
  await venue.clock.advance(1);
  expect(await read()).toEqual([undefined, '3, 3;w=60', '2', '60']);
});

test('a refused call changes nothing and is told as RESOURCE_EXHAUSTED', async () => {
  await using venue = await testVenue({ limits: { ...DEFAULT_LIMITS, post_order: 0 } });
  const { id } = venue.exchange.openAccount({ token: TOKEN, cash: '1000' });
  const uid = venue.exchange.instrument('TMOS').uid;
  const answer = await venue.post({ accountId: id, uid, side: 'buy', lots: 1 });
  expect(answer.error).toMatchObject({ code: '80002', status: 8, message: 'Request limit exceeded' });
  expect(venue.exchange.desk.orders).toEqual([]);
});

test('services have their own limits, users share theirs between tokens', async () => {
  await using venue = await testVenue({ limits: { ...DEFAULT_LIMITS, users: 1 } });
  venue.exchange.addToken('t.second', TOKEN);
  venue.exchange.ensureToken('t.stranger');
  const code = async (token: string) => {
    const client = new VenueClient(venue.endpoint, token);
    const answer = await client.users('getInfo');
    client.close();
    return answer.error?.code;
  };
  expect([await code(TOKEN), await code('t.second'), await code('t.stranger')]).toEqual([
    undefined,
    '80002',
    undefined,
  ]);
  expect((await venue.client.instruments('shares')).error).toBeNull();
});

test('limits can be switched off', async () => {
  await using venue = await testVenue({ limits: 'off' });
  for (let i = 0; i < 150; i += 1) expect((await venue.client.users('getInfo')).error).toBeNull();
});

test('an address may be held to so many calls a second', async () => {
  await using venue = await testVenue({ perSecond: 2 });
  const codes = [];
  for (let i = 0; i < 3; i += 1) codes.push((await venue.client.users('getInfo')).error?.code);
  await venue.clock.advance(1000);
  codes.push((await venue.client.users('getInfo')).error?.code);
  expect(codes).toEqual([undefined, undefined, '80002', undefined]);
});
