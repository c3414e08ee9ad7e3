// After the venue found too little money for an order: what is reckoned with besides the price.
// In the same iteration at least the configured commission; where that was refused too, more at every iteration, until a
// purchase goes through: an evening's spread or a reserve of the broker's own is wider than a step.

import { cautiousCommission, commissionOf } from '../core/policy.ts';
import { add, isPositive, type Rate, rate, raw } from '../core/units.ts';
import type { JournaledOrder } from '../ports.ts';
import type { AccountContext } from './account-context.ts';
import type { Observation } from './observe.ts';

/** More for each iteration in a row: 0.3 %, the reach of a best price. */
const MORE: Rate = rate(3_000_000n);
const TIMES_MAX = 5;

/** For the first decision of an iteration: what earlier ones have learned. */
export const asLearned = (context: AccountContext, observation: Observation): Observation =>
  context.memory.shortOfMoney === 0
    ? observation
    : withCaution(context, observation, context.memory.shortOfMoney);

/** @param times iterations in a row before this one that were short of money */
export function withCaution(
  { settings }: AccountContext,
  observation: Observation,
  times: number,
): Observation {
  const { snapshot } = observation;
  const least =
    times === 0 ? cautiousCommission(snapshot, settings.policy) : commissionOf(snapshot, settings.policy);
  const commissionSeen = add(least, rate(raw(MORE) * BigInt(times)));
  return { ...observation, snapshot: { ...snapshot, commissionSeen } };
}

/** @param bought something was bought in this iteration */
export function noteMoney({ memory }: AccountContext, tooLittle: boolean, bought: boolean): void {
  if (bought) memory.shortOfMoney = 0;
  else if (tooLittle) memory.shortOfMoney = Math.min(TIMES_MAX, memory.shortOfMoney + 1);
}

/** One that has gone through, if only in part. */
export const isPurchase = ({ request, executed }: JournaledOrder): boolean =>
  request.side === 'buy' && isPositive(executed);
