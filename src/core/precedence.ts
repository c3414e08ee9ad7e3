// Which rule gives way where no portfolio keeps them all: safety never, the broker's only to safety, the owner's first.
// Rules collide over one thing: cash below its floor that their minimums forbid to raise. What they allow at most holds
// all the same. Guarantees: no exception; nothing more gives way than has to, in the order of `YIELDING`; what gives way
// is sold only as far as the floor asks, and nothing is bought meanwhile; every rule that gave way can be named.

import type { Bound, BoundContext } from './bounds/bound.ts';
import { BROKER_RULES, OWNER_RULES, SAFETY_RULES } from './bounds/registry.ts';
import { boundsOf } from './entry.ts';
import { type Problem, solveLots } from './lots.ts';
import { lotsHeld } from './portfolio.ts';
import { aimedFloor } from './rebalance/aimed.ts';
import { type Sizing, sizingOf, solved } from './sizing.ts';
import { raisingMost } from './solver/covering.ts';
import { accountOf } from './solver/frame.ts';
import type { Draft } from './steps/step.ts';
import {
  add,
  compare,
  isLess,
  isMore,
  isNegative,
  isPositive,
  kopecks,
  type Lots,
  larger,
  type Money,
  smaller,
} from './units.ts';

/** The owner's minimums in the order in which they give way; whatever is not named goes with the first. */
const YIELDING: readonly (readonly string[])[] = [
  ['rebalance', 'limits'],
  ['min_profit_percent_for_close_position'],
  ['min_one_lot'],
  ['do_not_sell', 'buy_only'],
];
const BROKER = YIELDING.length;

const levelOf = ({ rule }: Bound): number =>
  Math.max(
    0,
    YIELDING.findIndex((names) => names.includes(rule)),
  );

export interface Sized {
  readonly draft: Draft;
  /** All that the broker's and the owner's rules asked for. */
  readonly asked: readonly Bound[];
}

/** The first draft: within every rule where that reaches the cash floor, else without as few as it takes. */
export function sizeByPrecedence(context: BoundContext): Sized {
  const safety = boundsOf(context, SAFETY_RULES);
  const broker = boundsOf(context, BROKER_RULES);
  const owner = boundsOf(context, OWNER_RULES);
  const { leastFloor } = context.exposure;
  const asked = [...broker, ...owner];

  const strict = sizingOf(context, [...safety, ...asked], aimedFloor(context));
  if (reaches(strict.problem)) return { draft: solved(strict), asked };
  // What the owner keeps aside gives way before the owner's rules do: only debt overrules those.
  const saving = [...safety, ...asked, ...nothingBought(context)];
  let tried = sizingOf(context, saving, reachableFloor(context, strict.problem));
  if (reaches(tried.problem)) return { draft: solved(tried), asked };
  for (let level = 0; level <= BROKER; level += 1) {
    const kept = level < BROKER ? broker : broker.flatMap(withoutMinimum);
    const left = owner.flatMap((bound) => (levelOf(bound) <= level ? withoutMinimum(bound) : [bound]));
    const before = raisingMost(tried.problem);
    tried = sizingOf(context, [...safety, ...kept, ...left], leastFloor);
    if (reaches(tried.problem)) return { draft: covering(tried, before), asked };
  }
  return { draft: solved(tried), asked };
}

function withoutMinimum(bound: Bound): Bound[] {
  const { min: _, ...rest } = bound;
  return rest.max === undefined ? [] : [rest];
}

/** While RUB does not reach what is kept aside, none of it is spent. */
function nothingBought({ balanced, policy, exposure }: BoundContext): Bound[] {
  const rule = isPositive(policy.limits.cashReserve) ? 'cash_reserve_rub' : 'raise-cash';
  const detail = `RUB cannot reach the ${kopecks(exposure.cashFloor)} RUB that are kept: nothing is bought`;
  return isLess(exposure.leastFloor, exposure.cashFloor)
    ? balanced.map((holding) => ({ ticker: holding.ticker, max: lotsHeld(holding), rule, detail }))
    : [];
}

/** Nothing of what should be kept aside is spent, and what a person asked for is raised as far as the rules let it be. */
function reachableFloor({ exposure, snapshot }: BoundContext, problem: Problem): Money {
  const { cashFloor, leastFloor } = exposure;
  const most = add(problem.cashFloor, accountOf(problem, raisingMost(problem)).slack);
  const raised = smaller(most, snapshot.facts.setAside);
  return larger(leastFloor, smaller(cashFloor, larger(snapshot.cash, raised)));
}

const reaches = (problem: Problem): boolean => !isNegative(accountOf(problem, raisingMost(problem)).slack);

/** Sells, from `most` lots down, no more than lifts cash to its floor, and best what is above its target. */
function covering({ entries, problem }: Sizing, most: readonly Lots[]): Draft {
  const lines = problem.lines.map((line, index) => ({
    ...line,
    max: larger(line.min, smaller(line.max, most[index] ?? line.held)),
  }));
  const cashTarget = add(problem.cashFloor, problem.blockedCash);
  const least = solveLots({ ...problem, lines, cashTarget });
  const fixed = problem.lines.map((line, index) => {
    const count = least.lots[index] ?? line.held;
    return { ...line, min: count, max: count };
  });
  const narrowed = { ...problem, lines: fixed };
  return { entries, problem: narrowed, solution: solveLots(narrowed), heldBack: [] };
}

/** The rules that the plan does not keep, in words: another went before, or RUB had to be covered. */
export function gaveWay({ draft: first, asked }: Sized, final: Draft): string[] {
  const lines = new Map(
    first.entries.map((entry, index) => [
      entry.holding.ticker,
      { range: entry.range, planned: final.solution.lots[index] ?? entry.line.held },
    ]),
  );
  const told = asked.flatMap(({ ticker, rule, min, max }) => {
    const line = lines.get(ticker);
    if (line === undefined) return [];
    const { planned, range } = line;
    if (max !== undefined && isMore(planned, max))
      return [`${ticker}: ${rule} gave way${toOf(range.minBy, rule)}`];
    if (min === undefined || !isLess(planned, min)) return [];
    const first = range.maxBy !== null && compare(planned, range.max) === 0 ? range.maxBy : null;
    return [
      first !== null && isLess(range.max, min)
        ? `${ticker}: ${rule} gave way${toOf(first, rule)}`
        : `${ticker}: ${rule} gave way, RUB could not be covered otherwise`,
    ];
  });
  return [...new Set(told)];
}

const toOf = (by: Bound | null, rule: string): string =>
  by === null || by.rule === rule ? '' : ` to ${by.rule}`;
