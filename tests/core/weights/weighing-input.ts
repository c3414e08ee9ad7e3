// Wallets, fund data and closes for tests of weightings: what a test does not name is ordinary.

import type { Close } from '../../../src/core/close.ts';
import { type Finding, type FundFacts, unknownFacts } from '../../../src/core/fund-facts.ts';
import { NO_RULES } from '../../../src/core/policy.ts';
import { RUB } from '../../../src/core/portfolio.ts';
import { type Money, money, parseNano, price } from '../../../src/core/units.ts';
import type { Weighed, WeightingInput } from '../../../src/core/weights/weighting.ts';

export const DAY_MS = 86_400_000;
/** Monday 2026-03-16, 12:00 Moscow. */
export const NOON_MS = Date.parse('2026-03-16T09:00:00Z');

export const walletOf = (percents: Readonly<Record<string, number>>) => new Map(Object.entries(percents));

const known = (rubles: string): Finding<Money> => ({
  kind: 'known',
  value: money(parseNano(rubles)),
  asOfMs: NOON_MS,
  fetchedAtMs: NOON_MS,
  source: 'test',
});

/** Market cap and AUM in rubles; `null`: unknown. */
export const fund = (ticker: string, cap: string | null, aum: string | null = null): FundFacts => ({
  ...unknownFacts(ticker, `nobody knows ${ticker}`),
  ...(cap === null ? {} : { marketCap: known(cap), marketCapThen: known(cap) }),
  ...(aum === null ? {} : { aum: known(aum) }),
});

export const fundsOf = (...facts: readonly FundFacts[]) =>
  new Map(facts.map((each) => [each.ticker, each] as const));

/** One close a day, the last on the day before `endMs`. */
export const closesUpTo = (endMs: number, rubles: readonly number[]): Close[] =>
  rubles.map((each, index) => ({
    dayMs: endMs - (rubles.length - index) * DAY_MS,
    price: price(BigInt(Math.round(each * 1e9))),
  }));

/** Prices that follow these returns from 100. */
export const priced = (returns: readonly number[]): number[] => {
  const prices = [100];
  for (const change of returns) prices.push((prices.at(-1) ?? 0) * (1 + change));
  return prices;
};

export const inputOf = (
  wallet: Readonly<Record<string, number>>,
  unusual: Partial<WeightingInput> = {},
): WeightingInput => ({
  wallet: walletOf(wallet),
  policy: NO_RULES.weighting,
  funds: new Map(),
  closes: new Map(),
  atMs: NOON_MS,
  ...unusual,
});

/** Rounded to hundredths: a table can hold them. */
export function weightsOf(weighed: Weighed): Record<string, number> {
  if (weighed.kind === 'unknown') throw new Error(`expected weights, found: ${weighed.because}`);
  return Object.fromEntries(
    [...weighed.weights].map(([ticker, weight]) => [ticker, Math.round(weight * 100) / 100]),
  );
}

export function whyUnknown(weighed: Weighed): string {
  if (weighed.kind !== 'unknown') throw new Error('expected an unknown, found weights');
  return weighed.because;
}

export const warningsOf = (weighed: Weighed): readonly string[] =>
  weighed.kind === 'weights' ? weighed.warnings : [];

export const sumOf = (weights: ReadonlyMap<string, number>): number =>
  [...weights.values()].reduce((sum, weight) => sum + weight, 0);

export const rubOf = (weights: ReadonlyMap<string, number>): number => weights.get(RUB) ?? 0;
