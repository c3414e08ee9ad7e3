// `confirmationThresholdRub`: an order worth more is not made without a person's yes; the rest is sized without it.
// Requires: to be the last step that a plan is sized by. Guarantees: judged by the whole order, however it is split later;
// what covers a debt that is not allowed never waits, and no more than that passes; nothing is bought in its place.

import type { BoundContext } from '../bounds/bound.ts';
import { type Line, type Problem, type Solution, solveLots } from '../lots.ts';
import type { HeldBack } from '../plan.ts';
import {
  absolute,
  isLess,
  isMore,
  isNegative,
  kopecks,
  type Lots,
  larger,
  type Money,
  raw,
  smaller,
  subtract,
  times,
} from '../units.ts';
import { worstCash } from '../worst-cash.ts';
import type { Draft, LargeMove, Step } from './step.ts';

export const CONFIRMATION_RULE = 'confirmationThresholdRub';
/** How much a confirmed order may grow before it is asked about again, in percent. */
const GROWTH_MAX = 5n;

export const confirmations: Step = (context, draft) => {
  const { policy, snapshot, exposure } = context;
  if (policy.confirmAbove === null || !draft.solution.feasible) return draft;
  const large = largeMoves(context, draft);
  const floor = smaller(draft.problem.cashFloor, exposure.leastFloor);
  const owes = isLess(subtract(draft.problem.cash, draft.problem.blockedCash), floor);
  const called = snapshot.facts.margin?.kind === 'enabled' && isCalled(snapshot.facts.margin);
  const urgent = owes && large.length > 0 ? covering(draft, floor) : called ? salesOf(draft) : null;
  const waiting = large.filter((move) => !move.agreed && !isUrgent(draft, move.ticker, urgent));
  const problem = { ...draft.problem, lines: linesWithout(draft, waiting, urgent) };
  if (waiting.length === 0) return { ...draft, problem, confirmations: large.filter(({ agreed }) => agreed) };
  return {
    ...draft,
    ...solvedWithout(problem, draft.solution, floor),
    confirmations: large.filter((move) => move.agreed || waiting.includes(move)),
    heldBack: [...draft.heldBack, ...waiting.flatMap((move) => heldBackOf(context, draft, move))],
  };
};

/** The broker is about to sell by force: whatever lowers the risk is urgent. */
const isCalled = ({ liquid, minimal }: { liquid: Money; minimal: Money }): boolean => isLess(liquid, minimal);

function largeMoves({ policy, snapshot }: BoundContext, { entries, solution }: Draft): LargeMove[] {
  const threshold = policy.confirmAbove;
  if (threshold === null) return [];
  return entries.flatMap(({ holding, line }, index) => {
    const change = changeOf(line, solution.lots[index]);
    const amount = times(line.lotValue, absolute(change));
    if (!isMore(amount, threshold)) return [];
    const { ticker } = holding;
    const move = { ticker, side: isNegative(change) ? ('sell' as const) : ('buy' as const) };
    const agreed = snapshot.facts.approvals.some(
      (approval) =>
        approval.ticker === ticker &&
        approval.side === move.side &&
        isWithin(raw(absolute(change)), raw(approval.lots)) &&
        isWithin(raw(amount), raw(approval.amount)),
    );
    return [{ ...move, lots: absolute(change), agreed }];
  });
}

/** Tickers whose move needs a yes that nobody has given. */
export const waitingIn = (context: BoundContext, draft: Draft): ReadonlySet<string> =>
  new Set(largeMoves(context, draft).flatMap(({ agreed, ticker }) => (agreed ? [] : [ticker])));

/** At most five percent above what a person has seen. */
export const isWithin = (now: bigint, then: bigint): boolean => now * 100n <= then * (100n + GROWTH_MAX);

/** Lots per line after the sales that a debt or the broker asks for at once. */
type Urgent = readonly Lots[] | null;

/** The least that brings cash back to `floor`. */
function covering({ problem, solution }: Draft, floor: Money): Urgent {
  const lines = problem.lines.map((line, index) => {
    const planned = smaller(solution.lots[index] ?? line.held, line.held);
    return { ...line, min: planned, max: larger(planned, smaller(line.held, line.max)) };
  });
  return solveLots({ ...problem, lines, cashTarget: floor, cashFloor: floor }).lots;
}

const salesOf = ({ problem, solution }: Draft): Urgent =>
  problem.lines.map((line, index) => smaller(solution.lots[index] ?? line.held, line.held));

/** It sells no more than has to be sold at once. */
function isUrgent({ entries, solution }: Draft, ticker: string, urgent: Urgent): boolean {
  const index = entries.findIndex(({ holding }) => holding.ticker === ticker);
  const [least, planned, held] = [urgent?.[index], solution.lots[index], entries[index]?.line.held];
  if (least === undefined || planned === undefined || held === undefined) return false;
  return isLess(planned, held) && !isLess(planned, least);
}

/**
 * What waits stays as it is, or as far as is urgent; the rest moves no further than it was going to: neither these steps nor
 * later ones sell or buy something else in its place. A move that an earlier step insisted on may shrink, for what was to
 * pay for it may wait; what a bound insists on may not.
 */
function linesWithout(
  { entries, problem, solution }: Draft,
  waiting: readonly LargeMove[],
  urgent: Urgent,
): Line[] {
  const frozen = new Set(waiting.map(({ ticker }) => ticker));
  return problem.lines.map((line, index): Line => {
    const entry = entries[index];
    if (!entry) return line;
    const within = (count: Lots): Lots => larger(entry.range.min, smaller(entry.range.max, count));
    if (frozen.has(entry.holding.ticker)) {
      const count = within(smaller(line.held, urgent?.[index] ?? line.held));
      return { ...line, min: count, max: count };
    }
    const [now, planned] = [within(line.held), solution.lots[index] ?? line.held];
    return { ...line, min: smaller(now, planned), max: larger(now, planned) };
  });
}

function solvedWithout(
  problem: Problem,
  planned: Solution,
  debtFloor: Money,
): Pick<Draft, 'problem' | 'solution'> {
  const solution = solveLots(problem);
  if (solution.feasible) return { problem, solution };
  // Money that its owner wants kept has to wait with the order that would have raised it.
  const cashFloor = larger(debtFloor, smaller(problem.cashFloor, raisedBy(problem, planned)));
  const lowered = { ...problem, cashFloor };
  return { problem: lowered, solution: solveLots(lowered) };
}

/** Cash where the planned sales that are still possible are made and nothing is bought. */
function raisedBy(problem: Problem, planned: Solution): Money {
  const counts = problem.lines.map((line, index) =>
    larger(line.min, smaller(planned.lots[index] ?? line.held, line.held)),
  );
  return worstCash(problem, { ...planned, lots: counts });
}

function heldBackOf({ policy }: BoundContext, { entries }: Draft, move: LargeMove): HeldBack[] {
  const { ticker, side, lots: count } = move;
  const line = entries.find(({ holding }) => holding.ticker === ticker)?.line;
  if (!line || policy.confirmAbove === null) return [];
  const amount = kopecks(times(line.lotValue, count));
  const limit = kopecks(policy.confirmAbove);
  const detail = `to ${side} ${raw(count)} lots for ${amount} RUB needs a person's yes (above ${limit} RUB)`;
  return [{ ticker, rule: CONFIRMATION_RULE, detail }];
}

const changeOf = (line: Line, planned: Lots | undefined): Lots => subtract(planned ?? line.held, line.held);
