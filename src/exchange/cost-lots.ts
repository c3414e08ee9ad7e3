// What the pieces of one holding cost: first in, first out, and the moving average beside it.
// Raw bigints: nano per piece, pieces. Averages are rounded to the nearest nano.

import { least } from './extremes.ts';

export interface CostLot {
  readonly pieces: bigint;
  readonly price: bigint;
}

const nearest = (value: bigint, divisor: bigint): bigint => (2n * value + divisor) / (2n * divisor);

export class CostBasis {
  private lots: CostLot[] = [];
  private pieces = 0n;
  /** Cost of the pieces held at the moving average. */
  private cost = 0n;

  add(pieces: bigint, price: bigint): void {
    this.lots.push({ pieces, price });
    this.pieces += pieces;
    this.cost += pieces * price;
  }

  /** Takes the oldest pieces out. */
  remove(pieces: bigint): void {
    if (pieces > this.pieces)
      throw new Error(`cost basis holds ${this.pieces} pieces, asked to remove ${pieces}`);
    const kept = this.pieces - pieces;
    this.cost = this.pieces === 0n ? 0n : nearest(this.cost * kept, this.pieces);
    this.pieces = kept;
    let left = pieces;
    while (left > 0n) {
      const [first, ...rest] = this.lots;
      if (first === undefined) throw new Error('cost lots ran out before the pieces did');
      if (first.pieces <= left) this.lots = rest;
      else this.lots = [{ pieces: first.pieces - left, price: first.price }, ...rest];
      left -= least(first.pieces, left);
    }
  }

  /** A split: every lot keeps its cost and changes its pieces. The pieces of the last lot absorb what rounding leaves. */
  restate(pieces: bigint): void {
    if (this.pieces === 0n) return;
    const fifoCost = this.lots.reduce((sum, lot) => sum + lot.pieces * lot.price, 0n);
    this.lots = pieces === 0n ? [] : [{ pieces, price: nearest(fifoCost, pieces) }];
    if (pieces === 0n) this.cost = 0n;
    this.pieces = pieces;
  }

  get held(): bigint {
    return this.pieces;
  }

  /** Moving average price; 0 for an empty holding. */
  average(): bigint {
    return this.pieces === 0n ? 0n : nearest(this.cost, this.pieces);
  }

  /** Average price of the lots that are left, oldest sold first; 0 for an empty holding. */
  fifo(): bigint {
    if (this.pieces === 0n) return 0n;
    return nearest(
      this.lots.reduce((sum, lot) => sum + lot.pieces * lot.price, 0n),
      this.pieces,
    );
  }
}
