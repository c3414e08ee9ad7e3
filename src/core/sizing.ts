// From bounds to whole lots: one problem for the solver, and its answer as the draft that the steps narrow.
// Requires: a context that says what is aimed at. Guarantees: what has no price is no line.

import type { Bound, BoundContext } from './bounds/bound.ts';
import { type Entry, entriesWithin } from './entry.ts';
import { type Problem, solveLots } from './lots.ts';
import { commissionOf } from './policy.ts';
import { ownCash, RUB } from './portfolio.ts';
import type { Draft } from './steps/step.ts';
import { type Money, NO_MONEY } from './units.ts';

/** What is to be solved: the lines of the entries, cash with its target and its floor. */
export type Sizing = Pick<Draft, 'entries' | 'problem'>;

export function sizingOf(context: BoundContext, bounds: readonly Bound[], cashFloor: Money): Sizing {
  const entries = entriesWithin(context, bounds, commissionOf(context.snapshot, context.policy));
  return { entries, problem: problemOf(context, entries, cashFloor) };
}

export const solved = ({ entries, problem }: Sizing): Draft => ({
  entries,
  problem,
  solution: solveLots(problem),
  heldBack: [],
});

function problemOf({ snapshot, aimed }: BoundContext, entries: readonly Entry[], cashFloor: Money): Problem {
  return {
    lines: entries.map((entry) => entry.line),
    cash: ownCash(snapshot),
    blockedCash: snapshot.blockedCash,
    cashTarget: aimed.get(RUB) ?? NO_MONEY,
    cashFloor,
  };
}
