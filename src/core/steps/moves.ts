// What the steps that hold moves back share: the moves of a draft, and the draft solved again with some of them smaller.
// Guarantees: after that no line moves further than before, or the other way.

import type { Entry } from '../entry.ts';
import { type Line, solveLots } from '../lots.ts';
import {
  absolute,
  add,
  isLess,
  isNegative,
  isZero,
  type Lots,
  larger,
  type Money,
  money,
  NO_MONEY,
  raw,
  smaller,
  subtract,
  times,
} from '../units.ts';
import type { Draft } from './step.ts';

export interface Move {
  readonly entry: Entry;
  readonly line: Line;
  readonly index: number;
  readonly side: 'buy' | 'sell';
  readonly lots: Lots;
  /** Without fees. */
  readonly amount: Money;
}

export const movesOf = ({ entries, problem, solution }: Draft): Move[] =>
  entries.flatMap((entry, index) => {
    const line = problem.lines[index] ?? entry.line;
    const change = subtract(solution.lots[index] ?? line.held, line.held);
    if (isZero(change)) return [];
    const count = absolute(change);
    return [
      {
        entry,
        line,
        index,
        side: isNegative(change) ? ('sell' as const) : ('buy' as const),
        lots: count,
        amount: times(line.lotValue, count),
      },
    ];
  });

/** Spendable RUB is below what it must not be below: sells cover it, whatever the owner's limits. */
export const isCovering = ({ problem }: Draft): boolean =>
  isLess(subtract(problem.cash, problem.blockedCash), problem.cashFloor);

/** Worth of the sells that cover it, fees and steps of the way included; 0 where nothing is below the floor. */
export function coverNeed({ problem }: Draft): Money {
  const missing = subtract(add(problem.cashFloor, problem.blockedCash), problem.cash);
  return isNegative(missing) ? NO_MONEY : money((raw(missing) * CLEARANCE_PERCENT) / 100n);
}

const CLEARANCE_PERCENT = 102n;

/**
 * The draft with every move at most as large as before, those named at most so many lots; `null` where no portfolio allows it.
 * @param fixed moves that stay as they are, although nothing may be left that they pay for
 */
export function shrunk(
  draft: Draft,
  most: ReadonlyMap<number, Lots>,
  fixed: ReadonlySet<number> = NONE,
): Draft | null {
  const within = (keepFirstLots: boolean): Draft => {
    const lines = draft.problem.lines.map((line, index): Line => {
      const planned = draft.solution.lots[index] ?? line.held;
      if (fixed.has(index)) return { ...line, min: planned, max: planned };
      const limit = most.get(index);
      const reached = limit === undefined ? planned : towards(line.held, planned, limit);
      // A first lot that is given up needs no least any more.
      const least = limit === undefined && keepFirstLots ? line.min : smaller(line.min, reached);
      const min = larger(keepFirstLots ? least : smaller(least, line.held), smaller(line.held, reached));
      return { ...line, min, max: larger(min, smaller(line.max, larger(line.held, reached))) };
    });
    const problem = { ...draft.problem, lines };
    return { ...draft, problem, solution: solveLots(problem) };
  };
  const narrowed = within(true);
  if (narrowed.solution.feasible) return narrowed;
  const without = within(false);
  return without.solution.feasible ? without : null;
}

const NONE: ReadonlySet<number> = new Set();

/** From `held` at most `limit` lots in the direction of `planned`. */
function towards(held: Lots, planned: Lots, limit: Lots): Lots {
  return isLess(planned, held) ? larger(planned, subtract(held, limit)) : smaller(planned, add(held, limit));
}
