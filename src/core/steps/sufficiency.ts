// `min_funds_sufficiency`: a plan that leaves a debt leaves collateral of at least so many times the starting margin, by
// the broker's own figures and what the plan changes in them; where no sells get there, they get as near as they may.
// Guarantees: only the cash floor gets higher, or purchases fewer; the same draft where the collateral is enough, where
// nothing is owed, or where nothing helps.

import type { BoundContext } from '../bounds/bound.ts';
import type { Entry } from '../entry.ts';
import { type Problem, type Solution, solveLots } from '../lots.ts';
import { raisingMost } from '../solver/covering.ts';
import {
  add,
  compare,
  isLess,
  isNegative,
  isPositive,
  larger,
  type Money,
  money,
  NANO,
  NO_MONEY,
  negate,
  raw,
  smaller,
  subtract,
  times,
} from '../units.ts';
import { worstCash } from '../worst-cash.ts';
import { atMost, notBought } from './at-most.ts';
import type { Draft } from './step.ts';

const ROUNDS = 4;

export function sufficientCollateral(context: BoundContext, draft: Draft): Draft {
  const collateral = collateralOf(context);
  if (collateral === null) return draft;
  let { problem, solution } = draft;
  let missing = missingAfter(collateral, draft.entries, problem, solution);
  for (let round = 0; isPositive(missing) && round < ROUNDS; round += 1) {
    const floor = smaller(
      NO_MONEY,
      add(worstCash(problem, solution), debtToShed(collateral, draft.entries, missing)),
    );
    const raised = { ...problem, cashFloor: larger(problem.cashFloor, floor) };
    const found = solveLots(raised);
    if (!found.feasible) return asNearAsItGets(context, draft, collateral);
    problem = raised;
    solution = found;
    missing = missingAfter(collateral, draft.entries, problem, solution);
  }
  if (isPositive(missing)) {
    const lines = problem.lines.map(notBought);
    problem = { ...problem, lines };
    solution = solveLots(problem);
  }
  if (problem === draft.problem) return draft;
  return {
    ...draft,
    problem,
    solution,
    heldBack: [...draft.heldBack, ...named(context, draft, solution)],
  };
}

/** No purchase; and where what is held lacks collateral itself, the sells that bounds allow. */
function asNearAsItGets(context: BoundContext, draft: Draft, collateral: Collateral): Draft {
  const unbought = { ...draft.problem, lines: draft.problem.lines.map(notBought) };
  const still = solveLots(unbought);
  const isEnough = !isPositive(missingAfter(collateral, draft.entries, unbought, still));
  const most = worstCash(unbought, { ...still, lots: raisingMost(unbought) });
  const problem = isEnough
    ? unbought
    : { ...unbought, cashFloor: larger(unbought.cashFloor, smaller(NO_MONEY, most)) };
  const solution = isEnough ? still : solveLots(problem);
  if (solution.lots.every((count, index) => compare(count, draft.solution.lots[index] ?? count) === 0))
    return draft;
  // What is sold for it is not bought back by a later step.
  const lines = problem.lines.map((line, index) => atMost(line, solution.lots[index] ?? line.max));
  const heldBack = [...draft.heldBack, ...named(context, draft, solution)];
  return { ...draft, problem: { ...problem, lines }, solution, heldBack };
}

interface Collateral {
  readonly liquid: bigint;
  readonly starting: bigint;
  /** Billionths. */
  readonly sufficiency: bigint;
}

function collateralOf({ policy, snapshot }: BoundContext): Collateral | null {
  const { margin } = snapshot.facts;
  if (policy.margin === null || margin?.kind !== 'enabled') return null;
  return {
    liquid: raw(margin.liquid),
    starting: raw(margin.starting),
    sufficiency: BigInt(Math.round(policy.margin.minFundsSufficiency * 1e9)),
  };
}

/** Collateral that the plan lacks, at worst; nothing where it leaves no debt. */
function missingAfter(
  collateral: Collateral,
  entries: readonly Entry[],
  problem: Problem,
  solution: Solution,
): Money {
  if (!isNegative(worstCash(problem, solution))) return NO_MONEY;
  let liquid = collateral.liquid * NANO;
  let starting = collateral.starting * NANO;
  problem.lines.forEach((line, index) => {
    const change = subtract(solution.lots[index] ?? line.held, line.held);
    const buys = isPositive(change);
    const value = raw(times(line.lotValue, change));
    const lost = raw(times(buys ? line.buyReserve : line.sellReserve, buys ? change : negate(change)));
    const marginRate = entries[index]?.holding.marginRate ?? null;
    liquid -= (marginRate === null ? value + lost : lost) * NANO;
    if (marginRate !== null) starting += value * raw(marginRate);
  });
  const missing = (starting * collateral.sufficiency) / NANO - liquid;
  return money(missing > 0n ? missing / NANO + 1n : 0n);
}

/** By how much debt has to shrink for that: a ruble of it carries the least margined collateral. */
function debtToShed({ sufficiency }: Collateral, entries: readonly Entry[], missing: Money): Money {
  const rates = entries.flatMap(({ holding }) =>
    holding.marginRate === null ? [] : [raw(holding.marginRate)],
  );
  const least = rates.reduce((low, part) => (part < low ? part : low), NANO);
  return money((raw(missing) * NANO * NANO) / (least * sufficiency) + 1n);
}

function named({ policy }: BoundContext, draft: Draft, solution: Solution): Draft['heldBack'] {
  const detail = `the collateral would be less than ${policy.margin?.minFundsSufficiency} times the starting margin (min_funds_sufficiency)`;
  return draft.entries.flatMap(({ holding, line }, index) => {
    const before = draft.solution.lots[index] ?? line.held;
    const after = solution.lots[index] ?? line.held;
    return isLess(after, before) ? [{ ticker: holding.ticker, rule: 'margin_trading', detail }] : [];
  });
}
