// Fund data without sources: what is true of the embedded exchange's funds, at once, and told wrong where a test wants it.
// Counts the questions, so that a test can say that nobody asked.

import { type Finding, type FundFacts, unknownFacts } from '../../src/core/fund-facts.ts';
import { money, price, raw, shares } from '../../src/core/units.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import type { FundData, FundNeed, FundQuestion } from '../../src/ports.ts';

export interface TrueFundData extends FundData {
  /** To be set once the world is open. */
  exchange: Exchange | null;
  /** Tickers of which nothing is known, with the reason. */
  readonly unknown: Map<string, string>;
  /** Before this instant nobody had asked yet: nothing is known of it. */
  beganMs: number;
  /** Makes every question fail. */
  failure: Error | null;
  /** Needs of each question so far. */
  readonly asked: string[];
}

export function trueFundData(): TrueFundData {
  const at = (questions: readonly FundQuestion[], needs: ReadonlySet<FundNeed>, then: number | null) => {
    if (data.failure) throw data.failure;
    data.asked.push([...needs].sort().join());
    return new Map(questions.map((question) => [question.ticker, factsOf(question, needs, then)] as const));
  };
  const factsOf = (question: FundQuestion, needs: ReadonlySet<FundNeed>, then: number | null): FundFacts => {
    const { ticker } = question;
    const exchange = data.exchange!;
    const reason =
      data.unknown.get(ticker) ?? (then !== null && then < data.beganMs ? 'nobody asked then' : null);
    if (reason !== null) return unknownFacts(ticker, reason);
    const nowMs = then ?? exchange.clock.now();
    const instrument = exchange.instrument(ticker);
    const known = <Value>(value: Value): Finding<Value> => ({
      kind: 'known',
      value,
      asOfMs: nowMs,
      fetchedAtMs: nowMs,
      source: 'truth',
    });
    const units = exchange.funds.unitsAt(instrument, nowMs);
    const each = then === null ? question.price : price(exchange.market.last(instrument, nowMs)!.price);
    if (each === null) return unknownFacts(ticker, 'no price that can be trusted');
    const cap = known(money(raw(each) * units));
    const aum = known(money(exchange.funds.aumAt(instrument, nowMs)!));
    const unasked: Finding<never> = { kind: 'unknown', because: 'not asked for' };
    return {
      ticker,
      isFund: instrument.kind === 'etf',
      units: known(shares(units)),
      price: known(each),
      marketCap: needs.has('market_cap') ? cap : unasked,
      marketCapThen: needs.has('market_cap') ? cap : unasked,
      aum: needs.has('aum') ? aum : unasked,
      nav: needs.has('nav') ? known(price(exchange.funds.navAt(instrument, nowMs)!)) : unasked,
    };
  };
  const data: TrueFundData = {
    exchange: null,
    unknown: new Map(),
    beganMs: 0,
    failure: null,
    asked: [],
    facts: async (questions, needs) => at(questions, needs, null),
    factsAt: async (questions, needs, atMs) => at(questions, needs, atMs),
  };
  return data;
}
