// The pipeline on one screen: weights -> RUB targets -> bounds -> whole lots -> orders. Pure: same input, same output.
// Requires: a snapshot whose holdings are unique by ticker. Guarantees: no short, no spending below the cash floor,
// nothing decided on an unknown total, and every difference from the target named.

import { attribute } from './attribution.ts';
import { OWNER_RULES, SAFETY_RULES } from './bounds/registry.ts';
import { type Entry, makeEntries } from './entry.ts';
import { addFirstLots } from './first-lots.ts';
import { keepWorthwhile } from './improvement.ts';
import { type Problem, solveLots } from './lots.ts';
import type { Decision } from './plan.ts';
import { buildPlan, improvementOf } from './plan-rows.ts';
import { commissionOf, type Policy, type Stage } from './policy.ts';
import { equityOf, type Holding, ownCash, RUB, type Snapshot } from './portfolio.ts';
import { allocate, decimal, isPositive, isZero, type Money, NO_MONEY } from './units.ts';
import { WEIGHTINGS } from './weights/registry.ts';

export function decide(snapshot: Snapshot, policy: Policy, stage: Stage = { kind: 'all' }): Decision {
  const balanced = balancedHoldings(snapshot, policy);
  const absent = [...policy.wallet].filter(
    ([ticker, percent]) =>
      percent > 0 && ticker !== RUB && !balanced.some((holding) => holding.ticker === ticker),
  );
  if (absent.length > 0)
    return skip(
      `the wallet names ${absent.map(([ticker]) => ticker).join(', ')}, which this snapshot does not hold or list`,
    );
  const unpriced = balanced.filter((holding) => !isZero(holding.pieces) && holding.price === null);
  if (unpriced.length > 0) return skip(unknownTotal(unpriced));
  const equity = equityOf(snapshot, balanced);
  if (!isPositive(equity))
    return skip(`the balanced total is ${decimal(equity)} RUB: there is nothing to balance`);
  const weighed = WEIGHTINGS[policy.mode]({ wallet: policy.wallet });
  if (weighed.kind === 'unknown') return skip(weighed.because);

  const targets = rubTargets(equity, balanced, weighed.weights);
  const context = { snapshot, policy, stage, balanced, equity, targets };
  const commission = commissionOf(snapshot, policy);
  let entries = makeEntries(context, [...SAFETY_RULES, ...OWNER_RULES], commission);
  let problem = problemOf(snapshot, entries, targets.get(RUB) ?? NO_MONEY);
  let solution = solveLots(problem);
  if (!solution.feasible) {
    entries = makeEntries(context, SAFETY_RULES, commission);
    problem = problemOf(snapshot, entries, targets.get(RUB) ?? NO_MONEY);
    solution = solveLots(problem);
  }
  const withFirst = policy.minOneLot
    ? addFirstLots(entries, problem, solution, equity)
    : { problem, solution, heldBack: [] };
  const improvement = improvementOf(context, entries, withFirst.solution);
  const worthwhile = keepWorthwhile(entries, withFirst, improvement, policy, stage);
  const named = new Set(worthwhile.heldBack.map((held) => held.ticker));
  const causes = attribute(entries, worthwhile.problem, worthwhile.solution, equity);
  const heldBack = [...worthwhile.heldBack, ...causes.filter((cause) => !named.has(cause.ticker))];
  return { kind: 'plan', plan: buildPlan(context, entries, worthwhile.solution, heldBack) };
}

const skip = (because: string): Decision => ({ kind: 'skip', because });

/** What the percentages are of: the wallet's instruments, and under `sell` whatever else is held. */
function balancedHoldings(snapshot: Snapshot, policy: Policy): Holding[] {
  return snapshot.holdings.filter(
    (holding) => holding.listed || (policy.unlistedPositions === 'sell' && !holding.vanished),
  );
}

function unknownTotal(unpriced: readonly Holding[]): string {
  const which = unpriced
    .map((holding) => `${holding.ticker} (${holding.priceProblem ?? 'no price'})`)
    .join(', ');
  return `the total is unknown: no price has ever been accepted for ${which}`;
}

function rubTargets(
  equity: Money,
  balanced: readonly Holding[],
  weights: ReadonlyMap<string, number>,
): ReadonlyMap<string, Money> {
  const tickers = [...balanced.map((holding) => holding.ticker), RUB];
  const amounts = allocate(
    equity,
    tickers.map((ticker) => weights.get(ticker) ?? 0),
  );
  return new Map(tickers.map((ticker, index) => [ticker, amounts[index] ?? NO_MONEY]));
}

function problemOf(snapshot: Snapshot, entries: readonly Entry[], cashTarget: Money): Problem {
  return {
    lines: entries.map((entry) => entry.line),
    cash: ownCash(snapshot),
    blockedCash: snapshot.blockedCash,
    cashTarget,
    cashFloor: NO_MONEY,
  };
}
