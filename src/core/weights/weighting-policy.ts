// What an owner may choose about a weighting besides its name.

export interface WeightingPolicy {
  /** Percentage points. */
  readonly decorrelationMinSpread: number;
  /** Trading days. */
  readonly volatilityDays: number;
  readonly sharpeDays: number;
  /** Percent a year. */
  readonly riskFreePercent: number;
  /** Highest and lowest weight in percent, per ticker or for all. */
  readonly caps: WeightLimit;
  readonly floors: WeightLimit;
}

/** One percent for every ticker, percents per ticker, or nothing. */
export type WeightLimit = number | ReadonlyMap<string, number> | null;
