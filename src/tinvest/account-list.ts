// The venue's list of accounts in our words. An unknown type, status or level stays `unknown`, for only known ones trade.

import {
  AccessLevel,
  type Account,
  AccountStatus,
  AccountType,
} from 'tinkoff-invest-api/dist/generated/users.js';
import type { BrokerAccount } from '../ports.ts';
import { refuse, timeOf } from './convert.ts';

const TYPES: ReadonlyMap<AccountType, BrokerAccount['type']> = new Map([
  [AccountType.ACCOUNT_TYPE_TINKOFF, 'broker'],
  [AccountType.ACCOUNT_TYPE_TINKOFF_IIS, 'iis'],
  [AccountType.ACCOUNT_TYPE_INVEST_BOX, 'invest_box'],
  [AccountType.ACCOUNT_TYPE_INVEST_FUND, 'fund'],
]);

const STATUSES: ReadonlyMap<AccountStatus, BrokerAccount['status']> = new Map([
  [AccountStatus.ACCOUNT_STATUS_NEW, 'new'],
  [AccountStatus.ACCOUNT_STATUS_OPEN, 'open'],
  [AccountStatus.ACCOUNT_STATUS_CLOSED, 'closed'],
]);

const LEVELS: ReadonlyMap<AccessLevel, BrokerAccount['access']> = new Map([
  [AccessLevel.ACCOUNT_ACCESS_LEVEL_FULL_ACCESS, 'full'],
  [AccessLevel.ACCOUNT_ACCESS_LEVEL_READ_ONLY, 'read_only'],
  [AccessLevel.ACCOUNT_ACCESS_LEVEL_NO_ACCESS, 'none'],
]);

/** @throws {WorldError} refused_data where two accounts share an id or one has none */
export function brokerAccounts(accounts: readonly Account[]): readonly BrokerAccount[] {
  const seen = new Set<string>();
  return accounts.map((account) => {
    if (account.id === '' || seen.has(account.id))
      refuse(`the list of accounts names the id ${JSON.stringify(account.id)} twice or without digits`);
    seen.add(account.id);
    return {
      id: account.id,
      name: account.name,
      type: TYPES.get(account.type) ?? 'unknown',
      status: STATUSES.get(account.status) ?? 'unknown',
      access: LEVELS.get(account.accessLevel) ?? 'unknown',
      openedAtMs: timeOf(account.openedDate),
    };
  });
}
