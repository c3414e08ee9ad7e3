// Every method of the venue that this program may call, with its codecs, its limit and its deadline (t-invest's limits
// per minute are in throttle.ts). The transport refuses any other path.
// Guarantees: only PostOrder and CancelOrder are writes; an order never goes to the other contour.

import { InstrumentsServiceDefinition } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { MarketDataServiceDefinition } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { OperationsServiceDefinition } from 'tinkoff-invest-api/dist/generated/operations.js';
import { OrdersServiceDefinition } from 'tinkoff-invest-api/dist/generated/orders.js';
import { SandboxServiceDefinition } from 'tinkoff-invest-api/dist/generated/sandbox.js';
import { UsersServiceDefinition } from 'tinkoff-invest-api/dist/generated/users.js';
import { assertWhole, listElements } from './outer-layer.ts';
import { postOrderCodec } from './post-order-codec.ts';

/** Groups of methods that share one limit. */
export type Service =
  | 'instruments'
  | 'users'
  | 'operations'
  | 'marketdata'
  | 'orders'
  | 'getOrders'
  | 'postOrder'
  | 'cancelOrder'
  | 'sandbox';

export interface Method<Request, Response> {
  /** "/package.Service/Method" */
  readonly path: string;
  readonly service: Service;
  readonly deadlineMs: number;
  /** Order traffic: goes ahead of whatever else waits in line. */
  readonly urgent: boolean;
  /** How long a call waits for the rate limit before it is given back unsent. */
  readonly patienceMs: number;
  encode(request: Request): Uint8Array;
  /** @throws where the bytes are not such a message */
  decode(body: Uint8Array): Response;
}

const READ_DEADLINE_MS = 10_000;
/** Replies after 20 s were seen; a short deadline only manufactures unknown outcomes. */
const WRITE_DEADLINE_MS = 30_000;

interface Definition<Request, Response> {
  readonly name: string;
  readonly requestType: { encode(message: Request): { finish(): Uint8Array } };
  readonly responseType: { decode(input: Uint8Array): Response };
}

interface Manner {
  readonly deadlineMs?: number;
  readonly urgent?: boolean;
  readonly patienceMs?: number;
}

function method<Request, Response>(
  home: { readonly fullName: string },
  definition: Definition<Request, Response>,
  service: Service,
  manner: Manner = {},
): Method<Request, Response> {
  return {
    path: `/${home.fullName}/${definition.name}`,
    service,
    deadlineMs: manner.deadlineMs ?? READ_DEADLINE_MS,
    urgent: manner.urgent ?? false,
    patienceMs: manner.patienceMs ?? Number.POSITIVE_INFINITY,
    encode: (request) => definition.requestType.encode(request).finish(),
    decode: (body) => {
      assertWhole(body);
      return definition.responseType.decode(body);
    },
  };
}

const WRITE: Manner = { deadlineMs: WRITE_DEADLINE_MS, urgent: true };
/** An order must not sit in line out of sight: by the time it left, its price could be old or trading be halted. */
const POST: Manner = { ...WRITE, patienceMs: 2_000 };
const URGENT: Manner = { urgent: true };

const users = UsersServiceDefinition;
const operations = OperationsServiceDefinition;
const orders = OrdersServiceDefinition;
const sandbox = SandboxServiceDefinition;
const instruments = InstrumentsServiceDefinition;
const marketData = MarketDataServiceDefinition;

const LIVE = {
  accounts: method(users, users.methods.getAccounts, 'users'),
  positions: method(operations, operations.methods.getPositions, 'operations'),
  portfolio: method(operations, operations.methods.getPortfolio, 'operations'),
  operations: method(operations, operations.methods.getOperationsByCursor, 'operations'),
  orders: method(orders, orders.methods.getOrders, 'getOrders'),
  orderState: method(orders, orders.methods.getOrderState, 'orders', URGENT),
  postOrder: method(orders, { ...orders.methods.postOrder, requestType: postOrderCodec }, 'postOrder', POST),
  cancelOrder: method(orders, orders.methods.cancelOrder, 'cancelOrder', WRITE),
};

const MARGIN = method(users, users.methods.getMarginAttributes, 'users');

/** What the account's own contour answers. `margin`: the sandbox lends nothing and has no such method. */
export type AccountMethods = typeof LIVE & { readonly margin: typeof MARGIN | null };

const SANDBOX: typeof LIVE = {
  accounts: method(sandbox, sandbox.methods.getSandboxAccounts, 'sandbox'),
  positions: method(sandbox, sandbox.methods.getSandboxPositions, 'sandbox'),
  portfolio: method(sandbox, sandbox.methods.getSandboxPortfolio, 'sandbox'),
  operations: method(sandbox, sandbox.methods.getSandboxOperationsByCursor, 'sandbox'),
  orders: method(sandbox, sandbox.methods.getSandboxOrders, 'sandbox'),
  orderState: method(sandbox, sandbox.methods.getSandboxOrderState, 'sandbox', URGENT),
  postOrder: method(
    sandbox,
    { ...sandbox.methods.postSandboxOrder, requestType: postOrderCodec },
    'sandbox',
    POST,
  ),
  cancelOrder: method(sandbox, sandbox.methods.cancelSandboxOrder, 'sandbox', WRITE),
};

export const ACCOUNT_METHODS: Readonly<Record<'live' | 'sandbox', AccountMethods>> = {
  live: { ...LIVE, margin: MARGIN },
  sandbox: { ...SANDBOX, margin: null },
};

/** What both contours answer under the same name. Lists come as undecoded elements (outer-layer.ts). */
export const SHARED_METHODS = {
  userTariff: method(users, users.methods.getUserTariff, 'users'),
  etfs: {
    ...method(instruments, instruments.methods.etfs, 'instruments'),
    decode: listElements,
  },
  shares: {
    ...method(instruments, instruments.methods.shares, 'instruments'),
    decode: listElements,
  },
  findInstrument: method(instruments, instruments.methods.findInstrument, 'instruments'),
  instrumentBy: method(instruments, instruments.methods.getInstrumentBy, 'instruments'),
  assetBy: method(instruments, instruments.methods.getAssetBy, 'instruments'),
  tradingSchedules: method(instruments, instruments.methods.tradingSchedules, 'instruments'),
  lastPrices: method(marketData, marketData.methods.getLastPrices, 'marketdata'),
  tradingStatuses: method(marketData, marketData.methods.getTradingStatuses, 'marketdata'),
  candles: method(marketData, marketData.methods.getCandles, 'marketdata'),
  orderBook: method(marketData, marketData.methods.getOrderBook, 'marketdata'),
};

const everyMethod = [
  ...Object.values(LIVE),
  MARGIN,
  ...Object.values(SANDBOX),
  ...Object.values(SHARED_METHODS),
];

/** The group of each allowed path. */
export const SERVICE_OF_PATH: ReadonlyMap<string, Service> = new Map(
  everyMethod.map((one) => [one.path, one.service]),
);

export const ALLOWED_PATHS: ReadonlySet<string> = new Set(SERVICE_OF_PATH.keys());
