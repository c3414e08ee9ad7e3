// Names of one instrument: the venue's trailing `@`, tickers that were renamed, `RUR` for `RUB`.
// Guarantees: every alias leads to a name that is none, in one step; no alias turns an instrument into cash.

import { RUB } from '../core/portfolio.ts';
import type { Problem } from './problem.ts';

const BUILT_IN: Readonly<Record<string, string>> = { TRAY: 'TPAY', RUR: RUB };

const withoutMark = (ticker: string): string => ticker.replace(/@$/, '');

/** The name that a written ticker stands for. */
export function tickerOf(written: string, aliases: ReadonlyMap<string, string>): string {
  const ticker = withoutMark(written);
  return aliases.get(ticker) ?? ticker;
}

/** All aliases, the built-in ones included, each with its final name. */
export function aliasesOf(own: Readonly<Record<string, string>>): {
  readonly aliases: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
} {
  const written = Object.entries(own).map(([from, to]) => [withoutMark(from), withoutMark(to)] as const);
  const direct = new Map([...Object.entries(BUILT_IN), ...written].filter(([from, to]) => from !== to));
  const aliases = new Map<string, string>();
  const problems: Problem[] = [];
  for (const from of direct.keys()) {
    const chain = chainOf(from, direct);
    const last = chain.at(-1) ?? from;
    const path = `ticker_aliases.${from}`;
    if (direct.has(last))
      problems.push({
        path,
        found: `the circle ${chain.join(' -> ')}`,
        expected: 'an old name and a new one',
        fix: 'remove one of them',
      });
    else if ((last === RUB) !== (from === 'RUR') || from === RUB)
      problems.push({
        path,
        found: `${from} -> ${last}`,
        expected: 'a ticker that is not cash',
        fix: 'remove it',
      });
    else aliases.set(from, last);
  }
  return { aliases, problems };
}

/** From a name to the last one that it leads to, or to the first that comes up twice. */
function chainOf(from: string, direct: ReadonlyMap<string, string>): string[] {
  const chain = [from];
  for (let next = direct.get(from); next !== undefined; next = direct.get(next)) {
    const repeated = chain.includes(next);
    chain.push(next);
    if (repeated) break;
  }
  return chain;
}
