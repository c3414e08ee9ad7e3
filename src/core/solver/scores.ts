// The problem in doubles, for ranking only: no double ever becomes money or says that a portfolio may be given.
// Safe because every portfolio that the search brings back is judged again in bigint (verdict.ts); a rounding error here
// can cost a ranking of near equals, never a kopeck. Amounts are divided by their greatest common divisor first, so
// a problem scaled by an integer gives these same doubles, hence the same search.

import type { Line } from '../lots-problem.ts';
import { add, isNegative, type Lots, type Money, raw, subtract, times } from '../units.ts';
import type { Frame } from './frame.ts';
import { type ScoreLine, withRange } from './score-line.ts';

export interface Scores {
  readonly lines: readonly ScoreLine[];
  /** Cash less its target, and worst-case spendable less the floor, where nothing is traded. */
  readonly cashGap: number;
  readonly slack: number;
  /** Where the overshoot rule counts from for cash: the least gap, and the most slack. */
  readonly cashLeast: number;
  readonly slackMost: number;
  /** Value of the costliest lot. */
  readonly costliest: number;
  /** What the overshoot rule may allow in all: `costliest` and the fees of bringing every line to its target, generously. */
  readonly reach: number;
  /** What may be rounding error in a sum of these numbers. */
  readonly grain: number;
}

/** @returns the scores of the frame's problem, lines in its order. */
export function scoresOf(frame: Frame): Scores {
  const { problem } = frame;
  const cashGap = subtract(problem.cash, problem.cashTarget);
  const slack = subtract(subtract(problem.cash, problem.blockedCash), problem.cashFloor);
  const unit = commonUnit([cashGap, slack, ...problem.lines.map(gapOf)], problem.lines);
  const score = (amount: Money): number => Number(raw(amount) / unit);

  const lines = problem.lines.map((line, index) => lineOf(frame, line, index, score));
  const fees = lines.reduce(
    (sum, { gap, lot, fee, nearest }) => sum + fee * (Math.abs(gap) / lot + Math.abs(nearest) + 1),
    0,
  );
  const costliest = score(frame.costliest);
  const [cash, spare] = [score(cashGap), score(slack)];
  const forced = score(subtract(frame.cashForced, problem.cashTarget));
  const largest = lines.reduce((most, { gap, lot }) => Math.max(most, Math.abs(gap), lot), Math.abs(cash));
  return {
    lines: lines.map((line) => inWindow(line, costliest + fees)),
    cashGap: cash,
    slack: spare,
    cashLeast: Math.min(0, cash, forced),
    slackMost: Math.max(
      spare + Math.max(0, -cash, forced - cash),
      frame.covering ? 0 : Number.NEGATIVE_INFINITY,
    ),
    costliest,
    reach: costliest + fees,
    grain: Math.max(largest, Math.abs(spare)) * 1e-12,
  };
}

type Unlimited = Omit<ScoreLine, 'lowest' | 'highest' | 'corners'> & {
  readonly fewest: number;
  readonly most: number;
  readonly nearest: number;
};

function lineOf(frame: Frame, line: Line, index: number, score: (amount: Money) => number): Unlimited {
  const nearest = frame.nearest[index] ?? line.held;
  const start = score(add(gapOf(line), times(line.lotValue, subtract(nearest, line.held))));
  return {
    index,
    gap: score(gapOf(line)),
    lot: score(line.lotValue),
    fee: score(line.fee),
    outlay: score(line.lotValue) + score(line.buyReserve),
    proceeds: score(line.lotValue) - score(line.sellReserve),
    gapLeast: frame.covering ? Number.NEGATIVE_INFINITY : Math.min(start, 0),
    gapMost: Math.max(start, 0),
    fewest: lotsBetween(line.held, line.min),
    most: lotsBetween(line.held, line.max),
    nearest: lotsBetween(line.held, nearest),
  };
}

/** The line with the trades inside its bounds that the overshoot rule can allow. */
function inWindow({ fewest, most, nearest, ...line }: Unlimited, reach: number): ScoreLine {
  const down = Math.ceil((line.gapLeast - reach - line.gap) / line.lot);
  const up = Math.floor((line.gapMost + reach - line.gap) / line.lot);
  return withRange(line, Math.min(nearest, Math.max(fewest, down)), Math.max(nearest, Math.min(most, up)));
}

const gapOf = (line: Line): Money =>
  subtract(times(line.lotValue, line.held), subtract(line.target, line.odd));

const lotsBetween = (from: Lots, to: Lots): number => Number(raw(to) - raw(from));

function commonUnit(amounts: readonly Money[], lines: readonly Line[]): bigint {
  let unit = 0n;
  for (const amount of amounts) unit = divisor(unit, isNegative(amount) ? -raw(amount) : raw(amount));
  for (const line of lines) {
    unit = divisor(unit, raw(line.lotValue));
    unit = divisor(unit, raw(line.fee));
    unit = divisor(unit, raw(line.buyReserve));
    unit = divisor(unit, raw(line.sellReserve));
  }
  return unit === 0n ? 1n : unit;
}

function divisor(a: bigint, b: bigint): bigint {
  let [high, low] = [a, b];
  while (low !== 0n) [high, low] = [low, high % low];
  return high;
}
