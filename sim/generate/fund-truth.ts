// Fund data of a simulated run: what is true of the venue's own funds, at once, without pages and feeds. How pages are
// fetched, read and doubted is tested elsewhere; here the modes that weigh by it must have something to weigh.

import { type Finding, type FundFacts, unknownFacts } from '../../src/core/fund-facts.ts';
import { money, price, raw, shares } from '../../src/core/units.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import type { FundData, FundNeed, FundQuestion } from '../../src/ports.ts';

type Needs = ReadonlySet<FundNeed>;

export function fundTruth(exchange: Exchange): FundData {
  const factsOf = (question: FundQuestion, needs: Needs, thenMs: number | null): FundFacts => {
    const { ticker } = question;
    const atMs = thenMs ?? exchange.now();
    const instrument = exchange.instrument(ticker);
    if (instrument.kind !== 'etf') return unknownFacts(ticker, 'no fund');
    const last = exchange.market.last(instrument, atMs)?.price;
    const each = thenMs === null ? question.price : last === undefined ? null : price(last);
    if (each === null) return unknownFacts(ticker, 'no price that can be trusted');
    const known = <Value>(value: Value | null): Finding<Value> =>
      value === null
        ? { kind: 'unknown', because: 'the venue does not say' }
        : { kind: 'known', value, asOfMs: atMs, fetchedAtMs: atMs, source: 'truth' };
    const unasked: Finding<never> = { kind: 'unknown', because: 'not asked for' };
    const units = exchange.funds.unitsAt(instrument, atMs);
    const aum = exchange.funds.aumAt(instrument, atMs);
    const nav = exchange.funds.navAt(instrument, atMs);
    const cap = needs.has('market_cap') ? known(money(raw(each) * units)) : unasked;
    return {
      ticker,
      isFund: true,
      units: known(shares(units)),
      price: known(each),
      marketCap: cap,
      marketCapThen: cap,
      aum: needs.has('aum') ? known(aum === null ? null : money(aum)) : unasked,
      nav: needs.has('nav') ? known(nav === null ? null : price(nav)) : unasked,
    };
  };
  const answer = (questions: readonly FundQuestion[], needs: Needs, thenMs: number | null) =>
    new Map(questions.map((question) => [question.ticker, factsOf(question, needs, thenMs)] as const));
  return {
    facts: async (questions, needs) => answer(questions, needs, null),
    factsAt: async (questions, needs, atMs) => answer(questions, needs, atMs),
  };
}
