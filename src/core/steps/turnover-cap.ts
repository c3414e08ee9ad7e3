// `limits.max_turnover_percent`: the most that is traded in an iteration and in a Moscow day.
// What is left is shared between sells and buys as the plan has them; within each the largest moves go first.
// What waits for a person takes none of it. Exempt: covering cash below its floor.

import type { BoundContext } from '../bounds/bound.ts';
import { percentPart } from '../bounds/max-trade.ts';
import {
  add,
  compare,
  isLess,
  isPositive,
  kopecks,
  type Lots,
  larger,
  lotsAffordable,
  type Money,
  money,
  NO_LOTS,
  NO_MONEY,
  raw,
  smaller,
  subtract,
  times,
  total,
} from '../units.ts';
import { waitingIn } from './confirmations.ts';
import { coverNeed, isCovering, type Move, movesOf, shrunk } from './moves.ts';
import { leastTrade } from './small-trades.ts';
import type { Draft, Step } from './step.ts';

export const turnoverCap: Step = (context, draft) => {
  const left = turnoverLeft(context);
  if (left === null || !draft.solution.feasible) return draft;
  const capped = cappedTo(left, context, draft, NOBODY);
  if (context.policy.confirmAbove === null || capped === draft || isCovering(draft)) return capped;
  return aroundWaiting(left, context, draft, capped);
};

/** Nothing. */
const NOBODY: ReadonlyMap<string, Lots> = new Map();

/** The cap shared anew between the moves that wait for nobody; what waits is asked about as large as it would be sent. */
function aroundWaiting(left: Money, context: BoundContext, draft: Draft, first: Draft): Draft {
  let capped = first;
  let waiting = NOBODY;
  for (let more = waitingOf(context, capped, waiting); more.size > waiting.size; ) {
    waiting = more;
    capped = cappedTo(left, context, draft, waiting);
    more = waitingOf(context, capped, waiting);
  }
  // With less to pay for it, what was to wait for a person may have become too small for that.
  const still = waitingIn(context, capped);
  const now = movesOf(capped).filter(({ entry }) => !still.has(entry.holding.ticker));
  return isLess(left, total(now.map(({ amount }) => amount))) ? first : capped;
}

/** Lots per ticker: those that waited before as they were, and those that wait in this draft. */
function waitingOf(context: BoundContext, capped: Draft, before: typeof NOBODY): typeof NOBODY {
  const tickers = waitingIn(context, capped);
  const found = movesOf(capped).filter(({ entry }) => tickers.has(entry.holding.ticker));
  return new Map([...found.map((move) => [move.entry.holding.ticker, move.lots] as const), ...before]);
}

/** @param waiting moves that take nothing of what is left, with their lots */
function cappedTo(left: Money, context: BoundContext, draft: Draft, waiting: typeof NOBODY): Draft {
  const all = movesOf(draft);
  const moves = all.filter(({ entry }) => !waiting.has(entry.holding.ticker));
  const wanted = total(moves.map(({ amount }) => amount));
  if (waiting.size === 0 && !isLess(left, wanted)) return draft;
  const sells = moves.filter(({ side }) => side === 'sell');
  const buys = moves.filter(({ side }) => side === 'buy');
  const least = leastTrade(context.equity, context.policy.limits);
  const share = isLess(left, wanted)
    ? part(left, total(sells.map(({ amount }) => amount)), wanted)
    : total(sells.map(({ amount }) => amount));
  const forSells = isCovering(draft) ? larger(share, coverWith(draft, sells)) : share;
  const allowed = [
    ...largestFirst(sells, forSells, least),
    ...largestFirst(buys, larger(NO_MONEY, subtract(left, forSells)), least),
    ...all.flatMap((move) => {
      const count = waiting.get(move.entry.holding.ticker);
      return count === undefined ? [] : [{ move, count: smaller(count, move.lots) }];
    }),
  ];
  const next = shrunk(draft, new Map(allowed.map(({ move, count }) => [move.index, count])));
  if (next === null) return draft;
  const heldBack = allowed
    .filter(({ move, count }) => isLess(count, move.lots))
    .map(({ move, count }) => ({
      ticker: move.entry.holding.ticker,
      rule: 'limits.max_turnover_percent',
      detail: `to ${move.side} ${raw(count)} of ${raw(move.lots)} lots now: ${kopecks(left)} RUB of turnover are left`,
    }));
  return { ...next, heldBack: [...next.heldBack, ...heldBack] };
}

/** The smaller of what iteration and day leave; `null` without a limit. */
function turnoverLeft({ policy, equity, snapshot, stage }: BoundContext): Money | null {
  const { maxTurnoverPercent, maxDayTurnoverPercent } = policy.limits;
  const traded = stage.kind === 'buys' ? (stage.traded ?? NO_MONEY) : NO_MONEY;
  const rests: Money[] = [];
  if (maxTurnoverPercent !== null) rests.push(subtract(percentPart(equity, maxTurnoverPercent), traded));
  if (maxDayTurnoverPercent !== null)
    rests.push(subtract(percentPart(equity, maxDayTurnoverPercent), snapshot.facts.turnoverToday));
  const [first, ...others] = rests;
  return first === undefined ? null : larger(NO_MONEY, others.reduce(smaller<Money>, first));
}

const part = (amount: Money, of: Money, whole: Money): Money => money((raw(amount) * raw(of)) / raw(whole));

/** Turnover that covering takes, whatever is left: the last lot may bring more than is missing. */
const coverWith = (draft: Draft, sells: readonly Move[]): Money =>
  sells.reduce((most, { line }) => larger(most, add(coverNeed(draft), line.lotValue)), NO_MONEY);

interface Allowed {
  readonly move: Move;
  readonly count: Lots;
}

/** A move that is cut to less than is worth trading is left out, so that the next one may be made. */
function largestFirst(moves: readonly Move[], budget: Money, least: Money): Allowed[] {
  let left = budget;
  return moves
    .toSorted((a, b) => compare(b.amount, a.amount) || (a.line.name < b.line.name ? -1 : 1))
    .map((move) => {
      const fits = smaller(move.lots, lotsAffordable(left, move.line.lotValue));
      const amount = times(move.line.lotValue, fits);
      const count = isPositive(fits) && !isLess(amount, smaller(least, move.amount)) ? fits : NO_LOTS;
      left = subtract(left, times(move.line.lotValue, count));
      return { move, count };
    });
}
