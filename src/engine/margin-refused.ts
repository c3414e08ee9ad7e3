// The broker refused an order because it lends this account nothing, whatever its attributes say: from now on the account
// is balanced with own money, until the program starts again.

import type { JournaledOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';

/** "Account margin status is disabled". */
const MARGIN_DISABLED = '30051';

export function noteMarginRefused(context: AccountContext, orders: readonly JournaledOrder[]): void {
  const refused = orders.find(
    ({ state, error }) => state === 'rejected' && error?.startsWith(MARGIN_DISABLED),
  );
  if (refused === undefined || context.memory.marginRefused !== null) return;
  context.memory.marginRefused = `the broker refused ${refused.ticker} with ${refused.error}`;
}
