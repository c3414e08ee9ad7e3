// Which purchases borrowed money may pay for.

import type { BoundContext } from './bounds/bound.ts';
import type { Holding } from './portfolio.ts';

/** Whether this instrument may be bought with borrowed money: it is collateral, and borrowing is allowed now at all. */
export function buysOnMargin(
  {
    exposure,
    snapshot,
    policy,
  }: Pick<BoundContext, 'snapshot' | 'policy'> & {
    readonly exposure: Pick<BoundContext['exposure'], 'ownMoneyOnly'>;
  },
  holding: Holding,
): boolean {
  if (exposure.ownMoneyOnly || policy.funding?.instruments.has(holding.ticker)) return false;
  return holding.marginRate !== null || snapshot.facts.margin?.kind === 'assumed';
}
