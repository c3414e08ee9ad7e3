// `rebalance`: what stays inside its band does not move, what left it moves no further than the aim goes.
// Requires: what is aimed at (rebalance/aimed.ts). Guarantees: whoever may not move is named with the key at work; cash below
// its floor is covered all the same.

import type { Band } from '../policy.ts';
import { type Holding, lotCost, lotsHeld, oddValue, usablePrice } from '../portfolio.ts';
import { bandWidth } from '../rebalance/bands.ts';
import {
  add,
  isLess,
  isPositive,
  type Lots,
  larger,
  lots,
  lotsAffordable,
  lotsUpTo,
  NO_LOTS,
  NO_MONEY,
  percentOf,
  raw,
  smaller,
  subtract,
} from '../units.ts';
import type { Bound, BoundContext, BoundRule } from './bound.ts';

/** Fees and steps take a little of what covering sells bring. */
const CLEARANCE_PARTS = 50n;

export const bands: BoundRule = (context) =>
  context.aim.kind === 'balance' ? [] : context.balanced.flatMap((holding) => boundOf(context, holding));

function boundOf(context: BoundContext, holding: Holding): Bound[] {
  const { aim, policy, snapshot, exposure, aimed } = context;
  if (aim.kind === 'balance' || usablePrice(holding) === null) return [];
  const { ticker } = holding;
  const band = aim.kind === 'breached' ? aim.bands.get(ticker) : undefined;
  if (band?.breached && policy.rebalance.to === 'target') return [];
  const held = lotsHeld(holding);
  const room = subtract(aimed.get(ticker) ?? NO_MONEY, oddValue(holding));
  const least = lotsAffordable(room, lotCost(holding));
  const most = lotsUpTo(room, NO_MONEY, lotCost(holding));
  const covering = isLess(snapshot.cash, exposure.cashFloor);
  const min = covering && isLess(least, held) ? further(least, held) : least;
  const { rule, detail } = reasonOf(context, ticker, band);
  return [{ ticker, min: smaller(held, min), max: larger(held, most), rule, detail }];
}

/** A few more lots than the aim says, so that what sells bring at worst is enough. */
function further(least: Lots, held: Lots): Lots {
  const sold = subtract(held, least);
  const more = add(sold, lots(raw(sold) / CLEARANCE_PARTS + 1n));
  const left = subtract(held, more);
  return isPositive(left) ? left : NO_LOTS;
}

function reasonOf(
  { aim, policy, targets, equity }: BoundContext,
  ticker: string,
  band: Band | undefined,
): Pick<Bound, 'rule' | 'detail'> {
  const because = aim.because ?? '';
  if (aim.kind === 'quiet') {
    const { rule } = bandWidth(policy, true, percentOf(targets.get(ticker) ?? NO_MONEY, equity), 1);
    return { rule: aim.rule ?? rule ?? 'rebalance.trigger', detail: because };
  }
  if (policy.rebalance.to === 'edge' && band?.breached)
    return { rule: 'rebalance.rebalance_to', detail: `to the edge of its band, ${range(band)}` };
  const rule = policy.rebalance.scope === 'breached' ? 'rebalance.rebalance_scope' : 'rebalance.rebalance_to';
  return { rule, detail: band ? `inside its band, ${range(band)}` : 'it has no band' };
}

const range = ({ low, high }: Band): string =>
  Number.isFinite(low) ? `${low.toFixed(2)}..${high.toFixed(2)} %` : 'which is not set for it';
