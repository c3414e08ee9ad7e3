// Puts together what is kept about one ticker: the newest usable value of each source, in RUB and in order of preference, and
// what the others said. Guarantees: what is too old, or in a currency without a rate, is named and not used.

import { NANO } from '../core/units.ts';
import type { FundValue } from '../ports.ts';
import { CBR } from './cbr.ts';
import type { Candidate } from './choose-source.ts';
import { told } from './explain.ts';
import type { FundSources } from './fund-sources.ts';
import type { SourceKind } from './source.ts';
import { whyTooOld } from './value-check.ts';

export interface Gathered {
  readonly candidates: Readonly<Record<SourceKind, readonly Candidate[]>>;
  readonly silent: Readonly<Record<SourceKind, readonly string[]>>;
  /** Currencies that values are in and that there is no usable rate for. */
  readonly currencies: ReadonlySet<string>;
}

/** As of when, and what counts as fetched by then. */
export interface Moment {
  readonly nowMs: number;
  /** What `diff` saw at an earlier instant; otherwise the newest. */
  readonly past: boolean;
  /** Nothing fetched before this is used (the cache may be switched off). */
  readonly sinceMs: number;
}

export interface RubRate {
  readonly value: bigint;
  readonly asOfMs: number;
}

/** Nano-RUB for one unit of a currency; `null` without a usable rate. */
export function rubRate(shared: FundSources, currency: string, moment: Moment): RubRate | null {
  if (currency.toUpperCase() === 'RUB') return { value: NANO, asOfMs: moment.nowMs };
  const rate = valuesAt(shared, currency.toUpperCase(), 'price', moment).find(({ source }) => source === CBR);
  return rate === undefined || whyTooOld(rate, shared.settings, moment.nowMs) !== null ? null : rate;
}

export function gatherEvidence(shared: FundSources, ticker: string, moment: Moment): Gathered {
  const currencies = new Set<string>();
  const gather = (kind: SourceKind) => {
    const values = valuesAt(shared, ticker, kind, moment);
    const candidates: Candidate[] = [];
    const silent: string[] = [];
    for (const source of shared.settings.sources) {
      const doubtful = !moment.past && shared.inDoubt(ticker, kind, source);
      const value = doubtful ? undefined : values.find((each) => each.source === source);
      const problem = value === undefined ? null : problemOf(value);
      if (value !== undefined && problem === null) candidates.push(inRub(value));
      else if (problem !== null) silent.push(problem);
      else {
        const reason = shared.reason(ticker, kind, source);
        if (reason !== null) silent.push(doubtful ? reason : `${source}: ${reason}`);
      }
    }
    return { candidates: candidates.filter(({ value }) => value > 0n), silent };
  };

  const problemOf = (value: FundValue): string | null => {
    const old = whyTooOld(value, shared.settings, moment.nowMs);
    if (old !== null) return `${told(value.kind, value)}, ${old}`;
    if (value.kind === 'units' || rubRate(shared, value.currency, moment) !== null) return null;
    currencies.add(value.currency);
    return `${told(value.kind, value)}, and there is no rate for ${value.currency}: ${shared.ratesReason(value.currency)}`;
  };

  const inRub = ({ kind, value, currency, asOfMs, fetchedAtMs, source }: FundValue): Candidate => {
    const rate = kind === 'units' ? null : rubRate(shared, currency, moment);
    return { value: rate === null ? value : (value * rate.value) / NANO, asOfMs, fetchedAtMs, source };
  };

  const [units, aum, nav] = [gather('units'), gather('aum'), gather('nav')];
  // MOEX's worth of a unit makes an AUM: what it says of the one explains the lack of the other.
  const navOnly = nav.silent.filter((line) => line.startsWith('moex_iss'));
  return {
    candidates: { units: units.candidates, aum: aum.candidates, nav: nav.candidates },
    silent: { units: units.silent, aum: [...aum.silent, ...navOnly], nav: nav.silent },
    currencies,
  };
}

/** One per source. In the past: what was there by then, else the oldest that is about a time before. */
function valuesAt(
  shared: FundSources,
  ticker: string,
  kind: FundValue['kind'],
  moment: Moment,
): readonly FundValue[] {
  if (!moment.past)
    return shared.cache.newest(ticker, kind).filter(({ fetchedAtMs }) => fetchedAtMs >= moment.sinceMs);
  const history = shared.cache.history(ticker, kind);
  const then = history.filter(({ fetchedAtMs }) => fetchedAtMs <= moment.nowMs);
  if (then.length > 0) return [...new Map(then.map((value) => [value.source, value])).values()];
  const about = history.filter(({ asOfMs }) => asOfMs < moment.nowMs);
  return [...new Map(about.toReversed().map((value) => [value.source, value])).values()];
}
