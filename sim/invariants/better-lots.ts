// Whether whole lots lie nearer to the targets than what is held, reckoned by trying: every row stays as it is, or goes to
// the lots just below or just above its target, or as far as RUB pays. Requires: targets that leave no choice (low and high are the same).

import { missOf, type Row, type Standing } from './targets.ts';

export interface Terms {
  /** Commission and a step of the price, of one: what purchases keep aside. */
  readonly rate: number;
  /** RUB: a smaller order is not worth it. */
  readonly least: number;
  /** RUB that stay. */
  readonly kept: number;
  /** RUB: the most of one row, and of all together. */
  readonly ofOne: number;
  readonly ofAll: number;
  /** Tickers that stay as they are. */
  readonly held: ReadonlySet<string>;
}

export interface Better {
  /** RUB by which all of it is nearer to its targets, fees taken off. */
  readonly gain: number;
  readonly lots: ReadonlyMap<string, number>;
}

/** The best of them; `null` where nothing is nearer. More rows than these are not tried. */
export function betterLots(standing: Standing, terms: Terms): Better | null {
  if (standing.rows.length > ROWS_MAX) return null;
  const now = missOf(standing);
  let best: Better | null = null;
  const options = standing.rows.map((row) => tradesOf(row, standing, terms));
  for (const trades of combinations(options)) {
    const { rows, traded, spent } = moved(standing.rows, trades);
    const fees = traded * terms.rate;
    const cash = standing.cash - spent - fees;
    const bought = standing.rows.flatMap(({ lot }, at) => ((trades[at] ?? 0) > 0 ? lot : []));
    // RUB pays with its own share for no more than the rest of a lot.
    const floor = Math.max(terms.kept, Math.min(standing.cash, standing.cashLow) - Math.max(0, ...bought));
    if (traded === 0 || traded > terms.ofAll || (bought.length > 0 && cash < floor)) continue;
    const gain = now - missOf({ ...standing, rows, cash }) - fees;
    if (gain <= (best?.gain ?? 0)) continue;
    best = { gain, lots: new Map(rows.map(({ ticker }, at) => [ticker, trades[at] ?? 0])) };
  }
  return best;
}

const ROWS_MAX = 4;

/** Signed lots that are worth looking at; 0 is always one of them. */
function tradesOf(row: Row, { cash, cashLow }: Standing, terms: Terms): readonly number[] {
  const { ticker, worth, low, lot, pieces, lotSize } = row;
  if (terms.held.has(ticker)) return [0];
  const exact = (low - worth) / lot;
  const sign = Math.sign(exact);
  // As far as RUB above its target goes, or as RUB below it needs; as far as limits let it; half of that where a sell pays.
  const paid = sign * (cash - cashLow) * 0.99;
  const parts = [paid, terms.ofOne, terms.ofAll, terms.ofAll / 2].map((rub) => Math.floor(rub / lot));
  const short = parts.filter((lots) => lots > 0 && lots < Math.abs(exact)).map((lots) => sign * lots);
  const trades = [Math.floor(exact), Math.ceil(exact), ...short]
    .map((lots) => Math.max(lots, -Number(pieces / lotSize)))
    .filter((lots) => Math.abs(lots) * lot > terms.least && Math.abs(lots) * lot <= terms.ofOne);
  return [...new Set([0, ...trades])];
}

function combinations(options: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return options.reduce<readonly (readonly number[])[]>(
    (all, each) => all.flatMap((begun) => each.map((lots) => [...begun, lots])),
    [[]],
  );
}

/** The same rows once that is traded. */
function moved(rows: readonly Row[], trades: readonly number[]) {
  const amounts = rows.map(({ lot }, at) => lot * (trades[at] ?? 0));
  return {
    rows: rows.map((row, at) => ({ ...row, worth: row.worth + (amounts[at] ?? 0) })),
    traded: amounts.reduce((sum, amount) => sum + Math.abs(amount), 0),
    spent: amounts.reduce((sum, amount) => sum + amount, 0),
  };
}
