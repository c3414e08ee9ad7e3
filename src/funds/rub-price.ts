// The price of one unit in RUB: the venue's last one, or the close before an earlier instant, or the close that belongs to
// the date of an AUM. Guarantees: no price where there is none to be trusted, with the reason.

import type { Finding } from '../core/fund-facts.ts';
import { moscowDay } from '../core/moscow-day.ts';
import { NANO, type Price, price, raw } from '../core/units.ts';
import type { FundQuestion } from '../ports.ts';
import { aumCandidates, type Evidence, isDated } from './assemble-facts.ts';
import { chooseSource } from './choose-source.ts';
import type { CloseMemory } from './close-memory.ts';
import type { FundSources } from './fund-sources.ts';
import { type Moment, rubRate } from './gather-evidence.ts';

const VENUE = 't_invest';

const inRub = (each: Price, rate: bigint): Price => price((raw(each) * rate) / NANO);

export function priceNow(
  shared: FundSources,
  { ticker, listing, ...quote }: FundQuestion,
  moment: Moment,
): Finding<Price> {
  if (quote.price === null || quote.priceTimeMs === null || raw(quote.price) <= 0n)
    return { kind: 'unknown', because: `${ticker} has no price that can be trusted` };
  const rate = rubRate(shared, listing.currency, moment);
  if (rate === null) return withoutRate(shared, ticker, listing.currency);
  const value = inRub(quote.price, rate.value);
  return { kind: 'known', value, asOfMs: quote.priceTimeMs, fetchedAtMs: moment.nowMs, source: VENUE };
}

/** The last close before that instant. */
export async function priceBefore(
  shared: FundSources,
  closes: CloseMemory,
  { ticker, listing }: FundQuestion,
  moment: Moment,
): Promise<Finding<Price>> {
  const close = await closes.lastBefore(listing.uid, moment.nowMs);
  if (close === null)
    return {
      kind: 'unknown',
      because: `${ticker} has no close before ${new Date(moment.nowMs).toISOString()}`,
    };
  const rate = rubRate(shared, listing.currency, moment);
  if (rate === null) return withoutRate(shared, ticker, listing.currency);
  const value = inRub(close.price, rate.value);
  return { kind: 'known', value, asOfMs: close.dayMs, fetchedAtMs: moment.nowMs, source: VENUE };
}

/** Of the day that the AUM in use is dated; only where market cap and AUM are compared, and that day is over. */
export async function closeOfAum(
  shared: FundSources,
  closes: CloseMemory,
  { listing }: FundQuestion,
  evidence: Evidence,
  moment: Moment,
): Promise<Price | null> {
  if (!evidence.needs.has('market_cap') || !evidence.needs.has('aum')) return null;
  const aum = chooseSource(aumCandidates(evidence, shared.settings), shared.settings);
  if (aum.kind === 'none' || !isDated(aum.value)) return null;
  const day = moscowDay(aum.value.asOfMs);
  if (day >= moscowDay(moment.nowMs)) return null;
  const rate = rubRate(shared, listing.currency, moment);
  const close = rate === null ? null : await closes.closeOf(listing.uid, day);
  return close === null || rate === null ? null : inRub(close, rate.value);
}

const withoutRate = (shared: FundSources, ticker: string, currency: string): Finding<Price> => ({
  kind: 'unknown',
  because: `${ticker} is priced in ${currency.toUpperCase()}, and there is no rate for it: ${shared.ratesReason(currency.toUpperCase())}`,
});
