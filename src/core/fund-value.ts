// One number that one source gave for one ticker, before anything is checked against anything.

/** What one source says of one ticker. Exact: nano-units of the currency; of pieces for `units`. */
export interface FundValue {
  readonly ticker: string;
  readonly kind: 'units' | 'price' | 'marketCap' | 'aum' | 'nav';
  readonly value: bigint;
  /** Upper-case ISO code; empty for `units`. */
  readonly currency: string;
  readonly asOfMs: number;
  readonly fetchedAtMs: number;
  readonly source: string;
}
