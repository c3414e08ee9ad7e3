// What every source of fund data looks like. A source never rejects and never guesses: for each ticker it gives a value
// or says why it has none.

import type { FundSourceName } from '../core/fund-settings.ts';
import type { FundQuestion, FundValue } from '../ports.ts';

/** What sources are asked for. `price` and `marketCap` come from the venue and from arithmetic. */
export type SourceKind = 'units' | 'aum' | 'nav';

export interface NoValue {
  readonly ticker: string;
  readonly kind: SourceKind;
  readonly because: string;
}

export interface SourceReply {
  /** May also be about funds that nobody asked for, where they came for free. */
  readonly values: readonly FundValue[];
  readonly missing: readonly NoValue[];
}

export interface FundSource {
  readonly name: FundSourceName;
  /** Costs no request to anybody: may be asked at any time. */
  readonly local: boolean;
  values(questions: readonly FundQuestion[], kinds: ReadonlySet<SourceKind>): Promise<SourceReply>;
}

/** The same reason for all tickers. */
export const allMissing = (
  questions: readonly FundQuestion[],
  kinds: Iterable<SourceKind>,
  because: string,
): NoValue[] => [...kinds].flatMap((kind) => questions.map(({ ticker }) => ({ ticker, kind, because })));
