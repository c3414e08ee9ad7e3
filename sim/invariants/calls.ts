// What may leave the bot: only the methods that balancing needs, each with the token of the account that it is about, and
// orders and cancels of the account's own. Looked at on the wire and as the venue got them.

import { CancelOrderRequest } from 'tinkoff-invest-api/dist/generated/orders.js';
import type { Check } from '../check.ts';
import type { World } from '../world/world.ts';

/** Written down here a second time on purpose: what can move money to another account must never appear. */
const ALLOWED: ReadonlySet<string> = new Set([
  'UsersService/GetAccounts',
  'UsersService/GetMarginAttributes',
  'UsersService/GetUserTariff',
  'OperationsService/GetPositions',
  'OperationsService/GetPortfolio',
  'OperationsService/GetOperationsByCursor',
  'OrdersService/GetOrders',
  'OrdersService/GetOrderState',
  'OrdersService/PostOrder',
  'OrdersService/CancelOrder',
  'InstrumentsService/Etfs',
  'InstrumentsService/Shares',
  'InstrumentsService/FindInstrument',
  'InstrumentsService/GetInstrumentBy',
  'InstrumentsService/GetAssetBy',
  'InstrumentsService/TradingSchedules',
  'MarketDataService/GetLastPrices',
  'MarketDataService/GetTradingStatuses',
  'MarketDataService/GetCandles',
  'MarketDataService/GetOrderBook',
]);
/** What concerns an account has a twin in the broker's sandbox; there it goes nowhere else. Nothing is lent there. */
const IN_SANDBOX: ReadonlySet<string> = new Set(
  [...ALLOWED]
    .filter((path) => path !== 'UsersService/GetMarginAttributes')
    .map((path) =>
      path.replace(/^(Orders|Operations)Service|^UsersService(?=\/GetAccounts)/, 'SandboxService'),
    ),
);
const METHODS: ReadonlySet<string> = new Set([...ALLOWED].map((path) => path.slice(path.indexOf('/') + 1)));
/** Calls that must name an account. */
const ABOUT_ONE: ReadonlySet<string> = new Set([
  'GetMarginAttributes',
  'GetPositions',
  'GetPortfolio',
  'GetOperationsByCursor',
  'GetOrders',
  'GetOrderState',
  'PostOrder',
  'CancelOrder',
]);

export function callChecks(world: World): Check {
  const tokens: ReadonlySet<string> = new Set(world.accounts.map(({ token }) => token));
  const allowed = world.sandbox ? IN_SANDBOX : ALLOWED;
  const wrong = (text: string): void => world.violate('calls', text);

  function cancels(bytes: Uint8Array): void {
    const { accountId, orderId } = CancelOrderRequest.decode(bytes);
    const order = world.exchange.desk.orders.find(({ id }) => id === orderId);
    if (order === undefined) wrong(`a cancel of order ${orderId}, which the venue never had`);
    else if (order.foreign) wrong(`a cancel of order ${orderId}, which the owner placed`);
    else if (order.accountId !== accountId)
      wrong(`a cancel in ${accountId} of an order of ${order.accountId}`);
  }

  return {
    onLeave(method, bytes, _life, token) {
      if (!METHODS.has(method)) wrong(`${method} left, which this program must not be able to call`);
      if (!tokens.has(token)) wrong(`${method} left with no token of any account`);
      const account = ABOUT_ONE.has(method) ? world.accountNamedIn(bytes) : null;
      if (account !== null && account.token !== token)
        wrong(`${method} of ${account.id} left with another's token`);
      if (method === 'CancelOrder') cancels(bytes);
    },
    onCall({ call }, phase) {
      if (phase !== 'received') return;
      const { method, service, token, accountId, orderId } = call;
      const path = `${service.slice(service.lastIndexOf('.') + 1)}/${method}`;
      if (!allowed.has(path)) wrong(`${path} was called, which this program must not be able to call`);
      if (!ABOUT_ONE.has(method)) return;
      const account = world.accountOf(accountId);
      if (account === null) {
        wrong(`${method} names account ${accountId}, which is nobody's`);
        return;
      }
      if (account.token !== token) wrong(`${method} of ${account.id} came with another's token`);
      if (method !== 'PostOrder') return;
      const order = world.store.journal.order(orderId ?? '');
      if (order !== null && order.account !== account.id)
        wrong(`order ${orderId} of ${order.account} was posted in ${account.id}`);
    },
  };
}
