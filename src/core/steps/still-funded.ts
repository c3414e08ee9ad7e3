// `buy_requires_total_marginal_sell`, once all other rules have had their say: whoever took away a sell has taken away the
// purchase that it was to pay, and whoever took away the purchase has taken away the sell.
// Requires: to be the last step. Guarantees: listed purchases cost at most own cash and the sells that may pay for them;
// moves only get smaller; the same draft where both still belong together.

import type { BoundContext } from '../bounds/bound.ts';
import { solveLots } from '../lots.ts';
import type { FundingPolicy } from '../policy.ts';
import {
  add,
  isLess,
  isMore,
  isPositive,
  isZero,
  type Lots,
  larger,
  lots,
  type Money,
  NO_LOTS,
  raw,
  smaller,
  subtract,
  times,
} from '../units.ts';
import { costOf, FUNDING_RULE, ownCashOf, paidBy, payingSells, purchasesOf, soldBy } from './funding.ts';
import { leastTrade } from './small-trades.ts';
import type { Draft, Step } from './step.ts';

export const stillFunded: Step = (context, draft) => {
  const { funding: policy } = context.policy;
  if (policy === null || !draft.solution.feasible) return draft;
  const needless = withoutNeedlessSells(context, draft, policy);
  return withinMeans(context, needless, policy);
};

/** Listed purchases cut to what own cash and the sells that are left pay, or to where the plan ended. */
function withinMeans(context: BoundContext, draft: Draft, policy: FundingPolicy): Draft {
  const wanted = purchasesOf(draft, policy);
  if (wanted.length === 0) return draft;
  const planned = context.stage.kind === 'buys' ? context.stage.planned : undefined;
  const capped = wanted.map((purchase) => {
    const most = planned?.get(purchase.ticker);
    if (most === undefined) return purchase;
    return { ...purchase, lots: larger(NO_LOTS, smaller(purchase.lots, subtract(most, purchase.line.held))) };
  });
  const means = add(ownCashOf(draft), soldBy(draft, payingSells(context, policy)));
  const least = leastTrade(context.equity, context.policy.limits);
  const paid = paidBy(context, policy, capped, means).map((purchase, place) => {
    const isCut = isLess(purchase.lots, wanted[place]?.lots ?? purchase.lots);
    // What is left of a purchase has to be worth sending, as every other order.
    const isFirst = context.policy.minOneLot && isZero(purchase.line.held);
    const isTooLittle = isCut && !isFirst && isLess(times(purchase.line.lotValue, purchase.lots), least);
    return isTooLittle ? { ...purchase, lots: NO_LOTS } : purchase;
  });
  const cut = wanted.filter((purchase, place) => isLess(paid[place]?.lots ?? NO_LOTS, purchase.lots));
  if (cut.length === 0 && !isMore(costOf(wanted), means)) return draft;
  const counts = new Map(paid.map(({ index, line, lots: count }) => [index, add(line.held, count)]));
  const told = cut.map(({ ticker }) => {
    const detail = 'own cash and the sells that are left for it pay for no more';
    return { ticker, rule: FUNDING_RULE, detail };
  });
  // The sells stay as they are: to take some of them back would cut the purchases again.
  const sold = draft.solution.lots.flatMap((planned, index) =>
    isLess(planned, draft.problem.lines[index]?.held ?? planned) ? [[index, planned] as const] : [],
  );
  const left = shrunk(draft, new Map([...counts, ...sold]));
  return { ...left, heldBack: [...left.heldBack, ...told] };
}

/** Sells for purchases that have become smaller, smaller in the same proportion; what is then too little to trade stays. */
function withoutNeedlessSells(context: BoundContext, draft: Draft, policy: FundingPolicy): Draft {
  if (draft.funded === undefined) return draft;
  const { sales, cost } = draft.funded;
  const now = costOf(purchasesOf(draft, policy));
  if (!isLess(now, cost) || isZero(lots(raw(cost)))) return draft;
  const least = leastTrade(context.equity, context.policy.limits);
  const counts = new Map(
    [...sales].flatMap(([index, sold]) => {
      const [entry, line] = [draft.entries[index], draft.problem.lines[index]];
      if (entry === undefined || line === undefined) return [];
      const planned = draft.solution.lots[index] ?? line.held;
      const kept = larger(planned, subtract(line.held, share(sold, now, cost)));
      const isTooLittle = isLess(times(line.lotValue, subtract(line.held, kept)), least);
      // A weight that goes to 0 may be any amount.
      return [[index, isTooLittle && isPositive(entry.target) ? line.held : kept] as const];
    }),
  );
  const left = shrunk(draft, counts);
  return left.solution.feasible ? left : draft;
}

/** `count` × part / whole, rounded up. */
const share = (count: Lots, part: Money, whole: Money): Lots =>
  lots((raw(count) * raw(part) + raw(whole) - 1n) / raw(whole));

/** The plan with these lines there, and no other move larger than it was. */
function shrunk(draft: Draft, counts: ReadonlyMap<number, Lots>): Draft {
  const lines = draft.problem.lines.map((line, index) => {
    const planned = draft.solution.lots[index] ?? line.held;
    const fixed = counts.get(index);
    if (fixed !== undefined) return { ...line, min: fixed, max: fixed };
    return { ...line, min: smaller(planned, line.held), max: larger(planned, line.held) };
  });
  const problem = { ...draft.problem, lines };
  return { ...draft, problem, solution: solveLots(problem) };
}
