// Says which fund a row of the statistics page is about: by a ticker that stands in it, else by the fund's whole name.
// Guarantees: a row that names several funds, or whose ticker and name disagree, is about none.

import { sameWords } from './plain-text.ts';

export interface RowOwner {
  /**
   * @param texts the row's cells
   * @param names those under a header that says so; none: whatever looks like a name
   */
  ownerOf(texts: readonly string[], names?: readonly string[]): string | null;
}

/** T-Capital's tickers, known to us or not. */
const LIKE_A_TICKER = /(?<![A-Za-z0-9])T[A-Z]{3}(?![A-Za-z0-9])/g;
/** What stands before a fund's own name, down to its manager's. */
const BEFORE_NAME = /^.*(?:т капитал|тинькофф капитал|тинькофф)\s*/;
const KIND_OF_FUND =
  /^(?:бпиф|биржевой паевой инвестиционный фонд)\s*(?:рыночных финансовых инструментов)?\s*/;

const FULL_NAME = /капитал|тинькофф|пиф(?![а-я])/i;

export function createRowOwner(pageNames: ReadonlyMap<string, string | null>): RowOwner {
  const byName = new Map<string, string>();
  for (const [ticker, name] of pageNames) if (name !== null) byName.set(bareName(name), ticker);
  const words = new Map([...pageNames.keys()].map((ticker) => [ticker, tickerPattern(ticker)]));
  return {
    ownerOf(texts, names = []) {
      const tickers = [...words].filter(([, pattern]) => texts.some((text) => pattern.test(text)));
      const named = (names.length > 0 ? names : namesIn(texts)).map((text) => byName.get(bareName(text)));
      const all = new Set([
        ...tickers.map(([ticker]) => ticker),
        ...named.filter((one) => one !== undefined),
      ]);
      const strange = texts.some((text) =>
        [...text.matchAll(LIKE_A_TICKER)].some(([word]) => !pageNames.has(word)),
      );
      const [owner = null] = all;
      return all.size !== 1 || (tickers.length === 0 && strange) ? null : owner;
    },
  };
}

/** Cells that name a fund with its manager, else the first one with words: not the one that says "Облигации" of a class. */
function namesIn(texts: readonly string[]): readonly string[] {
  const full = texts.filter((text) => FULL_NAME.test(text));
  return full.length > 0 ? full : texts.filter((text) => /[A-Za-zА-я]/.test(text)).slice(0, 1);
}

const tickerPattern = (ticker: string): RegExp =>
  new RegExp(`(?<![A-Za-z0-9])${ticker.replace(/[^A-Za-z0-9]/g, '\\$&')}(?![A-Za-z0-9])`);

/** A name without quotes, dashes, ticker, manager and kind of fund, for comparing whole. */
function bareName(text: string): string {
  const plain = sameWords(text.replace(LIKE_A_TICKER, ' '))
    .replace(/[^a-zа-я0-9]+/g, ' ')
    .trim();
  return plain.replace(BEFORE_NAME, '').replace(KIND_OF_FUND, '').trim();
}
