// What is left of old iterations and orders: the sums of each Moscow day, as history reads them.

import { DAY_MS } from '../core/moscow-day.ts';
import { money } from '../core/units.ts';
import type { FoldedDay, FoldedGroup, FoldedTicker, Journal } from '../ports.ts';
import { reasonsOf } from './day-sums.ts';
import { toMoney } from './order-rows.ts';
import type { Query, Store } from './store.ts';

interface GroupRow {
  readonly account: string;
  readonly day: bigint;
  readonly status: string;
  readonly dry_run: bigint;
  readonly counted: bigint;
  readonly iterations: bigint;
  readonly traded: bigint;
  readonly orders: bigint;
  readonly turnover_nano: bigint;
  readonly commission_nano: bigint;
  readonly first_at: bigint;
  readonly last_at: bigint;
  readonly equity_nano: bigint | null;
  readonly reasons: string;
}

interface TickerRow {
  readonly account: string;
  readonly day: bigint;
  readonly ticker: string;
  readonly counted: bigint;
  readonly orders: bigint;
  readonly fills: bigint;
  readonly bought_nano: bigint;
  readonly sold_nano: bigint;
  readonly commission_nano: bigint;
}

interface EarnedRow {
  readonly account: string;
  readonly day: bigint;
  readonly first_nano: bigint;
  readonly last_nano: bigint;
  readonly profit_nano: bigint;
  readonly flows_nano: bigint;
}

export function foldedDays(store: Store): Pick<Journal, 'foldedDays'> {
  const from = <Row>(table: string, order: string): Query<Row> =>
    store.prepare<Row>(
      `SELECT * FROM ${table} WHERE day > $after AND ($account IS NULL OR account = $account)
       ORDER BY account, day${order}`,
    );
  const groups = from<GroupRow>('iteration_days', ', first_at, status');
  const tickers = from<TickerRow>('ticker_days', ', ticker');
  const earned = from<EarnedRow>('account_days', '');
  const key = ({ account, day }: { account: string; day: bigint }) => `${day} ${account}`;
  return {
    foldedDays({ account = null, sinceMs }: { account?: string | null; sinceMs: number }) {
      const params = { account, after: BigInt(Math.floor(sinceMs)) - BigInt(DAY_MS) };
      const parts = store.read(() => ({
        groups: Map.groupBy(groups.all(params), key),
        tickers: Map.groupBy(tickers.all(params), key),
        earned: new Map(earned.all(params).map((row) => [key(row), row])),
      }));
      const keys = new Set([...parts.groups.keys(), ...parts.tickers.keys(), ...parts.earned.keys()]);
      return [...keys]
        .map((each): FoldedDay => {
          const gap = each.indexOf(' ');
          const sums = parts.earned.get(each);
          return {
            dayMs: Number(each.slice(0, gap)),
            account: each.slice(gap + 1),
            groups: (parts.groups.get(each) ?? []).map(groupOf),
            tickers: (parts.tickers.get(each) ?? []).map(tickerOf),
            earned: sums === undefined ? null : earnedOf(sums),
          };
        })
        .sort((a, b) => a.dayMs - b.dayMs);
    },
  };
}

const groupOf = (row: GroupRow): FoldedGroup => ({
  status: row.status,
  dryRun: row.dry_run === 1n,
  counted: row.counted === 1n,
  iterations: Number(row.iterations),
  traded: Number(row.traded),
  orders: Number(row.orders),
  turnover: money(row.turnover_nano),
  commission: money(row.commission_nano),
  firstAtMs: Number(row.first_at),
  lastAtMs: Number(row.last_at),
  equity: toMoney(row.equity_nano),
  reasons: reasonsOf(row.reasons),
});

const tickerOf = (row: TickerRow): FoldedTicker => ({
  ticker: row.ticker,
  counted: row.counted === 1n,
  orders: Number(row.orders),
  fills: Number(row.fills),
  bought: money(row.bought_nano),
  sold: money(row.sold_nano),
  commission: money(row.commission_nano),
});

const earnedOf = (row: EarnedRow): NonNullable<FoldedDay['earned']> => ({
  first: money(row.first_nano),
  last: money(row.last_nano),
  profit: money(row.profit_nano),
  flows: money(row.flows_nano),
});
