// What the broker says about margin and about what positions cost, where a rule reads it; asked together with the positions.
// Guarantees: no call that no rule needs; what cannot be read is unknown and said: it neither borrows nor sells.

import type { MarginState } from '../core/margin-state.ts';
import type { Price } from '../core/units.ts';
import { type AveragePrice, WorldError } from '../ports.ts';
import type { AccountContext } from './account-context.ts';

export interface BrokerTerms {
  /** `null` where margin is not configured. */
  readonly margin: MarginState | null;
  /** Cost of one piece of a position that is booked under these uids; `null`: not known, or nothing asked for it. */
  costOf(uids: readonly string[]): Price | null;
  readonly warnings: readonly string[];
}

/** @throws {WorldError} where the venue does not accept the token or the account. */
export async function readTerms(context: AccountContext): Promise<BrokerTerms> {
  const [margin, costs] = await Promise.all([readMargin(context), readCosts(context)]);
  const prices = costs === null || costs instanceof WorldError ? null : costs;
  return {
    margin,
    costOf: (uids) => costAmong(prices, uids),
    warnings:
      costs instanceof WorldError
        ? [`what the positions cost cannot be read (${costs.message}): nothing is sold that needs a profit`]
        : [],
  };
}

async function readMargin(context: AccountContext): Promise<MarginState | null> {
  const { broker, brokerAccount, memory, settings } = context;
  if (settings.policy.margin === null) return null;
  if (memory.marginRefused !== null) return { kind: 'disabled', because: memory.marginRefused };
  const answer = await unlessUnreadable(broker.margin(brokerAccount));
  if (!(answer instanceof WorldError)) return answer;
  return { kind: 'unknown', because: `the margin attributes cannot be read (${answer.message})` };
}

async function readCosts(
  context: AccountContext,
): Promise<ReadonlyMap<string, AveragePrice> | WorldError | null> {
  const { minProfitPercent, funding } = context.settings.policy;
  const asked = minProfitPercent !== null || funding?.mode === 'only_positive_positions_sell';
  return asked ? await unlessUnreadable(context.broker.averagePrices(context.brokerAccount)) : null;
}

/** A failure that says something about this answer only; what is wrong with the token or the account is thrown on. */
async function unlessUnreadable<T>(answer: Promise<T>): Promise<T | WorldError> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof WorldError) || error.kind === 'token' || error.kind === 'account') throw error;
    return error;
  }
}

/** By FIFO where the broker says it, else the average; of what is booked under several uids nothing is known. */
function costAmong(prices: ReadonlyMap<string, AveragePrice> | null, uids: readonly string[]): Price | null {
  const known = uids.flatMap((uid) => prices?.get(uid) ?? []);
  const [only] = known;
  return only === undefined || known.length > 1 ? null : (only.fifo ?? only.average);
}
