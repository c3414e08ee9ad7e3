// Local search among portfolios as good as the least: drops orders that are not needed, then evens out the differences.
// Guarantees: each step is calmer than the one before (fewer orders, else a smaller sum of squares), inside limits and ceiling.

import type { ScoreLine } from './score-line.ts';
import type { Scores } from './scores.ts';
import {
  type Candidate,
  type Confirm,
  candidateOf,
  isCalmer,
  mayBeGiven,
  nothingDecided,
  objectiveOf,
  rankOf,
  type Tally,
  withoutTrade,
  withTrade,
} from './tally.ts';

/** Rounds over all pairs: a round that helps is followed by another, up to this many. */
const ROUNDS = 6;
/** Pairs tried in a round, about: with very many lines each meets only its neighbours in lot value. */
const PAIRS = 600;

interface Walk {
  readonly scores: Scores;
  readonly ceiling: number;
  readonly confirm: Confirm;
  readonly trades: Float64Array;
  tally: Tally;
  at: Candidate;
}

/** The calmest portfolio that single moves and exchanges between two lines lead to. */
export function smooth(scores: Scores, from: Candidate, ceiling: number, confirm: Confirm): Candidate {
  const trades = from.trades.slice();
  const tally = scores.lines.reduce(
    (sum, line) => withTrade(sum, line, trades[line.index] ?? 0),
    nothingDecided(scores),
  );
  const walk: Walk = { scores, ceiling, confirm, trades, tally, at: from };
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = walk.at;
    const traded = scores.lines.filter((line) => walk.trades[line.index] !== 0);
    for (const line of traded) calm(walk, line, traded);
    if (walk.at === before) break;
  }
  return walk.at;
}

function calm(walk: Walk, line: ScoreLine, traded: readonly ScoreLine[]): void {
  const place = traded.indexOf(line);
  const reach = Math.ceil(PAIRS / traded.length);
  const partners = traded
    .slice(Math.max(0, place - reach), place + reach + 1)
    .filter((other) => other !== line);
  const d = walk.trades[line.index] ?? 0;
  if (step(walk, line, 0) || partners.some((other) => passOn(walk, line, other, d))) return;
  even(walk, line, (gapOf(walk, line) - walk.tally.cashGap) / 2);
  for (const other of partners) {
    const half = (gapOf(walk, line) - gapOf(walk, other)) / 2;
    const lots = Math.round(half / line.lot);
    if (lots !== 0) passOn(walk, line, other, lots);
  }
}

const gapOf = (walk: Walk, line: ScoreLine): number => line.gap + line.lot * (walk.trades[line.index] ?? 0);

/** Moves about `amount` RUB from a line into cash. */
function even(walk: Walk, line: ScoreLine, amount: number): void {
  const lots = Math.trunc(amount / line.lot);
  if (lots !== 0) step(walk, line, (walk.trades[line.index] ?? 0) - lots);
}

/** Takes `lots` out of a line and puts what they are worth into another. */
function passOn(walk: Walk, line: ScoreLine, other: ScoreLine, lots: number): boolean {
  const to = (walk.trades[line.index] ?? 0) - lots;
  const exact = (lots * line.lot) / other.lot;
  const base = walk.trades[other.index] ?? 0;
  return (
    step(walk, line, to, other, base + Math.floor(exact)) ||
    step(walk, line, to, other, base + Math.ceil(exact))
  );
}

/** Takes a step if it is calmer and allowed. */
function step(walk: Walk, line: ScoreLine, d: number, other?: ScoreLine, otherD = 0): boolean {
  if (d < line.lowest || d > line.highest) return false;
  if (other && (otherD < other.lowest || otherD > other.highest)) return false;
  const { trades, scores } = walk;
  const before = trades[line.index] ?? 0;
  const otherBefore = other ? (trades[other.index] ?? 0) : 0;
  let tally = withTrade(withoutTrade(walk.tally, line, before), line, d);
  if (other) tally = withTrade(withoutTrade(tally, other, otherBefore), other, otherD);
  if (objectiveOf(tally) > walk.ceiling || !isCalmer(rankOf(tally), walk.at)) return false;
  trades[line.index] = d;
  if (other) trades[other.index] = otherD;
  if (!mayBeGiven(trades, tally, scores, walk.confirm)) {
    trades[line.index] = before;
    if (other) trades[other.index] = otherBefore;
    return false;
  }
  walk.tally = tally;
  walk.at = candidateOf(trades, tally);
  return true;
}
