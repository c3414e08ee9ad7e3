// A weighting turns the wallet into target weights. One file per mode beside this one, one line in `registry.ts`.

import type { Close } from '../close.ts';
import type { FundFacts } from '../fund-facts.ts';
import type { WeightingPolicy } from './weighting-policy.ts';

/** Percent per ticker, RUB included, adding up to 100. */
export type TargetWeights = ReadonlyMap<string, number>;

/** What a weighting reads besides the wallet. */
export type WeightingNeed = 'market_cap' | 'aum' | 'closes';

export interface WeightingInput {
  /** The wallet as configured: percent per ticker, RUB included, normalised to 100. */
  readonly wallet: ReadonlyMap<string, number>;
  readonly policy: WeightingPolicy;
  readonly funds: ReadonlyMap<string, FundFacts>;
  readonly closes: ReadonlyMap<string, readonly Close[]>;
  /** Why the closes of a ticker could not be read. */
  readonly closeProblems?: ReadonlyMap<string, string>;
  readonly atMs: number;
}

export type Weighed =
  | { readonly kind: 'weights'; readonly weights: TargetWeights; readonly warnings: readonly string[] }
  /** A datum is missing: nothing may be balanced on guesses. Names the tickers, the datum and the remedy. */
  | { readonly kind: 'unknown'; readonly because: string };

export interface Weighting {
  readonly needs: readonly WeightingNeed[];
  weigh(input: WeightingInput): Weighed;
}
