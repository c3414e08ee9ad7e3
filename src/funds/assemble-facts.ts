// Turns what the sources say of one ticker into facts: settles disagreements by the ratio market cap / AUM (or price / NAV),
// and refuses what fails it. PURE. Guarantees: a disputed datum is used only where the ratio holds; where the ratio fails both
// sides of it are unknown, because nobody can say which one is stale; every unknown says what each source said.

import type { Finding, FundFacts, Known, Unknown } from '../core/fund-facts.ts';
import type { FundSettings } from '../core/fund-settings.ts';
import {
  type Money,
  money,
  NANO,
  type Price,
  price,
  raw,
  type Shares,
  shares,
  worth,
} from '../core/units.ts';
import type { FundNeed } from '../ports.ts';
import { type Candidate, type Choice, chooseSource } from './choose-source.ts';
import { isBetween, ratioText } from './exact-percent.ts';
import { remedy, told } from './explain.ts';
import type { SourceKind } from './source.ts';

/** What is known of one ticker, in RUB. */
export interface Evidence {
  readonly ticker: string;
  readonly needs: ReadonlySet<FundNeed>;
  readonly candidates: Readonly<Record<SourceKind, readonly Candidate[]>>;
  /** Of one unit. */
  readonly isFund: boolean;
  readonly price: Finding<Price>;
  /** Close of the day that the AUM is dated; `null` where that is not known. */
  readonly closeThen: Price | null;
  /** What the sources without a usable value said, in order. */
  readonly silent: Readonly<Record<SourceKind, readonly string[]>>;
}

export interface Assembled {
  readonly facts: FundFacts;
  /** What would settle a disagreement but has not been asked for. */
  readonly wants: 'units' | 'aum' | null;
  /** Disagreements that the ratio has settled. */
  readonly settled: readonly string[];
  /** Units and AUM do not go together: one of the two is wrong; `null`: nothing to tell by. */
  readonly refuted: boolean | null;
}

type Rules = Pick<
  FundSettings,
  'ratioMin' | 'ratioMax' | 'ttlMs' | 'maxDisagreementPercent' | 'metricsDir' | 'sources'
>;

/** AUM as sources give it, and as MOEX's worth of a unit makes it. */
export function aumCandidates({ candidates }: Evidence, rules: Rules): readonly Candidate[] {
  const units = chooseSource(candidates.units, rules);
  const indicative = candidates.nav.find(({ source }) => source === 'moex_iss');
  // Units that sources disagree on prove nothing.
  if (units.kind !== 'agreed' || indicative === undefined) return candidates.aum;
  const derived = { ...indicative, value: (indicative.value * units.value.value) / NANO };
  const order: readonly string[] = rules.sources;
  const rank = ({ source }: Candidate): number => order.indexOf(source);
  return [...candidates.aum, derived].sort((a, b) => rank(a) - rank(b));
}

export function assembleFacts(evidence: Evidence, rules: Rules): Assembled {
  const { ticker, candidates, needs } = evidence;
  const units = chooseSource(candidates.units, rules);
  const aum = chooseSource(aumCandidates(evidence, rules), rules);
  const nav = chooseSource(candidates.nav, rules);
  const ratio = capOverAum(evidence, units, aum, rules);
  const unitsFound = found('units', units, ratio, evidence, rules);
  const aumFound = found('aum', aum, ratio, evidence, rules);
  const navFound = found('nav', nav, priceOverNav(evidence, nav, rules), evidence, rules);
  const unasked: Unknown = { kind: 'unknown', because: `${ticker}: not asked for` };
  const count = mapFound(unitsFound, (nano): Shares => shares(nano / NANO));
  const marketCap = needs.has('market_cap') ? capOf(count, evidence.price, ticker) : unasked;
  const facts: FundFacts = {
    ticker,
    isFund: evidence.isFund,
    units: needs.has('market_cap') ? count : unasked,
    price: evidence.price,
    marketCap,
    aum: needs.has('aum') ? mapFound(aumFound, money) : unasked,
    nav: needs.has('nav') ? mapFound(navFound, price) : unasked,
    marketCapThen: capThen(marketCap, count, evidence, aum),
  };
  return {
    facts,
    wants: wanted(units, aum, needs),
    refuted: ratio && !ratio.holds,
    settled:
      ratio === null
        ? []
        : [...settledBy('units', units, unitsFound, ticker), ...settledBy('aum', aum, aumFound, ticker)],
  };
}

/** A check that could be made: what came out, in words. */
interface Ratio {
  readonly holds: boolean;
  words(): string;
}

/** `null` where one side is missing. */
function capOverAum(evidence: Evidence, units: Choice, aum: Choice, rules: Rules): Ratio | null {
  if (units.kind === 'none' || aum.kind === 'none' || evidence.price.kind === 'unknown') return null;
  const each = closeOfAum(evidence, aum.value) ?? evidence.price.value;
  const cap = raw(worth(each, shares(units.value.value / NANO)));
  const words = () =>
    `market cap / AUM is ${ratioText(cap, aum.value.value)}, outside ${rules.ratioMin}..${rules.ratioMax}: ${told('units', units.value)} at ${ratioText(raw(each), NANO)} RUB, ${told('aum', aum.value)}; one of the two is stale`;
  return { holds: isBetween(cap, aum.value.value, rules.ratioMin, rules.ratioMax), words };
}

function priceOverNav(evidence: Evidence, nav: Choice, rules: Rules): Ratio | null {
  if (nav.kind === 'none' || evidence.price.kind === 'unknown') return null;
  const last = raw(evidence.price.value);
  const words = () =>
    `price / NAV is ${ratioText(last, nav.value.value)}, outside ${rules.ratioMin}..${rules.ratioMax}: ${told('nav', nav.value)}, the price is ${ratioText(last, NANO)} RUB`;
  return { holds: isBetween(last, nav.value.value, rules.ratioMin, rules.ratioMax), words };
}

function found(
  kind: SourceKind,
  choice: Choice,
  ratio: Ratio | null,
  { ticker, silent }: Evidence,
  rules: Rules,
): Known<bigint> | Unknown {
  const unknown = (why: string): Unknown => ({
    kind: 'unknown',
    because: `${ticker}: ${[why, ...silent[kind]].filter((part) => part !== '').join('; ')}. ${remedy(kind, ticker, rules, choice.kind !== 'none')}`,
  });
  const name = { units: 'number of units', aum: 'AUM', nav: 'NAV' }[kind];
  if (choice.kind === 'none') return unknown(`no ${name}`);
  if (ratio !== null && !ratio.holds) return unknown(disagreement(choice, kind, ratio.words()));
  if (choice.kind === 'disputed' && ratio === null)
    return unknown(disagreement(choice, kind, 'nothing to check them with'));
  return { kind: 'known', ...choice.value };
}

function disagreement(choice: Exclude<Choice, { kind: 'none' }>, kind: SourceKind, words: string): string {
  if (choice.kind === 'agreed') return words;
  const sides = [choice.value, ...choice.against].map((side) => told(kind, side)).join(', ');
  return `the sources disagree: ${sides}; ${words}`;
}

function mapFound<Value>(finding: Finding<bigint>, to: (nano: bigint) => Value): Finding<Value> {
  return finding.kind === 'unknown' ? finding : { ...finding, value: to(finding.value) };
}

/** As old as its older part. */
function capOf(count: Finding<Shares>, each: Finding<Price>, ticker: string): Finding<Money> {
  if (count.kind === 'unknown') return count;
  if (each.kind === 'unknown')
    return { kind: 'unknown', because: `${ticker}: no market cap: ${each.because}` };
  return {
    kind: 'known',
    value: worth(each.value, count.value),
    asOfMs: Math.min(count.asOfMs, each.asOfMs),
    fetchedAtMs: Math.min(count.fetchedAtMs, each.fetchedAtMs),
    source: count.source,
  };
}

function capThen(
  marketCap: Finding<Money>,
  count: Finding<Shares>,
  evidence: Evidence,
  aum: Choice,
): Finding<Money> {
  const close = aum.kind === 'none' ? null : closeOfAum(evidence, aum.value);
  if (aum.kind === 'none' || close === null || marketCap.kind === 'unknown' || count.kind === 'unknown')
    return marketCap;
  return { ...marketCap, value: worth(close, count.value), asOfMs: aum.value.asOfMs };
}

const closeOfAum = ({ closeThen }: Evidence, aum: Candidate): Price | null =>
  isDated(aum) ? closeThen : null;

/** What its source does not date is as of when it was read. */
export const isDated = ({ asOfMs, fetchedAtMs }: Candidate): boolean => asOfMs !== fetchedAtMs;

function wanted(units: Choice, aum: Choice, needs: ReadonlySet<FundNeed>): 'units' | 'aum' | null {
  if (needs.has('market_cap') && units.kind === 'disputed' && aum.kind === 'none') return 'aum';
  return needs.has('aum') && aum.kind === 'disputed' && units.kind === 'none' ? 'units' : null;
}

function settledBy(kind: SourceKind, choice: Choice, finding: Finding<bigint>, ticker: string): string[] {
  if (choice.kind !== 'disputed' || finding.kind === 'unknown') return [];
  const others = choice.against.map((side) => told(kind, side)).join(', ');
  return [
    `${ticker}: ${told(kind, choice.value)} is used, because the ratio holds with it, though ${others}`,
  ];
}
