// What was done in an account: against the embedded exchange, and replies that no sound venue gives.

import { describe, expect, test } from 'bun:test';
import {
  GetOperationsByCursorRequest,
  GetOperationsByCursorResponse,
  OperationState,
  OperationType,
} from 'tinkoff-invest-api/dist/generated/operations.js';
import { decimal, lotSize, lots } from '../../src/core/units.ts';
import { createExchange, type ExchangeOptions } from '../../src/exchange/exchange.ts';
import { type Operation, WorldError } from '../../src/ports.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import { exchangeTransport } from '../support/exchange-transport.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { bytesOf, failure, type Script } from '../support/wire-venue.ts';
import { ACCOUNT, NOW, withVenue } from './with-venue.ts';

const TOKEN = 't.test';

function atExchange(options: Partial<ExchangeOptions> = {}) {
  const clock = createManualClock(NOW);
  const exchange = createExchange({ clock, seed: 7, liveliness: 0, ...options });
  const sandbox = options.contour === 'sandbox';
  const { broker } = createTInvest({
    transport: exchangeTransport(exchange, clock),
    clock,
    random: () => 0.5,
    token: () => TOKEN,
    broker: sandbox ? 'sandbox' : 'live',
  });
  const { id } = exchange.openAccount({ token: TOKEN, sandbox, cash: '1000' });
  const asked = () => exchange.log.calls.filter((call) => call.method.includes('Operations'));
  return { clock, exchange, broker, id, asked };
}

const said = (operations: readonly Operation[]) =>
  operations.map(({ kind, uid, amount }) => [kind, uid, decimal(amount)]);

describe('at the exchange', () => {
  test('operations are what moved the cash, oldest first, without commissions', async () => {
    const { clock, exchange, broker, id } = atExchange();
    const { uid } = exchange.instrument('TPAY');
    await clock.advance(1_000);
    const order = { brokerAccount: id, uid, lot: lotSize(1n), type: 'market', limit: null } as const;
    const keys = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;
    await broker.post({ ...order, key: keys[0], side: 'buy', lots: lots(5n), confirmMargin: false });
    await clock.advance(1_000);
    exchange.payOut('TPAY', '0.90');
    await clock.advance(1_000);
    await broker.post({ ...order, key: keys[1], side: 'sell', lots: lots(5n), confirmMargin: false });
    exchange.withdraw(id, '100');
    exchange.deposit(id, '7', 'usd');
    exchange.giveSecurities(id, 'GAZP', 10);
    const operations = await broker.operations(id, NOW - 1, clock.now());
    expect(said(operations)).toEqual([
      ['deposit', '', '1000.00'],
      ['buy', uid, '-502.20'],
      ['other', uid, '4.50'],
      ['sell', uid, '497.65'],
      ['withdrawal', '', '-100.00'],
      ['other', exchange.instrument('GAZP').uid, '0.00'],
    ]);
    expect(operations.map(({ atMs }) => atMs - NOW)).toEqual([0, 1_000, 2_000, 3_000, 3_000, 3_000]);
  });

  test('a span begins after its first instant and ends with its last', async () => {
    const { clock, exchange, broker, id } = atExchange();
    for (const amount of ['1', '2', '3']) {
      await clock.advance(10);
      exchange.deposit(id, amount);
    }
    const amounts = async (from: number, to: number) =>
      (await broker.operations(id, NOW + from, NOW + to)).map(({ amount }) => decimal(amount, 0));
    expect(await amounts(10, 20)).toEqual(['2']);
    expect(await amounts(9, 20)).toEqual(['1', '2']);
    expect(await amounts(10, 19)).toEqual([]);
    expect(await amounts(20, 30)).toEqual(['3']);
  });

  test('without an end is read to the newest, whatever the clock here says', async () => {
    const { clock, exchange, broker, id } = atExchange();
    await clock.advance(10);
    exchange.deposit(id, '1');
    await clock.advance(10);
    exchange.deposit(id, '2');
    const operations = await broker.operations(id, NOW + 5, null);
    expect(operations.map(({ amount }) => decimal(amount, 0))).toEqual(['1', '2']);
  });

  test('more than a page is read to its end', async () => {
    const { clock, exchange, broker, id, asked } = atExchange();
    await clock.advance(1);
    for (let count = 1; count <= 2_001; count += 1) exchange.deposit(id, `${count}`);
    const operations = await broker.operations(id, NOW, NOW + 1);
    expect(operations.map(({ amount }) => decimal(amount, 0))).toEqual(
      Array.from({ length: 2_001 }, (_, index) => `${index + 1}`),
    );
    expect(asked()).toHaveLength(3);
  });

  test.each(['live', 'sandbox'] as const)('the %s account asks its own contour', async (contour) => {
    const { broker, id, asked } = atExchange({ contour });
    expect(said(await broker.operations(id, NOW - 1, NOW))).toEqual([['deposit', '', '1000.00']]);
    expect(asked().map((call) => `${call.service}/${call.method}`)).toEqual([
      contour === 'live'
        ? 'OperationsService/GetOperationsByCursor'
        : 'SandboxService/GetSandboxOperationsByCursor',
    ]);
  });

  test('an account of somebody else is an error of the account', async () => {
    const { exchange, broker } = atExchange();
    const other = exchange.openAccount({ token: 't.other', cash: '1' });
    expect((await worldErrorOf(broker.operations(other.id, NOW - 1, NOW))).kind).toBe('account');
  });
});

const METHOD = 'OperationsService/GetOperationsByCursor';
const FROM = NOW - 1_000;

const ITEM = {
  cursor: 'c',
  brokerAccountId: ACCOUNT,
  id: 'op-1',
  date: new Date(NOW).toISOString(),
  type: 'OPERATION_TYPE_INPUT',
  state: 'OPERATION_STATE_EXECUTED',
  payment: { currency: 'rub', units: 10, nano: 0 },
};
const page = (items: readonly object[], nextCursor?: string) =>
  bytesOf(GetOperationsByCursorResponse, {
    items,
    hasNext: nextCursor !== undefined,
    nextCursor: nextCursor ?? '',
  });

const reading = (answer: Script[string]) => withVenue({ [METHOD]: answer });
const read = (...items: readonly object[]) =>
  reading(() => page(items)).broker.operations(ACCOUNT, FROM, NOW);

async function worldErrorOf(work: Promise<unknown>): Promise<WorldError> {
  const error = await work.catch((reason: unknown) => reason);
  if (error instanceof WorldError) return error;
  throw new Error(`expected a WorldError, got ${JSON.stringify(error, (_, one) => String(one))}`);
}

describe('the request', () => {
  test('wants what was executed in the span, and as little else as it can say', async () => {
    const { broker, venue } = reading((_, turn) =>
      turn === 0 ? page([ITEM], 'next') : page([{ ...ITEM, id: 'op-2' }]),
    );
    expect(await broker.operations(ACCOUNT, FROM, NOW)).toHaveLength(2);
    const sent = venue.calls
      .filter((call) => call.method === METHOD)
      .map((call) => GetOperationsByCursorRequest.decode(call.request));
    expect(sent[0]).toEqual({
      accountId: ACCOUNT,
      instrumentId: undefined,
      from: new Date(FROM),
      // The venue may leave its last instant out.
      to: new Date(NOW + 1),
      cursor: undefined,
      limit: 1_000,
      operationTypes: [],
      state: OperationState.OPERATION_STATE_EXECUTED,
      withoutCommissions: true,
      withoutTrades: true,
      withoutOvernights: true,
    });
    expect(sent[1]).toEqual({ ...sent[0]!, cursor: 'next' });
  });

  test('says no end where none is meant, and is made from any instant', async () => {
    const { broker, venue } = reading(() => page([ITEM]));
    expect(await broker.operations(ACCOUNT, FROM, null)).toHaveLength(1);
    expect(await broker.operations(ACCOUNT, NOW + 1_000, null)).toEqual([]);
    // By a clock that is ahead the venue's own end would come before the beginning.
    const asked = venue.calls.filter(({ method }) => method === METHOD).at(-1);
    const { from, to } = GetOperationsByCursorRequest.decode(asked!.request);
    expect([from, to]).toEqual([new Date(NOW + 1_000 - 3_600_000), undefined]);
    const ends = venue.calls
      .filter((call) => call.method === METHOD)
      .map((call) => GetOperationsByCursorRequest.decode(call.request).to);
    expect(ends).toEqual([undefined, undefined]);
  });

  test.each([
    ['empty', NOW, NOW],
    ['turned round by a clock that was set back', NOW, NOW - 1],
  ])('is not made for a span that is %s', async (_, from, to) => {
    const { broker, venue } = reading(() => page([ITEM]));
    expect(await broker.operations(ACCOUNT, from, to)).toEqual([]);
    expect(venue.count(METHOD)).toBe(0);
  });

  test('is repeated as it was where a page does not come; a page that never comes is no shorter list', async () => {
    const { broker, venue } = reading((_, turn) =>
      turn === 0 ? page([ITEM], 'next') : turn < 3 ? failure('UNAVAILABLE') : page([]),
    );
    expect(await broker.operations(ACCOUNT, FROM, NOW)).toHaveLength(1);
    expect(venue.count(METHOD)).toBe(4);
    const lost = reading((_, turn) => (turn === 0 ? page([ITEM], 'next') : failure('UNAVAILABLE')));
    expect((await worldErrorOf(lost.broker.operations(ACCOUNT, FROM, NOW))).kind).toBe('unreachable');
  });
});

describe('kinds', () => {
  const EXPECTED: Readonly<Record<string, Operation['kind']>> = {
    BUY: 'buy',
    BUY_CARD: 'buy',
    BUY_MARGIN: 'buy',
    DELIVERY_BUY: 'buy',
    SELL: 'sell',
    SELL_CARD: 'sell',
    SELL_MARGIN: 'sell',
    DELIVERY_SELL: 'sell',
    INPUT: 'deposit',
    INPUT_SWIFT: 'deposit',
    INPUT_ACQUIRING: 'deposit',
    INP_MULTI: 'deposit',
    OUTPUT: 'withdrawal',
    OUTPUT_SWIFT: 'withdrawal',
    OUTPUT_ACQUIRING: 'withdrawal',
    OUT_MULTI: 'withdrawal',
  };
  const names = Object.keys(OperationType).filter((name) => name.startsWith('OPERATION_TYPE_'));

  test('are told from every type that the contract names; what is not listed here is other', async () => {
    expect(names.length).toBeGreaterThan(60);
    const found = await read(...names.map((type, index) => ({ ...ITEM, id: `op-${index}`, type })));
    const kindOf = new Map(found.map(({ id, kind }) => [id, kind]));
    for (const [index, name] of names.entries())
      expect([name, kindOf.get(`op-${index}`)]).toEqual([
        name,
        EXPECTED[name.replace('OPERATION_TYPE_', '')] ?? 'other',
      ]);
    expect(Object.keys(EXPECTED).filter((name) => !names.includes(`OPERATION_TYPE_${name}`))).toEqual([]);
  });

  test.each<number>([66, 70, 999, -1])('are other for type %i, which nobody knows', async (type) => {
    const message = GetOperationsByCursorResponse.decode(page([ITEM]));
    message.items[0]!.type = type as OperationType;
    const { broker } = reading(() => GetOperationsByCursorResponse.encode(message).finish());
    expect(said(await broker.operations(ACCOUNT, FROM, NOW))).toEqual([['other', '', '10.00']]);
  });
});

describe('a reply', () => {
  test.each<[string, object, string]>([
    ['with a fraction of a kopeck', { units: 0, nano: -1 }, '-0.000000001'],
    ['of nothing', { units: 0, nano: 0 }, '0.00'],
    ['of nothing in no currency', { currency: '', units: 0, nano: 0 }, '0.00'],
    ['in capital letters', { currency: 'RUB' }, '10.00'],
    ['of a deposit that was taken back', { units: -3, nano: -500_000_000 }, '-3.50'],
  ])('%s is exact', async (_, payment, amount) => {
    const found = await read({ ...ITEM, payment: { ...ITEM.payment, ...payment } });
    expect(said(found)).toEqual([['deposit', '', amount]]);
  });

  test.each<[string, object]>([
    ['in another currency', { payment: { currency: 'usd', units: 5, nano: 0 } }],
    ['cancelled', { state: 'OPERATION_STATE_CANCELED' }],
    ['under way', { state: 'OPERATION_STATE_PROGRESS', id: '', payment: undefined }],
    ['at the first instant', { date: new Date(FROM).toISOString() }],
    ['after the last one', { date: new Date(NOW + 1).toISOString() }],
  ])('leaves out what is %s', async (_, change) => {
    const found = await read({ ...ITEM, ...change }, { ...ITEM, id: 'op-2' });
    expect(found.map(({ id }) => id)).toEqual(['op-2']);
  });

  test('that shows an operation twice counts it once', async () => {
    const { broker } = reading((_, turn) => (turn === 0 ? page([ITEM], 'next') : page([ITEM])));
    expect(await broker.operations(ACCOUNT, FROM, NOW)).toHaveLength(1);
  });

  test.each<[string, object, string]>([
    ['mixes signs', { payment: { currency: 'rub', units: 1, nano: -1 } }, 'mixes signs'],
    ['has a nano of a whole unit', { payment: { currency: 'rub', units: 1, nano: 1_000_000_000 } }, 'nano'],
    ['has no payment', { payment: undefined }, 'payment of operation op-1 is missing'],
    ['has no currency', { payment: { currency: '', units: 1, nano: 0 } }, 'has no currency'],
    ['has no id', { id: '' }, 'no id'],
    ['has no time', { date: undefined }, 'no time'],
    ['is from 1970', { date: '1970-01-01T00:00:00Z' }, 'no time'],
    ['is of another account', { brokerAccountId: '2000000002' }, '2000000002'],
    ['has no state', { state: 'OPERATION_STATE_UNSPECIFIED' }, 'state 0'],
    ['has an unknown state', { state: 17 }, 'state -1'],
  ])('with an operation that %s is refused', async (_, change, words) => {
    const error = await worldErrorOf(read({ ...ITEM, ...change }));
    expect(error.kind).toBe('refused_data');
    expect(error.message).toContain(words);
  });

  test.each<[string, object]>([
    ['amount', { payment: { currency: 'rub', units: 11, nano: 0 } }],
    ['kind', { type: 'OPERATION_TYPE_TAX' }],
    ['time', { date: new Date(NOW - 1).toISOString() }],
    ['instrument', { instrumentUid: 'other' }],
  ])('with one id and two meanings (%s) is refused', async (_, change) => {
    const error = await worldErrorOf(read(ITEM, { ...ITEM, ...change }));
    expect([error.kind, error.message]).toEqual(['refused_data', expect.stringContaining('two meanings')]);
  });
});

describe('pages', () => {
  test.each<[string, readonly string[], number]>([
    ['back to the beginning', [''], 1],
    ['to itself', ['a', 'a'], 2],
    ['in a circle', ['a', 'b', 'a'], 3],
  ])('that lead %s end in an error', async (_, cursors, calls) => {
    const { broker, venue } = reading((_, turn) => page([ITEM], cursors[turn % cursors.length]));
    const error = await worldErrorOf(broker.operations(ACCOUNT, FROM, NOW));
    expect([error.kind, error.message]).toEqual(['refused_data', expect.stringContaining('read already')]);
    expect(venue.count(METHOD)).toBe(calls);
  });

  test('end at fifty, which is still a whole list', async () => {
    const last = (most: number) =>
      reading((_, turn) => page([{ ...ITEM, id: `op-${turn}` }], turn + 1 < most ? `c-${turn}` : undefined));
    const fifty = last(50);
    expect(await fifty.broker.operations(ACCOUNT, FROM, NOW)).toHaveLength(50);
    const more = last(51);
    const error = await worldErrorOf(more.broker.operations(ACCOUNT, FROM, NOW));
    expect([error.kind, error.retry]).toEqual(['refused_data', 'later']);
    expect(error.message).toContain('more than 50 pages');
    expect(more.venue.count(METHOD)).toBe(50);
  });
});
