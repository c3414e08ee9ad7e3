// A plain gRPC client of the contract for tests of the venue: typed by the generated codecs, with all metadata shown.

import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Quotation } from 'tinkoff-invest-api/dist/generated/common.js';
import { InstrumentsServiceDefinition } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { MarketDataServiceDefinition } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { OperationsServiceDefinition } from 'tinkoff-invest-api/dist/generated/operations.js';
import {
  OrderDirection,
  OrdersServiceDefinition,
  OrderType,
  PostOrderRequest,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import { SandboxServiceDefinition } from 'tinkoff-invest-api/dist/generated/sandbox.js';
import { UsersServiceDefinition } from 'tinkoff-invest-api/dist/generated/users.js';
import { createExchange, type Exchange, type ExchangeOptions } from '../../src/exchange/exchange.ts';
import { serveExchange } from '../../src/exchange/grpc-server.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

/** Friday 2026-11-20, 13:00 Moscow. */
export const FRIDAY_NOON = Date.UTC(2026, 10, 20, 10);
export const TOKEN = 't.test-token';

interface Codec<M> {
  encode(message: M): { finish(): Uint8Array };
  decode(bytes: Uint8Array): M;
}
interface Method<Request, Reply> {
  readonly name: string;
  readonly requestType: Codec<Request>;
  readonly responseType: Codec<Reply>;
}

export interface Answer<Reply> {
  readonly reply: Reply | null;
  /** Set when the call failed. */
  readonly error: { readonly status: number; readonly code: string; readonly message: string } | null;
  readonly headers: Record<string, string>;
  readonly trailers: Record<string, string>;
}

const plain = (metadata: Metadata | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(metadata?.getMap() ?? {}).map(([key, value]) => [key, value.toString()]));

export class VenueClient {
  private readonly client: Client;
  constructor(
    endpoint: string,
    private readonly token: string = TOKEN,
    private readonly deadlineMs = 5_000,
  ) {
    this.client = new Client(endpoint, credentials.createInsecure());
  }

  call<Request, Reply>(
    service: { readonly fullName: string },
    method: Method<Request, Reply>,
    request: Request,
    bytes: Uint8Array = method.requestType.encode(request).finish(),
  ): Promise<Answer<Reply>> {
    return this.send(`/${service.fullName}/${method.name}`, method, bytes);
  }

  private send<Request, Reply>(
    path: string,
    method: Method<Request, Reply>,
    bytes: Uint8Array,
  ): Promise<Answer<Reply>> {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${this.token}`);
    let headers: Record<string, string> = {};
    return new Promise((resolve) => {
      const done = (error: ServiceError | null, reply?: Reply) =>
        resolve({
          reply: reply ?? null,
          error: error && {
            status: error.code,
            code: error.details,
            message: plain(error.metadata).message ?? '',
          },
          headers,
          trailers: plain(error?.metadata),
        });
      const call = this.client.makeUnaryRequest(
        path,
        (sent: Uint8Array) => Buffer.from(sent),
        (body: Buffer) => method.responseType.decode(body),
        bytes,
        metadata,
        { deadline: new Date(performance.timeOrigin + performance.now() + this.deadlineMs) },
        done,
      );
      call.on('metadata', (received) => {
        headers = plain(received);
      });
    });
  }

  instruments = bind(this, InstrumentsServiceDefinition);
  market = bind(this, MarketDataServiceDefinition);
  operations = bind(this, OperationsServiceDefinition);
  orders = bind(this, OrdersServiceDefinition);
  users = bind(this, UsersServiceDefinition);
  sandbox = bind(this, SandboxServiceDefinition);

  close(): void {
    this.client.close();
  }
}

type Definition = { readonly fullName: string; readonly methods: Record<string, unknown> };
type RequestOf<M> = M extends { requestType: { decode(...args: never[]): infer R } } ? R : never;
type ReplyOf<M> = M extends { responseType: { decode(...args: never[]): infer R } } ? R : never;

/** `call('methodName', request)` with the types of the contract; absent fields take their defaults. */
function bind<D extends Definition>(client: VenueClient, service: D) {
  return <K extends keyof D['methods'] & string>(
    name: K,
    request: Partial<RequestOf<D['methods'][K]>> = {},
  ): Promise<Answer<ReplyOf<D['methods'][K]>>> => {
    const method = service.methods[name] as Method<RequestOf<D['methods'][K]>, ReplyOf<D['methods'][K]>>;
    const empty = method.requestType.decode(new Uint8Array());
    return client.call(service, method, { ...(empty as object), ...request } as RequestOf<D['methods'][K]>);
  };
}

export const nano = (value: Quotation | undefined): bigint =>
  BigInt(value?.units ?? 0) * 1_000_000_000n + BigInt(value?.nano ?? 0);

let keys = 0;
/** A fresh idempotency key, the same in every run. */
export const freshKey = (): string => {
  keys += 1;
  return `00000000-0000-4000-8000-${keys.toString().padStart(12, '0')}`;
};

export interface OrderWish {
  readonly accountId: string;
  readonly uid: string;
  readonly side: 'buy' | 'sell';
  readonly lots: number;
  readonly type?: 'market' | 'limit' | 'bestprice';
  readonly price?: Quotation;
  readonly key?: string;
  readonly timeInForce?: number;
}

const TYPES = {
  market: OrderType.ORDER_TYPE_MARKET,
  limit: OrderType.ORDER_TYPE_LIMIT,
  bestprice: OrderType.ORDER_TYPE_BESTPRICE,
} as const;

export const orderMessage = (wish: OrderWish): PostOrderRequest => ({
  ...PostOrderRequest.decode(new Uint8Array()),
  quantity: wish.lots,
  direction: wish.side === 'buy' ? OrderDirection.ORDER_DIRECTION_BUY : OrderDirection.ORDER_DIRECTION_SELL,
  accountId: wish.accountId,
  orderType: TYPES[wish.type ?? 'market'],
  orderId: wish.key ?? freshKey(),
  instrumentId: wish.uid,
  price: wish.price,
  timeInForce: wish.timeInForce ?? 0,
});

export interface TestVenue {
  readonly clock: ManualClock;
  readonly exchange: Exchange;
  readonly client: VenueClient;
  readonly endpoint: string;
  post(wish: OrderWish): Promise<Answer<ReplyOf<typeof OrdersServiceDefinition.methods.postOrder>>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A served venue with one token; prices stand still unless told otherwise. */
export async function testVenue(
  options: Partial<ExchangeOptions> & { readonly startMs?: number } = {},
): Promise<TestVenue> {
  const clock = createManualClock(options.startMs ?? FRIDAY_NOON);
  const exchange = createExchange({ clock, seed: 7, liveliness: 0, ...options });
  const served = await serveExchange(exchange, { tokens: [TOKEN] });
  const client = new VenueClient(served.endpoint);
  return {
    clock,
    exchange,
    client,
    endpoint: served.endpoint,
    post: (wish) => client.orders('postOrder', orderMessage(wish)),
    async [Symbol.asyncDispose]() {
      client.close();
      await served.close();
    },
  };
}
