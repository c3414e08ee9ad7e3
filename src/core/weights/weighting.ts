// A weighting turns the wallet into target weights. One file per mode beside this one, one line in `registry.ts`.

/** Percent per ticker, RUB included, adding up to 100. */
export type TargetWeights = ReadonlyMap<string, number>;

export interface WeightingInput {
  /** The wallet as configured: percent per ticker, normalised to 100. */
  readonly wallet: ReadonlyMap<string, number>;
}

export type Weighed =
  | { readonly kind: 'weights'; readonly weights: TargetWeights; readonly warnings: readonly string[] }
  /** A datum is missing: nothing may be balanced on guesses. */
  | { readonly kind: 'unknown'; readonly because: string };

export type Weighting = (input: WeightingInput) => Weighed;
