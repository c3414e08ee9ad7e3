// One line of the problem in doubles (scores.ts), and what a trade in it costs, spends and drains.
// Trades `d` are whole lots relative to what is held, positive for a purchase.

export interface ScoreLine {
  readonly index: number;
  /** Value less target where nothing is traded. */
  readonly gap: number;
  readonly lot: number;
  readonly fee: number;
  /** Worst-case outlay of a lot bought and proceeds of a lot sold. */
  readonly outlay: number;
  readonly proceeds: number;
  /** Gaps from which on the overshoot rule allows the costliest lot and the fees, down and up. */
  readonly gapLeast: number;
  readonly gapMost: number;
  /** Fewest and most lots to trade. */
  readonly lowest: number;
  readonly highest: number;
  /** Trades at which the cost bends, rising, both ends included: it is straight in between, as far as whole lots go. */
  readonly corners: readonly number[];
}

/** Difference from the target and fee. */
export const costOf = (line: ScoreLine, d: number): number =>
  Math.abs(line.gap + line.lot * d) + line.fee * Math.abs(d);
/** RUB that leave cash. */
export const spendOf = (line: ScoreLine, d: number): number => line.lot * d + line.fee * Math.abs(d);
/** RUB that leave the worst-case spendable amount. */
export const drainOf = (line: ScoreLine, d: number): number => d * (d > 0 ? line.outlay : line.proceeds);

/** The line with other limits. */
export function withRange(
  line: Omit<ScoreLine, 'lowest' | 'highest' | 'corners'>,
  lowest: number,
  highest: number,
): ScoreLine {
  const zero = -line.gap / line.lot;
  const corners = [lowest];
  for (const d of [0, Math.floor(zero), Math.ceil(zero)].sort((a, b) => a - b)) {
    if (d > (corners.at(-1) ?? d) && d < highest) corners.push(d);
  }
  if (highest > lowest) corners.push(highest);
  return { ...line, lowest, highest, corners };
}
