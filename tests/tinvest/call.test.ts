import { describe, expect, test } from 'bun:test';
import { GetLastPricesResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { GetAccountsResponse, GetUserTariffResponse } from 'tinkoff-invest-api/dist/generated/users.js';
import { WorldError } from '../../src/ports.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { bytesOf, createWireVenue, failure, withHeaders } from '../support/wire-venue.ts';
import { NOW, withVenue } from './with-venue.ts';

const ACCOUNTS = bytesOf(GetAccountsResponse, { accounts: [] });

const worldErrorOf = async (work: Promise<unknown>): Promise<WorldError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof WorldError) return error;
  throw new Error(`expected a WorldError, got ${String(error)}`);
};

describe('a read', () => {
  test('is repeated with identical bytes until it succeeds', async () => {
    const { broker, venue, clock } = withVenue({
      'UsersService/GetAccounts': (_, turn) => (turn < 4 ? failure('UNAVAILABLE') : ACCOUNTS),
    });
    expect(await broker.accounts()).toEqual([]);
    const sent = venue.calls.filter((call) => call.method === 'UsersService/GetAccounts');
    expect(sent).toHaveLength(5);
    expect(new Set(sent.map((call) => Buffer.from(call.request).toString('hex'))).size).toBe(1);
    expect(clock.slept).toEqual([1_250, 2_250, 4_250, 8_250]);
  });

  test('is given up after five attempts', async () => {
    const { broker, venue } = withVenue({ 'UsersService/GetAccounts': () => failure('DEADLINE_EXCEEDED') });
    const error = await worldErrorOf(broker.accounts());
    expect([error.kind, error.retry]).toEqual(['unreachable', 'soon']);
    expect(venue.count('UsersService/GetAccounts')).toBe(5);
  });

  test('waits between half a second and thirty', async () => {
    for (const [chance, least, most] of [
      [0, 500, 500],
      [0.999999, 2_000, 16_000],
    ] as const) {
      const { broker, clock } = withVenue(
        { 'UsersService/GetAccounts': () => failure('UNAVAILABLE') },
        { random: () => chance },
      );
      await worldErrorOf(broker.accounts());
      expect([Math.min(...clock.slept), Math.max(...clock.slept)]).toEqual([least, most]);
    }
  });

  test('that cannot succeed is not repeated', async () => {
    const { broker, venue } = withVenue({
      'UsersService/GetAccounts': () => failure('UNAUTHENTICATED', '40003'),
    });
    const error = await worldErrorOf(broker.accounts());
    expect([error.kind, error.code]).toEqual(['token', '40003']);
    expect(venue.count('UsersService/GetAccounts')).toBe(1);
  });

  test('that the rate limit refused goes again after the reset', async () => {
    const { broker, clock } = withVenue({
      'UsersService/GetAccounts': (_, turn) =>
        turn === 0
          ? failure('RESOURCE_EXHAUSTED', '80002', {
              'x-ratelimit-limit': '100, 100;w=60',
              'x-ratelimit-remaining': '0',
              'x-ratelimit-reset': '41',
            })
          : ACCOUNTS,
    });
    const start = clock.now();
    await broker.accounts();
    expect(clock.now() - start).toBe(41_500);
  });

  test('whose reply is cut short is repeated, then refused as data', async () => {
    const whole = bytesOf(GetAccountsResponse, { accounts: [{ id: '2000000001', name: 'Main' }] });
    const { broker, venue } = withVenue({
      'UsersService/GetAccounts': () => whole.subarray(0, whole.length - 3),
    });
    const error = await worldErrorOf(broker.accounts());
    expect(error.kind).toBe('refused_data');
    expect(venue.count('UsersService/GetAccounts')).toBe(5);
  });

  test('with an int64 above 2^53 is refused as data', async () => {
    // last_prices { price { units: 2^60 } }
    const units = Buffer.from([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
    const price = Buffer.concat([Buffer.from([0x12, units.length]), units]);
    const reply = Buffer.concat([Buffer.from([0x0a, price.length]), price]);
    expect(() => GetLastPricesResponse.decode(reply)).toThrow('MAX_SAFE_INTEGER');
    const { market } = withVenue({ 'MarketDataService/GetLastPrices': () => reply });
    expect((await worldErrorOf(market.lastPrices(['u']))).kind).toBe('refused_data');
  });

  test('carries the token and a deadline', async () => {
    const { broker, venue } = withVenue({ 'UsersService/GetAccounts': () => ACCOUNTS });
    await broker.accounts();
    expect(venue.calls[0]?.options).toEqual({
      deadlineMs: 10_000,
      metadata: { authorization: 'Bearer t.test' },
    });
  });
});

describe('the tariff', () => {
  const tariff = (limitPerMinute: number, methods: string[]) =>
    bytesOf(GetUserTariffResponse, { unaryLimits: [{ limitPerMinute, methods }], streamLimits: [] });

  test('is read once, after the first call was sent, and sets the limits', async () => {
    const { broker, venue, clock } = withVenue({
      'UsersService/GetAccounts': () => ACCOUNTS,
      'UsersService/GetUserTariff': () =>
        tariff(5, ['tinkoff.public.invest.api.contract.v1.UsersService/GetAccounts']),
    });
    for (let i = 0; i < 5; i += 1) await broker.accounts();
    expect(venue.calls.map((call) => call.method).slice(0, 2)).toEqual([
      'UsersService/GetAccounts',
      'UsersService/GetUserTariff',
    ]);
    expect(venue.count('UsersService/GetUserTariff')).toBe(1);
    // Four of five a minute, the tariff's own call included.
    expect(clock.slept).toEqual([60_000]);
  });

  test('that cannot be read changes nothing', async () => {
    const { broker, venue } = withVenue({
      'UsersService/GetAccounts': () => ACCOUNTS,
      'UsersService/GetUserTariff': () => failure('PERMISSION_DENIED', '40002'),
    });
    for (let i = 0; i < 10; i += 1) await broker.accounts();
    expect(venue.count('UsersService/GetUserTariff')).toBe(1);
  });
});

test('a higher limit in a reply is used at once', async () => {
  const { broker, clock } = withVenue({
    'UsersService/GetAccounts': () =>
      withHeaders(ACCOUNTS, {
        'x-ratelimit-limit': '2000, 2000;w=60',
        'x-ratelimit-remaining': '1999',
        'x-ratelimit-reset': '60',
      }),
  });
  for (let i = 0; i < 200; i += 1) await broker.accounts();
  expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(10_000);
});

test('a failure is logged with its number, text and tracking id, and without the token', async () => {
  const lines: string[] = [];
  const note = (fields: object, message: string) => lines.push(JSON.stringify({ ...fields, message }));
  const { broker } = createTInvest({
    transport: createWireVenue({
      'UsersService/GetAccounts': () =>
        failure('UNAUTHENTICATED', '40003', { message: 'Token is invalid', 'x-tracking-id': 'track' }),
    }),
    clock: createManualClock(NOW, { patient: false }),
    random: () => 0,
    token: () => 't.secret',
    broker: 'live',
    log: { debug: note, warn: note },
  });
  await worldErrorOf(broker.accounts());
  const line = lines.find((one) => one.includes('GetAccounts')) ?? '';
  for (const word of ['40003', 'Token is invalid', 'track']) expect(line).toContain(word);
  expect(lines.join()).not.toContain('t.secret');
});

test('after close nothing waits any longer', async () => {
  const { broker, close, venue } = withVenue({ 'UsersService/GetAccounts': () => failure('UNAVAILABLE') });
  close();
  expect((await worldErrorOf(broker.accounts())).kind).toBe('unreachable');
  expect(venue.count('UsersService/GetAccounts')).toBe(1);
});
