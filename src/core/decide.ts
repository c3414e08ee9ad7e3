// The pipeline on one screen: weights -> RUB targets -> bounds -> whole lots -> orders. Pure: same input, same output.
// Requires: a snapshot whose holdings are unique by ticker. Guarantees: no short, no spending below the cash floor,
// nothing decided on an unknown total, and every difference from the target named.

import { assert } from './assert.ts';
import { attribute, attributeUnpriced } from './attribution.ts';
import type { BoundContext, BoundRule } from './bounds/bound.ts';
import { BROKER_RULES, OWNER_RULES, SAFETY_RULES } from './bounds/registry.ts';
import { type Entry, makeEntries } from './entry.ts';
import { type Exposure, exposureOf } from './leverage.ts';
import { type Problem, solveLots } from './lots.ts';
import type { Decision } from './plan.ts';
import { buildPlan } from './plan-rows.ts';
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
import { aimOf } from './rebalance/aim.ts';
import { coverDebt } from './risk-only.ts';
import { STEPS } from './steps/registry.ts';
import type { Draft } from './steps/step.ts';
import { targetWeights, type Weighing } from './target-weights.ts';
import { decimal, isLess, isPositive, isZero, type Money, NO_MONEY, total } from './units.ts';

export function decide(snapshot: Snapshot, policy: Policy, stage: Stage = { kind: 'all' }): Decision {
  const balanced = balancedHoldings(snapshot, policy);
  const absent = absentFrom(snapshot, policy);
  if (absent !== null) return skip(absent);
  const unknown = unknownTotal(balanced);
  if (unknown !== null) return riskOnly(unknown, snapshot, policy, stage, balanced);
  const equity = equityOf(snapshot, balanced);
  if (!isPositive(equity))
    return skip(`the balanced total is ${decimal(equity)} RUB: there is nothing to balance`);
  const weighed = targetWeights(policy, snapshot.facts, snapshot.takenAtMs);
  if (weighed.kind === 'unknown') return riskOnly(weighed.because, snapshot, policy, stage, balanced);

  const context = contextOf(snapshot, policy, stage, balanced, equity, weighed);
  const strict = sizeWithin(context, EVERY_RULE);
  const first = strict.solution.feasible ? strict : sizeWithin(context, WITHOUT_OWNER);
  const final = STEPS.reduce((draft, step) => step(context, draft), first);
  const named = new Set(final.heldBack.map((held) => held.ticker));
  const causes = [
    ...attribute(final.entries, final.problem, final.solution, equity),
    ...attributeUnpriced(context, SAFETY_RULES),
  ];
  const heldBack = [...final.heldBack, ...causes.filter((cause) => !named.has(cause.ticker))];
  const warnings = [...weighed.warnings, ...context.exposure.warnings, ...gaveWay(strict, final)];
  return { kind: 'plan', plan: buildPlan(context, final, { heldBack, warnings, weighing: weighed }) };
}

const EVERY_RULE = [...SAFETY_RULES, ...BROKER_RULES, ...OWNER_RULES];
const WITHOUT_OWNER = [...SAFETY_RULES, ...BROKER_RULES];

function contextOf(
  snapshot: Snapshot,
  policy: Policy,
  stage: Stage,
  balanced: readonly Holding[],
  equity: Money,
  { weights }: Weighing,
): BoundContext {
  const { facts } = snapshot;
  const tickers = balanced.map((holding) => holding.ticker);
  const exposure = exposureOf({ equity, tickers, weights, policy, facts });
  const { targets } = exposure;
  const values = new Map<string, Money>([
    ...balanced.map((holding) => [holding.ticker, holdingValue(holding) ?? NO_MONEY] as const),
    [RUB, ownCash(snapshot)],
  ]);
  const aim = aimOf({ snapshot, policy, stage, equity, targets, values });
  return { snapshot, policy, stage, balanced, equity, targets, exposure, aim };
}

function sizeWithin(context: BoundContext, rules: readonly BoundRule[]): Draft {
  const { snapshot, policy } = context;
  const entries = makeEntries(context, rules, commissionOf(snapshot, policy));
  const problem = problemOf(context, entries);
  return { entries, problem, solution: solveLots(problem), heldBack: [] };
}

/** The owner's rules that a plan had to break because cash could not reach its floor otherwise. */
function gaveWay(strict: Draft, final: Draft): string[] {
  if (strict.solution.feasible) return [];
  return strict.entries.flatMap(({ holding, range }, index) => {
    const planned = final.solution.lots[index] ?? range.min;
    return isLess(planned, range.min) && range.minBy
      ? [`${holding.ticker}: ${range.minBy.rule} gave way, RUB could not be covered otherwise`]
      : [];
  });
}

const skip = (because: string): Decision => ({ kind: 'skip', because });

const NO_EXPOSURE: Exposure = { targets: new Map(), cashFloor: NO_MONEY, debtLimit: NO_MONEY, warnings: [] };

/** Nothing is balanced on an unknown total; what may not be owed is covered all the same. */
function riskOnly(
  because: string,
  snapshot: Snapshot,
  policy: Policy,
  stage: Stage,
  balanced: readonly Holding[],
): Decision {
  const equity = total(balanced.map((holding) => holdingValue(holding) ?? NO_MONEY));
  const context: BoundContext = {
    snapshot,
    policy,
    stage,
    balanced,
    equity,
    targets: new Map(),
    exposure: NO_EXPOSURE,
    aim: { kind: 'quiet', because },
  };
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

function problemOf({ snapshot, targets, exposure }: BoundContext, entries: readonly Entry[]): Problem {
  return {
    lines: entries.map((entry) => entry.line),
    cash: ownCash(snapshot),
    blockedCash: snapshot.blockedCash,
    cashTarget: targets.get(RUB) ?? NO_MONEY,
    cashFloor: exposure.cashFloor,
  };
}
