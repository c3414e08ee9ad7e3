// Fund data where no source is configured: everything is unknown, and says so.

import { type FundFacts, unknownFacts } from '../core/fund-facts.ts';
import type { FundData, FundQuestion } from '../ports.ts';

const BECAUSE = 'no source is configured (fund_data.sources)';

const factsOf = async (questions: readonly FundQuestion[]): Promise<ReadonlyMap<string, FundFacts>> =>
  new Map(questions.map(({ ticker }) => [ticker, unknownFacts(ticker, BECAUSE)]));

export const noFundData: FundData = { facts: factsOf, factsAt: factsOf };
