import { describe, expect, test } from 'bun:test';
import { PortfolioResponse, PositionsResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import { GetAccountsResponse } from 'tinkoff-invest-api/dist/generated/users.js';
import { raw } from '../../src/core/units.ts';
import { WorldError } from '../../src/ports.ts';
import { bytesOf, fixture } from '../support/wire-venue.ts';
import { ACCOUNT, withVenue } from './with-venue.ts';

const UID = 'f509af83-6e71-462f-901f-bcb073f6773b';
const loading = fixture('tinvest_positions_limits_loading.json') as Record<string, unknown>;
const settled = { ...loading, limitsLoadingInProgress: false };
const security = { instrumentUid: UID, balance: 1_500, blocked: 0, instrumentType: 'etf' };

const read = (json: object) =>
  withVenue({ 'OperationsService/GetPositions': () => bytesOf(PositionsResponse, json) }).broker.positions(
    ACCOUNT,
  );

const refusalOf = async (work: Promise<unknown>): Promise<WorldError> => {
  const error = await work.catch((reason: unknown) => reason);
  if (error instanceof WorldError) return error;
  throw new Error(`expected a WorldError, got ${String(error)}`);
};

describe('positions', () => {
  test('are pieces and cash, exactly', async () => {
    const positions = await read({
      ...settled,
      securities: [{ ...security, balance: 1_400, blocked: 100, exchangeBlocked: true }],
      blocked: [{ currency: 'RUB', units: 5, nano: 0 }],
    });
    expect(raw(positions.cash)).toBe(1_200_340_000_000n);
    expect(raw(positions.blockedCash)).toBe(5_000_000_000n);
    const [held] = positions.securities;
    expect(held && [held.uid, raw(held.pieces), raw(held.blocked), held.frozen, held.kind]).toEqual([
      UID,
      1_500n,
      100n,
      true,
      'etf',
    ] as never);
  });

  test('without money have no cash; borrowed cash is negative', async () => {
    expect(raw((await read({ ...settled, money: [] })).cash)).toBe(0n);
    const borrowed = await read({ ...settled, money: [{ currency: 'rub', units: -3, nano: -500_000_000 }] });
    expect(raw(borrowed.cash)).toBe(-3_500_000_000n);
  });

  test('show other currencies apart', async () => {
    const positions = await read({
      ...settled,
      money: [
        { currency: 'rub', units: 1, nano: 0 },
        { currency: 'usd', units: 7, nano: 0 },
        { currency: 'eur', units: 0, nano: 0 },
      ],
    });
    expect(positions.foreignCash.map(({ currency, amount }) => [currency, raw(amount)])).toEqual([
      ['usd', 7_000_000_000n],
    ]);
  });

  test('list futures and options under their kind, short ones too', async () => {
    const positions = await read({
      ...settled,
      futures: [{ instrumentUid: 'future-1', balance: -2, blocked: 0 }],
      options: [{ instrumentUid: 'option-1', balance: 1, blocked: 0 }],
    });
    expect(positions.securities.map((one) => [one.kind, raw(one.pieces)])).toEqual([
      ['etf', 1_500n],
      ['future', -2n],
      ['option', 1n],
    ]);
  });

  test.each<[string, object, string]>([
    ['limits are loading', loading, 'still loading'],
    ['they are of another account', { ...settled, accountId: '2000000002' }, '2000000002'],
    ['an instrument occurs twice', { ...settled, securities: [security, security] }, 'occurs twice'],
    ['one is short', { ...settled, securities: [{ ...security, balance: -10 }] }, 'short'],
    ['blocked is negative', { ...settled, securities: [{ ...security, blocked: -10 }] }, 'blocked pieces'],
    ['one has no uid', { ...settled, securities: [{ ...security, instrumentUid: '' }] }, 'no instrument uid'],
    [
      'money has mixed signs',
      { ...settled, money: [{ currency: 'rub', units: 1, nano: -1 }] },
      'mixes signs',
    ],
    [
      'RUB occurs twice',
      {
        ...settled,
        money: [
          { currency: 'rub', units: 1, nano: 0 },
          { currency: 'RUB', units: 1, nano: 0 },
        ],
      },
      'occurs twice',
    ],
    [
      'blocked RUB is negative',
      { ...settled, blocked: [{ currency: 'rub', units: -1, nano: 0 }] },
      'negative',
    ],
  ])('are refused where %s', async (_, json, words) => {
    const error = await refusalOf(read(json));
    expect([error.kind, error.retry]).toEqual(['refused_data', 'soon']);
    expect(error.message).toContain(words);
  });

  test('that do not name their account may be cut short: they are asked for again, and count if they are the same', async () => {
    const whole = { ...settled, securities: [security, { ...security, instrumentUid: `${UID}x` }] };
    const cut = { ...whole, securities: [security], accountId: '' };
    const after = (...replies: readonly object[]) => {
      let count = 0;
      const next = () => bytesOf(PositionsResponse, replies[Math.min(count++, replies.length - 1)] ?? {});
      return withVenue({ 'OperationsService/GetPositions': next }).broker.positions(ACCOUNT);
    };
    expect((await after(cut, whole)).securities).toHaveLength(2);
    expect((await after(cut, cut)).securities).toHaveLength(1);
    const { kind, message } = await refusalOf(after(cut, { ...whole, accountId: '' }));
    expect([kind, message]).toEqual(['refused_data', expect.stringContaining('cut short')]);
  });

  test('with an account that is not echoed are believed', async () => {
    expect((await read({ ...settled, accountId: '' })).securities).toHaveLength(1);
  });
});

describe('average prices', () => {
  const averages = (json: object) =>
    withVenue({
      'OperationsService/GetPortfolio': () => bytesOf(PortfolioResponse, { accountId: ACCOUNT, ...json }),
    }).broker.averagePrices(ACCOUNT);

  test('come by uid; what is missing, zero, foreign or senseless is unknown', async () => {
    const rub = (units: number, nano = 0) => ({ currency: 'rub', units, nano });
    const found = await averages({
      positions: [
        { instrumentUid: 'a', averagePositionPrice: rub(6, 110_000_000), averagePositionPriceFifo: rub(6) },
        { instrumentUid: 'b', averagePositionPrice: rub(0) },
        { instrumentUid: 'c', averagePositionPrice: { currency: 'usd', units: 3, nano: 0 } },
        { instrumentUid: 'd', averagePositionPrice: rub(1, -1) },
      ],
    });
    const a = found.get('a');
    expect([a?.average, a?.fifo].map((one) => (one ? raw(one) : null))).toEqual([
      6_110_000_000n,
      6_000_000_000n,
    ]);
    for (const uid of ['b', 'c', 'd']) expect(found.get(uid)).toEqual({ average: null, fifo: null });
  });

  test('of another account are refused', async () => {
    expect((await refusalOf(averages({ accountId: '2000000002' }))).kind).toBe('refused_data');
  });
});

describe('a portfolio', () => {
  const holds = (...positions: object[]) =>
    withVenue({
      'OperationsService/GetPortfolio': () => bytesOf(PortfolioResponse, { accountId: ACCOUNT, positions }),
    }).broker.holdsSecurities(ACCOUNT);
  const position = (instrumentType: string, units: number, nano = 0) => ({
    instrumentType,
    quantity: { units, nano },
  });

  test('holds securities where something but money is there, whatever of it', async () => {
    expect(await holds()).toBe(false);
    expect(await holds(position('currency', 5_000), position('etf', 0))).toBe(false);
    expect(await holds(position('currency', 5_000), position('share', 1))).toBe(true);
    expect(await holds(position('bond', 0, 500_000_000))).toBe(true);
  });
});

describe('accounts', () => {
  const accounts = (list: object[]) =>
    withVenue({
      'UsersService/GetAccounts': () => bytesOf(GetAccountsResponse, { accounts: list }),
    }).broker.accounts();

  test('are listed with what the token may do', async () => {
    const opened = '2020-01-02T00:00:00.000Z';
    const found = await accounts([
      {
        id: '1',
        name: 'Main',
        type: 'ACCOUNT_TYPE_TINKOFF',
        status: 'ACCOUNT_STATUS_OPEN',
        accessLevel: 'ACCOUNT_ACCESS_LEVEL_FULL_ACCESS',
        openedDate: opened,
      },
      {
        id: '2',
        type: 'ACCOUNT_TYPE_TINKOFF_IIS',
        status: 'ACCOUNT_STATUS_CLOSED',
        accessLevel: 'ACCOUNT_ACCESS_LEVEL_NO_ACCESS',
        openedDate: '1970-01-01T00:00:00Z',
      },
      { id: '3', type: 9, status: 9, accessLevel: 9 },
    ]);
    expect(found).toEqual([
      {
        id: '1',
        name: 'Main',
        type: 'broker',
        status: 'open',
        access: 'full',
        openedAtMs: Date.parse(opened),
      },
      { id: '2', name: '', type: 'iis', status: 'closed', access: 'none', openedAtMs: null },
      { id: '3', name: '', type: 'unknown', status: 'unknown', access: 'unknown', openedAtMs: null },
    ]);
  });

  test('that share an id are refused', async () => {
    expect((await refusalOf(accounts([{ id: '1' }, { id: '1' }]))).kind).toBe('refused_data');
  });
});
