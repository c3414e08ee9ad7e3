// Rules that contradict themselves or each other, found before anything starts: limits that no weights can meet,
// triggers without what they wait for, times that never come, tickers that the wallet does not know.

import { RUB } from '../core/portfolio.ts';
import type { PartialBlock } from './partial-block.ts';
import { type Problem, shown } from './problem.ts';
import { tickerOf } from './ticker-aliases.ts';

type Wallet = ReadonlyMap<string, number>;
type Aliases = ReadonlyMap<string, string>;
type Limit = number | Readonly<Record<string, number>> | undefined;

const ROUNDING = 1e-9;

export function ruleProblems(
  block: PartialBlock,
  wallet: Wallet | null,
  aliases: Aliases,
  path: string,
): Problem[] {
  return [
    ...(wallet ? weightLimitProblems(block, wallet, aliases, path) : []),
    ...rebalanceProblems(block.rebalance, `${path}.rebalance`),
  ];
}

export function ruleWarnings(
  block: PartialBlock,
  wallet: Wallet | null,
  aliases: Aliases,
  path: string,
): string[] {
  if (!wallet) return [];
  return (['do_not_sell', 'do_not_buy'] as const).flatMap((key) =>
    (block[key] ?? [])
      .filter((ticker) => !wallet.has(tickerOf(ticker, aliases)))
      .map((ticker) => `${path}.${key} names ${ticker}, which desired_wallet does not`),
  );
}

/** Whether any weights can keep them all: RUB has its own share, the rest is what the tickers share. */
function weightLimitProblems(block: PartialBlock, wallet: Wallet, aliases: Aliases, path: string): Problem[] {
  const tickers = [...wallet].filter(([ticker, percent]) => ticker !== RUB && percent > 0).map(([t]) => t);
  const share = 100 - (wallet.get(RUB) ?? 0);
  const { max_weight_percent: caps, min_weight_percent: floors } = block;
  const strange = [
    ...strangers(caps, wallet, aliases, `${path}.max_weight_percent`),
    ...strangers(floors, wallet, aliases, `${path}.min_weight_percent`),
  ];
  if (strange.length > 0 || tickers.length === 0) return strange;
  const capOf = (ticker: string) => limitOf(caps, ticker, aliases) ?? 100;
  const floorOf = (ticker: string) => limitOf(floors, ticker, aliases) ?? 0;
  const most = tickers.reduce((sum, ticker) => sum + capOf(ticker), 0);
  const least = tickers.reduce((sum, ticker) => sum + floorOf(ticker), 0);
  const crossed = tickers.filter((ticker) => floorOf(ticker) > capOf(ticker));
  return [
    ...(most < share - ROUNDING
      ? [
          impossible(
            `${path}.max_weight_percent`,
            `caps that add up to ${neat(most)}`,
            `at least ${neat(share)}, the share of all tickers together`,
            'raise the caps, or give RUB more',
          ),
        ]
      : []),
    ...(least > share + ROUNDING
      ? [
          impossible(
            `${path}.min_weight_percent`,
            `floors that add up to ${neat(least)}`,
            `at most ${neat(share)}, the share of all tickers together`,
            'lower the floors',
          ),
        ]
      : []),
    ...crossed.map((ticker) =>
      impossible(
        `${path}.min_weight_percent`,
        `${neat(floorOf(ticker))} for ${ticker}, and a cap of ${neat(capOf(ticker))}`,
        'a floor not above the cap',
        'lower the floor or raise the cap',
      ),
    ),
  ];
}

const impossible = (path: string, found: string, expected: string, fix: string): Problem => ({
  path,
  found,
  expected,
  fix,
});

const neat = (percent: number): string => String(Math.round(percent * 1e6) / 1e6);

function strangers(limit: Limit, wallet: Wallet, aliases: Aliases, path: string): Problem[] {
  if (limit === undefined || typeof limit === 'number') return [];
  return Object.keys(limit)
    .filter((ticker) => tickerOf(ticker, aliases) === RUB || !wallet.has(tickerOf(ticker, aliases)))
    .map((ticker) => ({
      path: `${path}.${ticker}`,
      found: ticker,
      expected: 'a ticker of desired_wallet other than RUB',
      fix: 'remove it, or correct its name',
    }));
}

function limitOf(limit: Limit, ticker: string, aliases: Aliases): number | undefined {
  if (limit === undefined || typeof limit === 'number') return limit;
  return Object.entries(limit).find(([written]) => tickerOf(written, aliases) === ticker)?.[1];
}

function rebalanceProblems(rebalance: PartialBlock['rebalance'], path: string): Problem[] {
  if (rebalance === undefined) return [];
  const { trigger, threshold_percent, relative_threshold_percent, calendar, window } = rebalance;
  const banded = trigger === 'threshold' || trigger === 'hybrid';
  const noBand = threshold_percent === undefined && relative_threshold_percent === undefined;
  const problems: Problem[] = [];
  if (banded && noBand)
    problems.push({
      path: `${path}.trigger`,
      found: shown(trigger),
      expected: 'a band: threshold_percent or relative_threshold_percent',
      fix: 'add "threshold_percent": 5, or remove the trigger',
    });
  if (trigger === 'calendar' && calendar === undefined)
    problems.push({
      path: `${path}.trigger`,
      found: shown(trigger),
      expected: 'a calendar section',
      fix: 'add "calendar": {"every": "monthly"}',
    });
  if (window && window.from >= window.to)
    problems.push({
      path: `${path}.window`,
      found: `from ${window.from} to ${window.to}`,
      expected: 'a beginning before the end, on one day',
      fix:
        window.from === window.to
          ? 'leave out what does not matter'
          : 'swap them; no window reaches over midnight',
    });
  if (window && window.days.length === 0)
    problems.push({
      path: `${path}.window.days`,
      found: 'no day',
      expected: 'at least one day',
      fix: 'name the days, or remove the key',
    });
  return problems;
}
