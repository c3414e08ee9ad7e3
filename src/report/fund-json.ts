// What a snapshot says of an instrument besides its price: fund data and daily closes.
// A datum is a bare number (known, as of the snapshot), or says where it comes from and when, or why it is unknown.
// Guarantees: what is written is read back the same; zero and negative values are refused, never a datum.

import { z } from 'zod';
import type { Close } from '../core/close.ts';
import type { Finding, FundFacts } from '../core/fund-facts.ts';
import { decimal, type Money, type Price, raw, type Shares, shares } from '../core/units.ts';
import { instant, iso, moneyOf, positiveRubles, priceOf, whole } from './json-values.ts';

const finding = <Value extends z.ZodString>(value: Value) =>
  z.union([
    value,
    z.strictObject({ value, as_of: instant, fetched_at: instant, source: z.string() }),
    z.strictObject({ unknown: z.string() }),
  ]);
const amount = finding(positiveRubles);

export const fundShape = z.strictObject({
  /** False: a share. */
  is_fund: z.boolean().optional(),
  units: finding(whole.refine((text) => !/^0*$/.test(text), 'expected a number above zero')).nullish(),
  price_rub: amount.nullish(),
  market_cap_rub: amount.nullish(),
  aum_rub: amount.nullish(),
  nav_rub: amount.nullish(),
  /** Units × the close of the AUM's own date; without it the market cap serves. */
  market_cap_then_rub: amount.nullish(),
});

/** Price of one piece per trading day, "2026-11-20": "6.40". */
export const closesShape = z.record(z.iso.date('expected a day such as "2026-11-20"'), positiveRubles);

type FundJson = z.infer<typeof fundShape>;
type FindingJson = z.infer<typeof amount>;

export function fundToJson(facts: FundFacts): FundJson {
  return {
    is_fund: facts.isFund,
    units: written(facts.units, (count) => raw(count).toString()),
    price_rub: written(facts.price, decimalOf),
    market_cap_rub: written(facts.marketCap, decimalOf),
    aum_rub: written(facts.aum, decimalOf),
    nav_rub: written(facts.nav, decimalOf),
    market_cap_then_rub: written(facts.marketCapThen, decimalOf),
  };
}

export function fundOf(ticker: string, json: FundJson, takenAtMs: number): FundFacts {
  const read = <Value>(
    key: Exclude<keyof FundJson, 'is_fund'>,
    parse: (text: string) => Value,
  ): Finding<Value> =>
    found(json[key], parse, takenAtMs) ?? {
      kind: 'unknown',
      because: `the snapshot has no fund.${key} for it`,
    };
  const marketCap = read('market_cap_rub', moneyOf);
  return {
    ticker,
    isFund: json.is_fund ?? true,
    units: read('units', (text): Shares => shares(BigInt(text))),
    price: read('price_rub', priceOf),
    marketCap,
    aum: read('aum_rub', moneyOf),
    nav: read('nav_rub', priceOf),
    marketCapThen: json.market_cap_then_rub == null ? marketCap : read('market_cap_then_rub', moneyOf),
  };
}

export const closesToJson = (closes: readonly Close[]): Record<string, string> =>
  Object.fromEntries(closes.map(({ dayMs, price }) => [iso(dayMs).slice(0, 10), decimal(price)]));

export const closesOf = (json: Readonly<Record<string, string>>): Close[] =>
  Object.entries(json)
    .map(([day, text]) => ({ dayMs: Date.parse(day), price: priceOf(text) }))
    .sort((a, b) => a.dayMs - b.dayMs);

const decimalOf = (amount: Money | Price): string => decimal(amount);

function written<Value>(finding: Finding<Value>, textOf: (value: Value) => string): FindingJson {
  if (finding.kind === 'unknown') return { unknown: finding.because };
  return {
    value: textOf(finding.value),
    as_of: iso(finding.asOfMs),
    fetched_at: iso(finding.fetchedAtMs),
    source: finding.source,
  };
}

function found<Value>(
  json: FindingJson | null | undefined,
  parse: (text: string) => Value,
  takenAtMs: number,
): Finding<Value> | null {
  if (json == null) return null;
  if (typeof json === 'string')
    return known(parse(json), { asOfMs: takenAtMs, fetchedAtMs: takenAtMs, source: 'snapshot' });
  if ('unknown' in json) return { kind: 'unknown', because: json.unknown };
  const { value, as_of, fetched_at, source } = json;
  return known(parse(value), {
    asOfMs: Date.parse(as_of),
    fetchedAtMs: Date.parse(fetched_at),
    source,
  });
}

const known = <Value>(value: Value, from: { asOfMs: number; fetchedAtMs: number; source: string }) => ({
  kind: 'known' as const,
  value,
  ...from,
});
