// What the account's mode and rules need beyond positions and prices: only what they read is asked for.
// Guarantees: readings that do not depend on each other go out together; what cannot be read is unknown, never a default.

import type { Facts } from '../core/facts.ts';
import type { AccountContext } from './account-context.ts';
import { approvalsOf, uncooled } from './approvals.ts';
import { readSetAside } from './cash-requests.ts';
import { isDeleveraging } from './deleverage.ts';
import type { FactsInput } from './facts-input.ts';
import { fundReadings } from './fund-readings.ts';
import { timingOf } from './rebalance-timing.ts';
import { ordersToday, turnoverToday } from './today.ts';

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
