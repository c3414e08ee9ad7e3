// SandboxService: the twins of the ordinary methods, on accounts that exist only here.

import { SandboxServiceDefinition as Service } from 'tinkoff-invest-api/dist/generated/sandbox.js';
import { VenueError } from './errors.ts';
import {
  operationsMessage,
  operationsPage,
  portfolioMessage,
  positionsMessage,
} from './operations-messages.ts';
import { type Call, type Route, route } from './route.ts';
import { readable } from './service-operations.ts';
import { cancelOrder, getOrderState, getOrders, postOrder } from './service-orders.ts';
import { accounts } from './service-users.ts';
import { moneyValue, nanoOf } from './wire.ts';

const tradable = (call: Call, id: string) => call.venue.registry.admit(call.token, id, 'trade', true);

const { methods } = Service;

export const sandboxRoutes: readonly Route[] = [
  route(Service, methods.openSandboxAccount, 'sandbox', (call, request) => {
    const account = call.venue.openSandbox(call.token.user, request.name ?? '');
    return { accountId: account.id };
  }),
  route(Service, methods.closeSandboxAccount, 'sandbox', (call, request) => {
    call.venue.closeAccount(tradable(call, request.accountId).id);
    return {};
  }),
  route(Service, methods.sandboxPayIn, 'sandbox', (call, request) => {
    const account = tradable(call, request.accountId);
    if (request.amount === undefined || nanoOf(request.amount) <= 0n) throw new VenueError('30018');
    const currency = request.amount.currency.toLowerCase() || 'rub';
    call.venue.moveCash(account.id, 'input', nanoOf(request.amount), currency);
    return { balance: moneyValue(account.cash(currency), currency) };
  }),
  route(Service, methods.getSandboxAccounts, 'sandbox', accounts),
  route(Service, methods.postSandboxOrder, 'sandbox', postOrder),
  route(Service, methods.getSandboxOrders, 'sandbox', getOrders),
  route(Service, methods.cancelSandboxOrder, 'sandbox', cancelOrder),
  route(Service, methods.getSandboxOrderState, 'sandbox', getOrderState),
  route(Service, methods.getSandboxPositions, 'sandbox', (call, request) =>
    positionsMessage(call, readable(call, request.accountId)),
  ),
  route(Service, methods.getSandboxPortfolio, 'sandbox', (call, request) =>
    portfolioMessage(call, readable(call, request.accountId)),
  ),
  route(Service, methods.getSandboxOperations, 'sandbox', (call, request) =>
    operationsMessage(call, readable(call, request.accountId), request),
  ),
  route(Service, methods.getSandboxOperationsByCursor, 'sandbox', (call, request) =>
    operationsPage(call, readable(call, request.accountId), request),
  ),
];
