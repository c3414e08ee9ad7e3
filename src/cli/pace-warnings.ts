// Are the configured intervals shorter than the token's limits allow? Told at the start, with the figure to put right.

import type { AccountConfig } from '../config/config.ts';
import { iterationsAMinute } from '../core/request-limits.ts';
import { plural } from './amounts.ts';

const MINUTE_MS = 60_000;

/** One sentence per token whose accounts cannot all keep their interval. */
export function paceWarnings(accounts: readonly AccountConfig[]): string[] {
  const tokens = Map.groupBy(accounts, ({ broker, token }) => `${broker} ${token.reveal()}`);
  return [...tokens.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const allowed = iterationsAMinute(first.broker);
    const asked = group.reduce((sum, { balanceIntervalMs }) => sum + MINUTE_MS / balanceIntervalMs, 0);
    if (asked <= allowed) return [];
    const seconds = Math.ceil((group.length / allowed) * 60);
    return [
      `the ${plural(group.length, 'account')} of one token (${first.id}${group.length > 1 ? ', ...' : ''}) ask for ` +
        `${Math.round(asked)} iterations a minute, its limits allow about ${Math.floor(allowed)}: iterations will be late, ` +
        `in turn. With a balance_interval of at least ${seconds} s each (or another token for some) they would keep it`,
    ];
  });
}
