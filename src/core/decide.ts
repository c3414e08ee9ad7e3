// The pipeline on one screen: weights -> RUB targets -> bounds -> whole lots -> orders. Pure: same input, same output.
// Requires: a snapshot whose holdings are unique by ticker. Guarantees: no short, no spending below the cash floor,
// nothing decided on an unknown total, and every difference from the target named.

import { assert } from './assert.ts';
import { attribute, attributeUnpriced } from './attribution.ts';
import type { BoundContext, BoundRule } from './bounds/bound.ts';
import { OWNER_RULES, SAFETY_RULES } from './bounds/registry.ts';
import { clearOut } from './clear-out.ts';
import { type Entry, makeEntries } from './entry.ts';
import { addFirstLots } from './first-lots.ts';
import { keepWorthwhile } from './improvement.ts';
import { type Problem, type Solution, solveLots } from './lots.ts';
import type { Decision } from './plan.ts';
import { buildPlan, improvementOf } from './plan-rows.ts';
import { commissionOf, type Policy, type Stage } from './policy.ts';
import {
  equityOf,
  type Holding,
  holdingValue,
  ownCash,
  RUB,
  type Snapshot,
  usablePrice,
} from './portfolio.ts';
import { coverDebt } from './risk-only.ts';
import { allocate, decimal, isPositive, isZero, type Money, NO_MONEY, total } from './units.ts';
import { WEIGHTINGS } from './weights/registry.ts';

export function decide(snapshot: Snapshot, policy: Policy, stage: Stage = { kind: 'all' }): Decision {
  const balanced = balancedHoldings(snapshot, policy);
  const absent = absentFrom(snapshot, policy);
  if (absent !== null) return skip(absent);
  const unknown = unknownTotal(balanced);
  if (unknown !== null) return riskOnly(unknown, snapshot, policy, stage, balanced);
  const equity = equityOf(snapshot, balanced);
  if (!isPositive(equity))
    return skip(`the balanced total is ${decimal(equity)} RUB: there is nothing to balance`);
  const weighed = WEIGHTINGS[policy.mode]({ wallet: policy.wallet });
  if (weighed.kind === 'unknown') return riskOnly(weighed.because, snapshot, policy, stage, balanced);

  const targets = rubTargets(equity, balanced, weighed.weights);
  const context = { snapshot, policy, stage, balanced, equity, targets };
  const strict = sizeWithin(context, [...SAFETY_RULES, ...OWNER_RULES]);
  const { entries, problem, solution } = strict.solution.feasible
    ? strict
    : sizeWithin(context, SAFETY_RULES);
  const withFirst = policy.minOneLot
    ? addFirstLots(entries, problem, solution, equity)
    : { problem, solution, heldBack: [] };
  const improvement = (of: Solution) => improvementOf(context, entries, of);
  const whole = { ...withFirst, ...clearOut(withFirst) };
  const worthwhile = keepWorthwhile(entries, whole, improvement, policy, stage);
  const named = new Set(worthwhile.heldBack.map((held) => held.ticker));
  const causes = [
    ...attribute(entries, worthwhile.problem, worthwhile.solution, equity),
    ...attributeUnpriced(context, SAFETY_RULES),
  ];
  const heldBack = [...worthwhile.heldBack, ...causes.filter((cause) => !named.has(cause.ticker))];
  return { kind: 'plan', plan: buildPlan(context, entries, worthwhile.solution, heldBack) };
}

interface Sized {
  readonly entries: readonly Entry[];
  readonly problem: Problem;
  readonly solution: Solution;
}

function sizeWithin(context: BoundContext, rules: readonly BoundRule[]): Sized {
  const { snapshot, policy, targets } = context;
  const entries = makeEntries(context, rules, commissionOf(snapshot, policy));
  const problem = problemOf(snapshot, entries, targets.get(RUB) ?? NO_MONEY);
  return { entries, problem, solution: solveLots(problem) };
}

const skip = (because: string): Decision => ({ kind: 'skip', because });

/** Nothing is balanced on an unknown total; what may not be owed is covered all the same. */
function riskOnly(
  because: string,
  snapshot: Snapshot,
  policy: Policy,
  stage: Stage,
  balanced: readonly Holding[],
): Decision {
  const equity = total(balanced.map((holding) => holdingValue(holding) ?? NO_MONEY));
  const context = { snapshot, policy, stage, balanced, equity, targets: new Map<string, Money>() };
  const orders = stage.kind === 'all' && isPositive(equity) ? coverDebt(context, SAFETY_RULES) : [];
  return orders.length === 0 ? skip(because) : { kind: 'risk_only', because, orders };
}

/** What the percentages are of: the wallet's instruments, and under `sell` whatever else is held. */
function balancedHoldings(snapshot: Snapshot, policy: Policy): Holding[] {
  const balanced = snapshot.holdings.filter((holding) =>
    holding.listed && policy.wallet.has(holding.ticker)
      ? true
      : policy.unlistedPositions === 'sell' && !holding.vanished,
  );
  const tickers = balanced.map((holding) => holding.ticker);
  const twice = tickers.filter((ticker, index) => tickers.indexOf(ticker) !== index);
  assert(
    twice.length === 0,
    `holdings must be unique by ticker, found twice: ${twice.join(', ')} in ${snapshot.account}`,
  );
  return balanced;
}

/** Which of the wallet's tickers the snapshot lacks, in words; `null`: none. */
export function absentFrom(snapshot: Snapshot, policy: Policy): string | null {
  const present = new Set(balancedHoldings(snapshot, policy).map((holding) => holding.ticker));
  const absent = [...policy.wallet]
    .filter(([ticker, percent]) => percent > 0 && ticker !== RUB && !present.has(ticker))
    .map(([ticker]) => ticker);
  return absent.length === 0
    ? null
    : `the wallet names ${absent.join(', ')}, which this snapshot does not hold or list`;
}

function unknownTotal(balanced: readonly Holding[]): string | null {
  const which = balanced
    .filter((holding) => !isZero(holding.pieces) && usablePrice(holding) === null)
    .map((holding) => `${holding.ticker} (${holding.priceProblem ?? 'no price'})`)
    .join(', ');
  return which === '' ? null : `the total is unknown: no price has ever been accepted for ${which}`;
}

/** In the order of the names, so that the nano-ruble that is left over does not depend on the order of the holdings. */
function rubTargets(
  equity: Money,
  balanced: readonly Holding[],
  weights: ReadonlyMap<string, number>,
): ReadonlyMap<string, Money> {
  const tickers = [...balanced.map((holding) => holding.ticker).sort(), RUB];
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
