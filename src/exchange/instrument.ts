// What the venue lists. Raw bigints: prices and steps are nano-units of the instrument's currency for ONE piece.

export interface Instrument {
  readonly uid: string;
  readonly figi: string;
  readonly positionUid: string;
  readonly assetUid: string;
  readonly ticker: string;
  readonly classCode: string;
  readonly isin: string;
  readonly name: string;
  readonly kind: 'etf' | 'share';
  /** Lower-case ISO code, as the contract writes it. */
  readonly currency: string;
  readonly lot: bigint;
  /** Smallest change of price, nano. */
  readonly step: bigint;
  /** Name of its trading schedule. */
  readonly exchange: string;
  readonly apiTradable: boolean;
  readonly buyable: boolean;
  readonly sellable: boolean;
  readonly forIis: boolean;
  /** Whether this listing has prices and candles at all. */
  readonly quoted: boolean;
  /** Price on the tape's first day, nano. */
  readonly anchorPrice: bigint;
  /** Standard deviation and drift of the log price per year. */
  readonly volatility: number;
  readonly drift: number;
  /** Units or shares issued; `null` where the venue does not say. */
  readonly issued: bigint | null;
  /** Initial margin rate of a long position, billionths; `null` = not marginable. */
  readonly dlong: bigint | null;
  /** A fund of the broker's own house (may trade free of commission). */
  readonly ownFund: boolean;
  readonly focus: string;
}
