// A margin account for tests of `decide`: what the broker says about it, and collateral at a fifth of its worth.

import { type Facts, NO_FACTS } from '../../src/core/facts.ts';
import type { MarginReport } from '../../src/core/margin-state.ts';
import type { MarginPolicy } from '../../src/core/policy.ts';
import type { Holding } from '../../src/core/portfolio.ts';
import { rate } from '../../src/core/units.ts';
import { holding, rub } from './snapshot-builder.ts';

export const marginOf = (unusual: Partial<MarginPolicy> = {}): MarginPolicy => ({
  multiplier: 2,
  freeThreshold: rub('5000'),
  maxMarginSize: rub('100000000'),
  strategy: 'remove',
  minFundsSufficiency: 1.2,
  ...unusual,
});

export const FIFTH = rate(200_000_000n);

/** A fund that may be borrowed on. */
export const collateral = (
  ticker: string,
  rubles: string,
  pieces: number,
  unusual: Partial<Holding> = {},
): Holding => holding(ticker, rubles, pieces, { marginRate: FIFTH, ...unusual });

export const enabled = (liquid: string, starting: string, minimal?: string): MarginReport => ({
  kind: 'enabled',
  liquid: rub(liquid),
  starting: rub(starting),
  minimal: rub(minimal ?? '0'),
});

export const factsWith = (margin: Facts['margin'], unusual: Partial<Facts> = {}): Facts => ({
  ...NO_FACTS,
  margin,
  ...unusual,
});
