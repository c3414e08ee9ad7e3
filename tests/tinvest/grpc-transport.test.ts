import { afterEach, describe, expect, spyOn, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { PostOrderResponse } from 'tinkoff-invest-api/dist/generated/orders.js';
import { GetAccountsResponse } from 'tinkoff-invest-api/dist/generated/users.js';
import { systemClock } from '../../src/clock.ts';
import { Bug } from '../../src/core/assert.ts';
import { lotSize, lots } from '../../src/core/units.ts';
import { WorldError } from '../../src/ports.ts';
import { trustedRoots } from '../../src/tinvest/certificates.ts';
import { createGrpcTransport, isLoopback } from '../../src/tinvest/grpc-transport.ts';
import { ALLOWED_PATHS } from '../../src/tinvest/methods.ts';
import { createTInvest } from '../../src/tinvest/tinvest.ts';
import { type Transport, TransportFailure } from '../../src/tinvest/transport.ts';
import {
  type ByteServer,
  type ServedAnswer,
  type ServedCall,
  startByteServer,
  tlsFile,
} from '../support/grpc-byte-server.ts';
import { bytesOf } from '../support/wire-venue.ts';

const V1 = '/tinkoff.public.invest.api.contract.v1';
const ACCOUNTS = `${V1}.UsersService/GetAccounts`;
const CALL = { deadlineMs: 10_000, metadata: { authorization: 'Bearer t.test' } };

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const release of cleanUp.splice(0).reverse()) release();
});

async function serving(
  answer: (call: ServedCall) => ServedAnswer | null,
  options: { tls?: boolean; caFile?: string | null } = {},
): Promise<{ server: ByteServer; transport: Transport }> {
  const server = await startByteServer([...ALLOWED_PATHS, '/x.Y/Forbidden'], answer, options);
  cleanUp.push(() => server.stop());
  return { server, transport: connecting(server.port, options) };
}

function connecting(port: number, options: { tls?: boolean; caFile?: string | null } = {}): Transport {
  const transport = createGrpcTransport({
    endpoint: `localhost:${port}`,
    caFile: options.caFile ?? null,
    clock: systemClock,
    ...(options.tls ? { secure: true } : {}),
  });
  cleanUp.push(() => transport.close());
  return transport;
}

/** Every answer is one message that is flagged as compressed. Its port. */
async function squeezed(headers: Record<string, string>): Promise<number> {
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', ...headers },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from([1, 0, 0, 0, 1, 0]));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  cleanUp.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const failureOf = async (work: Promise<unknown>): Promise<TransportFailure> => {
  const error = await work.catch((reason: unknown) => reason);
  if (error instanceof TransportFailure) return error;
  throw new Error(`expected a TransportFailure, got ${String(error)}`);
};

describe('a call over gRPC', () => {
  test('brings the bytes, and the metadata from before and after them', async () => {
    const { server, transport } = await serving(() => ({
      body: Buffer.from('reply'),
      headers: { 'x-tracking-id': 'track', 'x-ratelimit-limit': '100, 100;w=60' },
      trailers: { 'x-late': 'yes' },
    }));
    const reply = await transport.unary(ACCOUNTS, Buffer.from('request'), CALL);
    expect(Buffer.from(reply.body).toString()).toBe('reply');
    expect([
      ...['x-tracking-id', 'x-ratelimit-limit', 'x-late'].map((name) => reply.headers.get(name)),
    ]).toEqual(['track', '100, 100;w=60', 'yes']);
    expect(server.seen[0]?.request.toString()).toBe('request');
    expect(server.seen[0]?.metadata.authorization).toBe('Bearer t.test');
  });

  test('that failed brings the status, the number and the trailing metadata', async () => {
    const { transport } = await serving(() => ({
      code: status.INVALID_ARGUMENT,
      details: '30057',
      trailers: { message: 'The order is a duplicate', 'x-tracking-id': 'track' },
    }));
    const failure = await failureOf(transport.unary(ACCOUNTS, new Uint8Array(), CALL));
    expect([failure.status, failure.details, failure.local]).toEqual(['INVALID_ARGUMENT', '30057', false]);
    expect(failure.headers.get('message')).toBe('The order is a duplicate');
    expect(failure.headers.get('x-tracking-id')).toBe('track');
  });

  test('that is never answered ends at its deadline', async () => {
    const { transport } = await serving(() => null);
    const failure = await failureOf(transport.unary(ACCOUNTS, new Uint8Array(), { ...CALL, deadlineMs: 50 }));
    expect(failure.status).toBe('DEADLINE_EXCEEDED');
  });

  test('may bring a list of many megabytes', async () => {
    const body = new Uint8Array(6_000_000).fill(7);
    const { transport } = await serving(() => ({ body }));
    expect((await transport.unary(ACCOUNTS, new Uint8Array(), CALL)).body.length).toBe(6_000_000);
  });

  test('to nobody is UNAVAILABLE', async () => {
    const server = await startByteServer([ACCOUNTS], () => null);
    server.stop();
    expect((await failureOf(connecting(server.port).unary(ACCOUNTS, new Uint8Array(), CALL))).status).toBe(
      'UNAVAILABLE',
    );
  });

  test('over a connection that breaks is not a refusal', async () => {
    const { server, transport } = await serving(() => {
      server.stop();
      return null;
    });
    const failure = await failureOf(transport.unary(ACCOUNTS, new Uint8Array(), CALL));
    expect(['UNAVAILABLE', 'CANCELLED', 'INTERNAL']).toContain(failure.status);
  });

  test('after close fails and sends nothing', async () => {
    const { server, transport } = await serving(() => ({}));
    transport.close();
    expect((await failureOf(transport.unary(ACCOUNTS, new Uint8Array(), CALL))).status).toBe('CANCELLED');
    expect(server.seen).toHaveLength(0);
  });
});

describe('the allow-list', () => {
  test('lets out what this program needs, and nothing that moves money between accounts', () => {
    expect([...ALLOWED_PATHS].map((path) => path.slice(V1.length + 1)).sort()).toEqual([
      'InstrumentsService/Etfs',
      'InstrumentsService/FindInstrument',
      'InstrumentsService/GetAssetBy',
      'InstrumentsService/GetInstrumentBy',
      'InstrumentsService/Shares',
      'InstrumentsService/TradingSchedules',
      'MarketDataService/GetCandles',
      'MarketDataService/GetLastPrices',
      'MarketDataService/GetOrderBook',
      'MarketDataService/GetTradingStatuses',
      'OperationsService/GetOperationsByCursor',
      'OperationsService/GetPortfolio',
      'OperationsService/GetPositions',
      'OrdersService/CancelOrder',
      'OrdersService/GetOrderState',
      'OrdersService/GetOrders',
      'OrdersService/PostOrder',
      'SandboxService/CancelSandboxOrder',
      'SandboxService/GetSandboxAccounts',
      'SandboxService/GetSandboxOperationsByCursor',
      'SandboxService/GetSandboxOrderState',
      'SandboxService/GetSandboxOrders',
      'SandboxService/GetSandboxPortfolio',
      'SandboxService/GetSandboxPositions',
      'SandboxService/PostSandboxOrder',
      'UsersService/GetAccounts',
      'UsersService/GetMarginAttributes',
      'UsersService/GetUserTariff',
    ]);
  });

  test.each([
    '/x.Y/Forbidden',
    `${V1}.UsersService/CurrencyTransfer`,
    `${V1}.UsersService/PayIn`,
    `${V1}.StopOrdersService/PostStopOrder`,
    `${V1}.UsersService/GetAccounts/`,
  ])('stops %s on this side', async (path) => {
    const { server, transport } = await serving(() => ({}));
    const error = await transport.unary(path, new Uint8Array(), CALL).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Bug);
    expect(server.seen).toHaveLength(0);
  });
});

describe('TLS', () => {
  const hello = () => ({ body: Buffer.from('hello') });

  test('trusts the named root', async () => {
    const { transport } = await serving(hello, { tls: true, caFile: tlsFile('test-only-ca.pem') });
    const reply = await transport.unary(ACCOUNTS, new Uint8Array(), CALL);
    expect(Buffer.from(reply.body).toString()).toBe('hello');
  });

  test.each<[string, string | null]>([
    ['no root', null],
    ['another root', tlsFile('test-only-other-ca.pem')],
  ])('with %s refuses the connection and says what to do', async (_, caFile) => {
    const { server, transport } = await serving(hello, { tls: true, caFile });
    const failure = await failureOf(transport.unary(ACCOUNTS, new Uint8Array(), CALL));
    expect(failure.status).toBe('UNAVAILABLE');
    for (const word of [
      'Russian Trusted Root CA',
      'gu-st.ru/content/lending/russian_trusted_root_ca_pem.crt',
      'D26D2D0231B7C39F92CC738512BA54103519E4405D68B5BD703E9788CA8ECF31',
      'openssl x509 -in FILE -noout -fingerprint -sha256',
      '"ca_file" of CONFIG.json',
    ])
      expect(failure.details).toContain(word);
    expect(server.seen).toHaveLength(0);
  });

  test.each([
    ['localhost:50051', true],
    ['LOCALHOST:1', true],
    ['127.0.0.1:50051', true],
    ['[::1]:50051', true],
    ['localhost', true],
    ['localhost.example.com:443', false],
    ['localhost@example.com:443', false],
    ['127.0.0.2:443', false],
    ['invest-public-api.tbank.ru:443', false],
  ])('%s is plain text: %p', (endpoint, plain) => {
    expect(isLoopback(endpoint)).toBe(plain);
  });
});

describe('a file of roots', () => {
  const written = (text: string): string => {
    const directory = mkdtempSync(join(tmpdir(), 'tiebb-ca-'));
    cleanUp.push(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'ca.pem');
    writeFileSync(file, text);
    return file;
  };

  test('is added to the usual roots', () => {
    const count = (roots: Buffer) => roots.toString().split('BEGIN CERTIFICATE').length - 1;
    expect(count(trustedRoots(tlsFile('test-only-ca.pem')))).toBe(count(trustedRoots(null)) + 1);
  });

  test('that is missing, a directory, not PEM or damaged is an error that names it', () => {
    expect(() => trustedRoots('/no/such/file.pem')).toThrow('/no/such/file.pem, which cannot be read');
    expect(() => trustedRoots(tmpdir())).toThrow('which cannot be read');
    expect(() => trustedRoots(written('0\x82\x05not pem'))).toThrow('openssl x509 -inform der');
    const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(() => trustedRoots(written(damaged))).toThrow('certificate 1 in');
  });

  test('that cannot serve is an error at the start, also where the channel is plain text', () => {
    expect(() =>
      createGrpcTransport({ endpoint: 'localhost:1', caFile: '/no/such/file.pem', clock: systemClock }),
    ).toThrow('"ca_file" of CONFIG.json');
  });
});

describe('the adapter over gRPC', () => {
  const adapter = (transport: Transport) =>
    createTInvest({ transport, clock: systemClock, random: () => 0, token: () => 't.test', broker: 'live' });

  test('reads accounts', async () => {
    const { transport } = await serving(({ path }) =>
      path === ACCOUNTS
        ? { body: bytesOf(GetAccountsResponse, { accounts: [{ id: '1', name: 'Main' }] }) }
        : { code: status.PERMISSION_DENIED, details: '40002' },
    );
    const [account] = await adapter(transport).broker.accounts();
    expect(account?.name).toBe('Main');
  });

  const ORDER = {
    key: '7c9e6679-7425-50de-944b-e07fc1f90ae7',
    brokerAccount: '1',
    uid: 'u',
    side: 'buy',
    lots: lots(1n),
    lot: lotSize(1n),
    type: 'market',
    limit: null,
    confirmMargin: false,
  } as const;

  test('a reply that is too large for the channel leaves an order unknown', async () => {
    const { transport } = await serving(() => ({ body: new Uint8Array(101 * 1024 * 1024) }));
    expect((await adapter(transport).broker.post(ORDER)).kind).toBe('unknown');
  });

  test.each([
    ['is not announced', {}],
    ['nobody here knows', { 'grpc-encoding': 'br' }],
  ])('a reply whose compression %s is no reply, and leaves an order unknown', async (_, encoding) => {
    const transport = connecting(await squeezed(encoding));
    const outcome = await adapter(transport).broker.post(ORDER);
    expect(outcome).toMatchObject({
      kind: 'unknown',
      refusal: { message: expect.stringMatching(/^Failed to decompress/) },
    });
  });

  test('a header that cannot be said is not said on stderr either', async () => {
    const said = spyOn(console, 'error').mockImplementation(() => {});
    cleanUp.push(() => said.mockRestore());
    const transport = connecting(await squeezed({ 'x-tracking-id': 'Bearer\tt.test' }));
    await adapter(transport).broker.post(ORDER);
    expect(said.mock.calls).toEqual([]);
  });

  test('an order is taken', async () => {
    const { transport } = await serving(({ path }) => ({
      body: path.endsWith('PostOrder')
        ? bytesOf(PostOrderResponse, {
            orderId: 'E-1',
            executionReportStatus: 'EXECUTION_REPORT_STATUS_NEW',
            lotsRequested: 1,
            direction: 'ORDER_DIRECTION_BUY',
          })
        : new Uint8Array(),
    }));
    expect((await adapter(transport).broker.post(ORDER)).kind).toBe('accepted');
  });

  test('a certificate that is not trusted is not tried again', async () => {
    const { transport } = await serving(() => ({}), { tls: true });
    const error = await adapter(transport)
      .broker.accounts()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'unreachable', code: 'UNTRUSTED_CERTIFICATE' });
    expect(String(error)).toContain('Russian Trusted Root CA');
  });

  test('a token is refused in words', async () => {
    const { transport } = await serving(() => ({ code: status.UNAUTHENTICATED, details: '40003' }));
    const error = await adapter(transport)
      .broker.accounts()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WorldError);
    expect((error as WorldError).kind).toBe('token');
    expect(String(error)).not.toContain('t.test');
  });
});
