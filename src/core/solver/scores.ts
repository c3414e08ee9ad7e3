// The problem in doubles, for ranking only: no double ever becomes money or says that a portfolio may be given.
// Safe because every portfolio that the search brings back is judged again in bigint (verdict.ts); a rounding error here
// can cost a ranking of near equals, never a kopeck. Amounts are divided by their greatest common divisor first, so
// a problem scaled by an integer gives these same doubles, hence the same search.

import type { Line } from '../lots.ts';
import { add, isNegative, type Lots, type Money, negate, raw, subtract, times } from '../units.ts';
import { excess, type Frame } from './verdict.ts';

/** One line; trades `d` are whole lots relative to what is held, positive for a purchase. */
export interface ScoreLine {
  readonly index: number;
  /** Value less target where nothing is traded. */
  readonly gap: number;
  readonly lot: number;
  readonly fee: number;
  /** Worst-case outlay of a lot bought and proceeds of a lot sold. */
  readonly outlay: number;
  readonly proceeds: number;
  readonly lowest: number;
  readonly highest: number;
  /** Gaps from which on the overshoot rule allows `costliest` and the fees, down and up. */
  readonly gapLeast: number;
  readonly gapMost: number;
}

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

export const costOf = (line: ScoreLine, d: number): number =>
  Math.abs(line.gap + line.lot * d) + line.fee * Math.abs(d);
/** RUB that leave cash. */
export const spendOf = (line: ScoreLine, d: number): number => line.lot * d + line.fee * Math.abs(d);
/** RUB that leave the worst-case spendable amount. */
export const drainOf = (line: ScoreLine, d: number): number => d * (d > 0 ? line.outlay : line.proceeds);

/** @returns the scores of the frame's problem, lines in its order. */
export function scoresOf(frame: Frame): Scores {
  const { problem } = frame;
  const gaps = problem.lines.map(gapOf);
  const cashGap = subtract(problem.cash, problem.cashTarget);
  const slack = subtract(subtract(problem.cash, problem.blockedCash), problem.cashFloor);
  const forcedGap = subtract(frame.cashForced, problem.cashTarget);
  const unit = commonUnit([cashGap, slack, ...gaps], problem.lines);
  const score = (amount: Money): number => Number(raw(amount) / unit);

  const costliest = score(frame.costliest);
  const cash = score(cashGap);
  const spare = score(slack);
  const forced = score(forcedGap);
  const free = problem.lines.map((line, index) => {
    const scored = {
      index,
      gap: score(gaps[index] ?? line.target),
      lot: score(line.lotValue),
      fee: score(line.fee),
      outlay: score(line.lotValue) + score(line.buyReserve),
      proceeds: score(line.lotValue) - score(line.sellReserve),
    };
    const nearest = lotsBetween(line.held, frame.nearest[index] ?? line.held);
    const start = add(
      gapOf(line),
      times(line.lotValue, subtract(frame.nearest[index] ?? line.held, line.held)),
    );
    const gapMost = score(excess(frame, start));
    const gapLeast = frame.covering ? Number.NEGATIVE_INFINITY : -score(excess(frame, negate(start)));
    const range = {
      fewest: lotsBetween(line.held, line.min),
      most: lotsBetween(line.held, line.max),
      nearest,
    };
    return { ...scored, ...range, gapLeast, gapMost };
  });
  const fees = free.reduce(
    (sum, line) => sum + line.fee * (Math.abs(line.gap) / line.lot + Math.abs(line.nearest) + 1),
    0,
  );
  const reach = costliest + fees;
  const size = free.reduce((most, { gap, lot }) => Math.max(most, Math.abs(gap), lot), Math.abs(cash));
  return {
    lines: free.map((scored) => withWindow(scored, reach)),
    cashGap: cash,
    slack: spare,
    cashLeast: Math.min(0, cash, forced),
    slackMost: Math.max(
      spare + Math.max(0, -cash, forced - cash),
      frame.covering ? 0 : Number.NEGATIVE_INFINITY,
    ),
    costliest,
    reach,
    grain: Math.max(size, Math.abs(spare)) * 1e-12,
  };
}

const gapOf = (line: Line): Money =>
  subtract(times(line.lotValue, line.held), subtract(line.target, line.odd));

const lotsBetween = (from: Lots, to: Lots): number => Number(raw(to) - raw(from));

/** Trades inside the bounds that the overshoot rule can allow. */
function withWindow(
  scored: Omit<ScoreLine, 'lowest' | 'highest'> & Record<'fewest' | 'most' | 'nearest', number>,
  reach: number,
): ScoreLine {
  const { fewest, most, nearest, ...line } = scored;
  const down = Math.ceil((line.gapLeast - reach - line.gap) / line.lot);
  const up = Math.floor((line.gapMost + reach - line.gap) / line.lot);
  return {
    ...line,
    lowest: Math.min(nearest, Math.max(fewest, down)),
    highest: Math.max(nearest, Math.min(most, up)),
  };
}

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
