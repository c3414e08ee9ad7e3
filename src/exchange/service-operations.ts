// OperationsService: positions, portfolio, operations.

import { OperationsServiceDefinition as Service } from 'tinkoff-invest-api/dist/generated/operations.js';
import type { Account } from './account.ts';
import {
  operationsMessage,
  operationsPage,
  portfolioMessage,
  positionsMessage,
} from './operations-messages.ts';
import { type Call, type Route, route } from './route.ts';

/** The account that a call may read. @throws {VenueError} */
export const readable = (call: Call, id: string): Account =>
  call.venue.registry.admit(call.token, id, 'read', call.sandbox);

const { methods } = Service;

export const operationRoutes: readonly Route[] = [
  route(Service, methods.getPositions, 'operations', (call, request) =>
    positionsMessage(call, readable(call, request.accountId)),
  ),
  route(Service, methods.getPortfolio, 'operations', (call, request) =>
    portfolioMessage(call, readable(call, request.accountId)),
  ),
  route(Service, methods.getOperations, 'operations', (call, request) =>
    operationsMessage(call, readable(call, request.accountId), request),
  ),
  route(Service, methods.getOperationsByCursor, 'operations', (call, request) =>
    operationsPage(call, readable(call, request.accountId), request),
  ),
];
