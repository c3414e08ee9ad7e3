// A portfolio as the search adds it up, line by line, in the doubles of scores.ts.

import { costOf, drainOf, type ScoreLine, spendOf } from './score-line.ts';
import type { Scores } from './scores.ts';

export interface Tally {
  /** Differences from the targets and fees of the lines decided. */
  readonly cost: number;
  /** Cash less its target, and worst-case spendable less the floor. */
  readonly cashGap: number;
  readonly slack: number;
  readonly fees: number;
  readonly orders: number;
  /** Squared differences from the targets, without cash. */
  readonly squares: number;
  readonly turnover: number;
}

export const nothingDecided = (scores: Scores): Tally => ({
  cost: 0,
  cashGap: scores.cashGap,
  slack: scores.slack,
  fees: 0,
  orders: 0,
  squares: 0,
  turnover: 0,
});

/** The tally with one more line decided. */
export function withTrade(tally: Tally, line: ScoreLine, d: number): Tally {
  const gap = line.gap + line.lot * d;
  return {
    cost: tally.cost + costOf(line, d),
    cashGap: tally.cashGap - spendOf(line, d),
    slack: tally.slack - drainOf(line, d),
    fees: tally.fees + line.fee * Math.abs(d),
    orders: tally.orders + (d === 0 ? 0 : 1),
    squares: tally.squares + gap * gap,
    turnover: tally.turnover + line.lot * Math.abs(d),
  };
}

/** The tally with one of its lines taken back. */
export function withoutTrade(tally: Tally, line: ScoreLine, d: number): Tally {
  const gap = line.gap + line.lot * d;
  return {
    cost: tally.cost - costOf(line, d),
    cashGap: tally.cashGap + spendOf(line, d),
    slack: tally.slack + drainOf(line, d),
    fees: tally.fees - line.fee * Math.abs(d),
    orders: tally.orders - (d === 0 ? 0 : 1),
    squares: tally.squares - gap * gap,
    turnover: tally.turnover - line.lot * Math.abs(d),
  };
}

export const objectiveOf = (tally: Tally): number => tally.cost + Math.abs(tally.cashGap);

/** How a portfolio stands to floor and overshoot rule; `edge`: rounding may hide that it breaks them, bigint must say. */
type Standing = 'inside' | 'edge' | 'outside';

/** Of cash alone. */
export function cashStanding({ cashGap, slack, fees }: Tally, scores: Scores): Standing {
  const reach = scores.costliest + fees;
  const above = scores.slackMost + reach - slack;
  const below = cashGap - scores.cashLeast + reach;
  return standingOf(Math.min(slack, above, below), scores.grain);
}

/** Of everything. */
function standing(trades: Float64Array, tally: Tally, scores: Scores): Standing {
  let worst = cashStanding(tally, scores);
  const reach = scores.costliest + tally.fees;
  for (const line of scores.lines) {
    const gap = line.gap + line.lot * (trades[line.index] ?? 0);
    const of = standingOf(Math.min(gap - line.gapLeast, line.gapMost - gap) + reach, scores.grain);
    if (of === 'outside') return of;
    if (of === 'edge' && worst === 'inside') worst = of;
  }
  return worst;
}

/** Says in exact money whether a portfolio may be given. */
export type Confirm = (trades: Float64Array) => boolean;

/** Whether a portfolio may be given; `confirm` is asked where doubles cannot tell. */
export function mayBeGiven(trades: Float64Array, tally: Tally, scores: Scores, confirm: Confirm): boolean {
  const of = standing(trades, tally, scores);
  return of === 'inside' || (of === 'edge' && confirm(trades));
}

const standingOf = (room: number, grain: number): Standing =>
  room > grain ? 'inside' : room < -grain ? 'outside' : 'edge';

/** A whole portfolio that the search found: trades by index of line, and what the rules rank it by. */
export interface Candidate extends Rank {
  readonly trades: Float64Array;
  readonly objective: number;
}

/** Orders, squares (cash included) and turnover: what portfolios as good as the least are ranked by, in that order. */
export interface Rank {
  readonly orders: number;
  readonly squares: number;
  readonly turnover: number;
}

/** Copies the trades. */
export const candidateOf = (trades: Float64Array, tally: Tally): Candidate => ({
  trades: trades.slice(),
  objective: objectiveOf(tally),
  ...rankOf(tally),
});

export const rankOf = (tally: Tally): Rank => ({
  orders: tally.orders,
  squares: tally.squares + tally.cashGap * tally.cashGap,
  turnover: tally.turnover,
});

/** Part by which a sum has to differ to be told apart from rounding; bigint ranks what comes back. */
const ROUNDING = 1e-9;

/** Whether a portfolio of rank `a` goes before one of rank `b`. */
export function isCalmer(a: Rank, b: Rank): boolean {
  if (a.orders !== b.orders) return a.orders < b.orders;
  if (Math.abs(a.squares - b.squares) > b.squares * ROUNDING) return a.squares < b.squares;
  return a.turnover < b.turnover * (1 - ROUNDING);
}
