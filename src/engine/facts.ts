// What the account's mode and rules need beyond positions and prices: only what they read is asked for.
// Guarantees: readings that do not depend on each other go out together; what cannot be read is unknown, never a default.

import type { Facts } from '../core/facts.ts';
import type { MarginState } from '../core/margin-state.ts';
import type { Holding } from '../core/portfolio.ts';
import type { Money } from '../core/units.ts';
import type { Session } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import { approvalsOf, uncooled } from './approvals.ts';
import { readSetAside } from './cash-requests.ts';
import { isDeleveraging } from './deleverage.ts';
import { fundReadings } from './fund-readings.ts';
import type { WalletListing } from './listings.ts';
import { timingOf } from './rebalance-timing.ts';
import { ordersToday, turnoverToday } from './today.ts';

export interface FactsInput {
  readonly nowMs: number;
  /** Nothing is traded on this, so it must not be remembered either. */
  readonly dryRun: boolean;
  readonly wallet: readonly WalletListing[];
  readonly holdings: readonly Holding[];
  /** All RUB, blocked RUB included. */
  readonly cash: Money;
  /** Sessions of the account's own exchange. */
  readonly sessions: readonly Session[];
  /** Read together with the positions. */
  readonly margin: MarginState | null;
}

export async function readFacts(context: AccountContext, input: FactsInput): Promise<Facts> {
  const [readings, setAside] = await Promise.all([
    fundReadings(context, input),
    readSetAside(context, input),
  ]);
  const approvals = approvalsOf(context, input);
  return {
    ...readings,
    margin: input.margin,
    deleverage: isDeleveraging(context, input),
    timing: uncooled(timingOf(context, input), approvals),
    turnoverToday: turnoverToday(context, input.nowMs),
    ordersToday: ordersToday(context, input.nowMs),
    setAside,
    approvals,
  };
}
