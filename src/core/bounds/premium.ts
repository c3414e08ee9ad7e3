// `limits.max_premium_percent`: a fund that trades too far above what its assets are worth is not bought.
// Requires: NAV per unit among the facts. Guarantees: an unknown NAV buys nothing, and says why.

import type { FundFacts } from '../fund-facts.ts';
import { lotsHeld, usablePrice } from '../portfolio.ts';
import { decimal, isPositive, money, type Price, percentOf, raw } from '../units.ts';
import type { Bound, BoundRule } from './bound.ts';

const RULE = 'limits.max_premium_percent';

export const premium: BoundRule = ({ balanced, policy, snapshot }) => {
  const most = policy.limits.maxPremiumPercent;
  if (most === null) return [];
  return balanced.flatMap((holding): Bound[] => {
    const price = usablePrice(holding);
    if (price === null) return [];
    const problem = premiumProblem(snapshot.facts.funds.get(holding.ticker), price, most);
    return problem === null
      ? []
      : [{ ticker: holding.ticker, max: lotsHeld(holding), rule: RULE, detail: problem }];
  });
};

/** Why it may not be bought; `null` where it may. */
function premiumProblem(facts: FundFacts | undefined, price: Price, most: number): string | null {
  if (facts?.isFund === false) return null;
  if (facts === undefined) return 'not bought: its NAV is unknown (nothing was read)';
  if (facts.nav.kind === 'unknown') return `not bought: its NAV is unknown (${facts.nav.because})`;
  const nav = facts.nav.value;
  if (!isPositive(nav)) return `not bought: its NAV is ${decimal(nav)} RUB, expected more than zero`;
  const above = percentOf(money(raw(price) - raw(nav)), money(raw(nav)));
  if (above <= most) return null;
  return `not bought: ${decimal(price)} RUB is ${above.toFixed(2)} % over its NAV of ${decimal(nav)} RUB, the most is ${most} %`;
}
