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
  const count = Object.keys(own).length;
  if (count > ALIASES_MAX) return { aliases: new Map(Object.entries(BUILT_IN)), problems: [tooMany(count)] };
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
        found: `the circle ${inShort(chain)}`,
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

/** More than there are tickers in a wallet: each is followed to its end. */
const ALIASES_MAX = 500;

const tooMany = (count: number): Problem => ({
  path: 'ticker_aliases',
  found: `${count} aliases`,
  expected: `at most ${ALIASES_MAX}`,
  fix: 'remove those of tickers that no wallet names',
});

const SHOWN_MAX = 6;

const inShort = (chain: readonly string[]): string =>
  (chain.length <= SHOWN_MAX ? chain : [...chain.slice(0, SHOWN_MAX - 1), '…', chain.at(-1)]).join(' -> ');

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
