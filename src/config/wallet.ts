// Target weights as they are meant: names made equal, added up, normalised to 100.
// Requires: upper-case tickers with percents of 0..100 (schema-account.ts). Guarantees: the sum of the result is 100.

import type { Problem } from './problem.ts';
import { tickerOf } from './ticker-aliases.ts';

export const TICKERS_MAX = 500;
const SUM_MIN = 50;
const SUM_MAX = 150;
const SUM_OFF_MAX = 1;
/** Percents are decimal fractions held as doubles: their sum is off by far less than this. */
const ROUNDING = 1e-9;

export interface WalletFinding {
  /** Percent per ticker, in the order of the file; `null` with a problem. */
  readonly wallet: ReadonlyMap<string, number> | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

export function walletOf(
  written: Readonly<Record<string, number>>,
  aliases: ReadonlyMap<string, string>,
  path: string,
): WalletFinding {
  const entries = Object.entries(written);
  const sum = entries.reduce((total, [, percent]) => total + percent, 0);
  const refused = (found: string, expected: string, fix: string): WalletFinding => ({
    wallet: null,
    problems: [{ path, found, expected, fix }],
    warnings: [],
  });
  if (entries.length === 0)
    return refused('no ticker', 'at least one ticker', 'add one, such as "TMOS": 100');
  if (entries.length > TICKERS_MAX)
    return refused(`${entries.length} tickers`, `at most ${TICKERS_MAX}`, 'remove the smallest');
  if (sum === 0)
    return refused('percents whose sum is 0', 'a sum near 100', 'give at least one ticker a percent');
  if (sum < SUM_MIN - ROUNDING || sum > SUM_MAX + ROUNDING)
    return refused(
      `percents whose sum is ${sum}`,
      `a sum near 100 (from ${SUM_MIN} to ${SUM_MAX}, normalised to 100)`,
      sum <= 1.5 ? 'write percents, not fractions: 25 for a quarter' : 'make the percents add up to 100',
    );
  const wallet = new Map<string, number>();
  for (const [name, percent] of entries) {
    const ticker = tickerOf(name, aliases);
    wallet.set(ticker, (wallet.get(ticker) ?? 0) + (percent / sum) * 100);
  }
  const off = Math.abs(sum - 100) > SUM_OFF_MAX + ROUNDING;
  return {
    wallet,
    problems: [],
    warnings: off ? [`${path}: the percents add up to ${shortened(sum)}; they were scaled to 100`] : [],
  };
}

const shortened = (percent: number): string => String(Number(percent.toFixed(6)));
