// Fund data where no source is configured: everything is unknown, and says so.

import type { FundFacts, Unknown } from '../core/fund-facts.ts';
import type { FundData, FundQuestion } from '../ports.ts';

const NOTHING: Unknown = { kind: 'unknown', because: 'no source is configured (fund_data.sources)' };

const factsOf = async (questions: readonly FundQuestion[]): Promise<ReadonlyMap<string, FundFacts>> =>
  new Map(
    questions.map(({ ticker }) => [
      ticker,
      {
        ticker,
        units: NOTHING,
        price: NOTHING,
        marketCap: NOTHING,
        aum: NOTHING,
        nav: NOTHING,
        marketCapThen: NOTHING,
      },
    ]),
  );

export const noFundData: FundData = { facts: factsOf, factsAt: factsOf };
