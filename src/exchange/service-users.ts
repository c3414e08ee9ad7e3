// UsersService: accounts of a token, its tariff, margin attributes.

import {
  AccessLevel,
  type Account as AccountMessage,
  AccountStatus,
  AccountType,
  type GetAccountsRequest,
  type GetMarginAttributesRequest,
  type GetMarginAttributesResponse,
  type GetUserTariffResponse,
  UsersServiceDefinition as Service,
} from 'tinkoff-invest-api/dist/generated/users.js';
import type { Account } from './account.ts';
import { VenueError } from './errors.ts';
import { marginOf, plannedBy } from './margin.ts';
import { type Call, type Route, route } from './route.ts';
import { date, moneyValue, quotation } from './wire.ts';

const TYPES: Readonly<Record<Account['terms']['type'], AccountType>> = {
  broker: AccountType.ACCOUNT_TYPE_TINKOFF,
  iis: AccountType.ACCOUNT_TYPE_TINKOFF_IIS,
  invest_box: AccountType.ACCOUNT_TYPE_INVEST_BOX,
};

const LEVELS = {
  full: AccessLevel.ACCOUNT_ACCESS_LEVEL_FULL_ACCESS,
  read_only: AccessLevel.ACCOUNT_ACCESS_LEVEL_READ_ONLY,
  none: AccessLevel.ACCOUNT_ACCESS_LEVEL_NO_ACCESS,
} as const;

/** All accounts of the token's user, those without access included. */
export function accounts(call: Call, request: GetAccountsRequest): { accounts: AccountMessage[] } {
  const { registry } = call.venue;
  const wanted = request.status ?? AccountStatus.ACCOUNT_STATUS_ALL;
  const any =
    wanted === AccountStatus.ACCOUNT_STATUS_ALL || wanted === AccountStatus.ACCOUNT_STATUS_UNSPECIFIED;
  const found = registry
    .all()
    .filter((account) => account.terms.user === call.token.user && account.terms.sandbox === call.sandbox)
    .map((account) => ({
      id: account.id,
      type: TYPES[account.terms.type],
      name: account.terms.name,
      status:
        account.closedMs === null ? AccountStatus.ACCOUNT_STATUS_OPEN : AccountStatus.ACCOUNT_STATUS_CLOSED,
      openedDate: date(account.terms.openedMs),
      closedDate: account.closedMs === null ? undefined : date(account.closedMs),
      accessLevel: LEVELS[registry.accessOf(call.token, account)],
    }));
  return { accounts: found.filter((account) => any || account.status === wanted) };
}

const NANO = 1_000_000_000n;

function marginAttributes(call: Call, request: GetMarginAttributesRequest): GetMarginAttributesResponse {
  const account = call.venue.registry.admit(call.token, request.accountId, 'read', call.sandbox);
  if (!account.margin.enabled) throw new VenueError('30051');
  const { market, desk } = call.venue;
  const view = marginOf(account, market, call.nowMs);
  const corrected = marginOf(account, market, call.nowMs, plannedBy(desk.activeOf(account.id)));
  const level = view.starting === 0n ? 0n : (view.liquid * NANO) / view.starting;
  return {
    liquidPortfolio: moneyValue(view.liquid),
    startingMargin: moneyValue(view.starting),
    minimalMargin: moneyValue(view.minimal),
    fundsSufficiencyLevel: quotation(level),
    amountOfMissingFunds: moneyValue(view.starting - view.liquid),
    correctedMargin: moneyValue(corrected.starting),
  };
}

function tariff(call: Call): GetUserTariffResponse {
  return {
    unaryLimits: call.limits().map(({ perMinute, methods }) => ({
      limitPerMinute: perMinute,
      methods: [...methods],
    })),
    streamLimits: [],
  };
}

const { methods } = Service;

export const userRoutes: readonly Route[] = [
  route(Service, methods.getAccounts, 'users', accounts),
  route(Service, methods.getMarginAttributes, 'users', marginAttributes),
  route(Service, methods.getUserTariff, 'users', tariff),
  route(Service, methods.getInfo, 'users', () => ({
    premStatus: false,
    qualStatus: false,
    qualifiedForWorkWith: [],
    tariff: 'trader',
  })),
];
