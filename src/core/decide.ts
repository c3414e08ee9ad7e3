// The pipeline on one screen: weights -> RUB targets -> bounds -> whole lots -> orders. Pure: same input, same output.
// Requires: a snapshot whose holdings are unique by ticker. Guarantees: no short, no spending below the cash floor,
// nothing decided on an unknown total, and every difference from the target named.

import { assert } from './assert.ts';
import { attribute, attributeUnpriced, heldBackOf } from './attribution.ts';
import type { BoundContext } from './bounds/bound.ts';
import { SAFETY_RULES } from './bounds/registry.ts';
import { debtNotes } from './debt-notes.ts';
import { keptNotes } from './kept-notes.ts';
import { coveringOnly, exposureOf } from './leverage.ts';
import type { Decision } from './plan.ts';
import { buildPlan } from './plan-rows.ts';
import type { Policy, Stage } from './policy.ts';
import {
  equityOf,
  type Holding,
  holdingValue,
  ownCash,
  RUB,
  type Snapshot,
  usablePrice,
} from './portfolio.ts';
import { gaveWay, sizeByPrecedence } from './precedence.ts';
import { aimOf } from './rebalance/aim.ts';
import { aimedTargets } from './rebalance/aimed.ts';
import { coverDebt } from './risk-only.ts';
import { STEPS } from './steps/registry.ts';
import { targetWeights, type Weighing } from './target-weights.ts';
import { decimal, isPositive, isZero, type Money, NO_MONEY, total } from './units.ts';

export function decide(snapshot: Snapshot, policy: Policy, stage: Stage = { kind: 'all' }): Decision {
  const balanced = balancedHoldings(snapshot, policy);
  const absent = absentFrom(snapshot, policy);
  if (absent !== null) return skip(absent);
  const unknown = unknownTotal(balanced);
  if (unknown !== null) return riskOnly(unknown, snapshot, policy, stage, balanced, null);
  const equity = equityOf(snapshot, balanced);
  if (!isPositive(equity)) {
    const because = `the balanced total is ${decimal(equity)} RUB: there is nothing to balance`;
    return riskOnly(because, snapshot, policy, stage, balanced, equity);
  }
  const weighed = targetWeights(policy, snapshot.facts, snapshot.takenAtMs);
  if (weighed.kind === 'unknown') return riskOnly(weighed.because, snapshot, policy, stage, balanced, equity);

  const context = contextOf(snapshot, policy, stage, balanced, equity, weighed);
  const first = sizeByPrecedence(context);
  const final = STEPS.reduce((draft, step) => step(context, draft), first.draft);
  const causes = attribute(context, final);
  const heldBack = [...heldBackOf(final, causes), ...attributeUnpriced(context, SAFETY_RULES)];
  const warnings = [...weighed.warnings, ...context.exposure.warnings, ...gaveWay(first, final)];
  const plan = buildPlan(context, final, { heldBack, causes, warnings, weighing: weighed });
  const notes = [...debtNotes(context, plan), ...keptNotes(context, plan)];
  return { kind: 'plan', plan: { ...plan, warnings: [...plan.warnings, ...notes] } };
}

function contextOf(
  snapshot: Snapshot,
  policy: Policy,
  stage: Stage,
  balanced: readonly Holding[],
  equity: Money,
  { weights }: Weighing,
): BoundContext {
  const { facts } = snapshot;
  const { cash, blockedCash } = snapshot;
  const exposure = exposureOf({ equity, holdings: balanced, weights, policy, facts, cash, blockedCash });
  const { targets } = exposure;
  const values = new Map<string, Money>([
    ...balanced.map((holding) => [holding.ticker, holdingValue(holding) ?? NO_MONEY] as const),
    [RUB, ownCash(snapshot)],
  ]);
  const aim = aimOf({ snapshot, policy, stage, balanced, equity, targets, values });
  const aimed = aimedTargets({ snapshot, policy, stage, balanced, equity, targets, values, exposure, aim });
  return { snapshot, policy, stage, balanced, equity, targets, exposure, aim, aimed };
}

const skip = (because: string): Decision => ({ kind: 'skip', because });

/** Nothing is balanced on an unknown total; what may not be owed is covered all the same. */
function riskOnly(
  because: string,
  snapshot: Snapshot,
  policy: Policy,
  stage: Stage,
  balanced: readonly Holding[],
  known: Money | null,
): Decision {
  const equity = total(balanced.map((holding) => holdingValue(holding) ?? NO_MONEY));
  const { facts, cash } = snapshot;
  const context: BoundContext = {
    snapshot,
    policy,
    stage,
    balanced,
    equity,
    targets: new Map(),
    exposure: coveringOnly({ policy, facts, cash }, known),
    aim: { kind: 'quiet', because },
    aimed: new Map(),
  };
  const orders = stage.kind === 'all' && isPositive(equity) ? coverDebt(context, SAFETY_RULES) : [];
  const { warnings } = context.exposure;
  return orders.length === 0 ? skip(because) : { kind: 'risk_only', because, orders, warnings };
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
