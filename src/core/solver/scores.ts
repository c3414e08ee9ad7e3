// The problem in doubles, for ranking only: no double ever becomes money or says that a portfolio may be given.
// Safe because every portfolio that the search brings back is judged again in bigint (verdict.ts); a rounding error here
// can cost a ranking of near equals, never a kopeck. Amounts are divided by their greatest common divisor first, so
// a problem scaled by an integer gives these same doubles, hence the same search.

import type { Line } from '../lots.ts';
import { isLess, isMore, isNegative, type Lots, type Money, raw, subtract, times } from '../units.ts';
import type { Frame } from './verdict.ts';

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
}

export interface Scores {
  readonly lines: readonly ScoreLine[];
  /** Cash less its target, and worst-case spendable less the floor, where nothing is traded. */
  readonly cashGap: number;
  readonly slack: number;
  /** Limits of the cash gap by the overshoot rule, and the value of the costliest lot behind it. */
  readonly cashLow: number;
  readonly cashHigh: number;
  readonly costliest: number;
  readonly covering: boolean;
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
  const starts = [0, cash, score(forcedGap)];
  const lines = problem.lines.map((line, index) => {
    const scored = {
      index,
      gap: score(gaps[index] ?? line.target),
      lot: score(line.lotValue),
      fee: score(line.fee),
      outlay: score(line.lotValue) + score(line.buyReserve),
      proceeds: score(line.lotValue) - score(line.sellReserve),
    };
    const nearest = lotsBetween(line.held, frame.nearest[index] ?? line.held);
    return { ...scored, ...windowOf(line, scored, nearest, costliest, frame.covering) };
  });
  const size = lines.reduce((most, line) => Math.max(most, Math.abs(line.gap), line.lot), Math.abs(cash));
  return {
    lines,
    cashGap: cash,
    slack: score(slack),
    cashLow: Math.min(...starts) - costliest,
    cashHigh: Math.max(...starts) + costliest,
    costliest,
    covering: frame.covering,
    grain: Math.max(size, Math.abs(score(slack))) * 1e-12,
  };
}

const gapOf = (line: Line): Money =>
  subtract(times(line.lotValue, line.held), subtract(line.target, line.odd));

const lotsBetween = (from: Lots, to: Lots): number => Number(raw(to) - raw(from));

/** Trades inside the bounds that neither leave the target nor pass it by more than the costliest lot. */
function windowOf(
  line: Line,
  { gap, lot }: { gap: number; lot: number },
  nearest: number,
  costliest: number,
  covering: boolean,
): { lowest: number; highest: number } {
  const start = gap + lot * nearest;
  const fewest =
    isLess(line.min, line.held) || isMore(line.min, line.held) ? lotsBetween(line.held, line.min) : 0;
  const most =
    isLess(line.max, line.held) || isMore(line.max, line.held) ? lotsBetween(line.held, line.max) : 0;
  const down = covering ? fewest : Math.ceil((Math.min(start, 0) - costliest - gap) / lot);
  const up = Math.floor((Math.max(start, 0) + costliest - gap) / lot);
  return {
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
