// Finished iterations: one row each, with the record's JSON as it was given; old ones become sums (fold-iterations.ts).

import { money, raw } from '../core/units.ts';
import type { IterationRow, Journal } from '../ports.ts';
import { moneyOrNull, toMoney } from './order-rows.ts';
import type { Params, Query, Store } from './store.ts';

interface Row {
  readonly iteration: string;
  readonly account: string;
  readonly broker_account: string | null;
  readonly started_at: bigint;
  readonly finished_at: bigint;
  readonly status: string;
  readonly reason: string | null;
  readonly dry_run: bigint;
  readonly counted: bigint;
  readonly equity_nano: bigint | null;
  readonly turnover_nano: bigint;
  readonly commission_nano: bigint;
  readonly record: string;
  readonly folded: bigint;
}

const BARE = `iteration, account, broker_account, started_at, finished_at, status, reason, dry_run, counted,
  equity_nano, turnover_nano, commission_nano`;
const COLUMNS = `${BARE}, record`;

export function iterationLog(store: Store): Pick<Journal, 'record' | 'iterations'> {
  const insert = store.prepare(
    `INSERT INTO iterations (${COLUMNS}) VALUES ($iteration, $account, $brokerAccount, $startedAt, $finishedAt,
       $status, $reason, $dryRun, $counted, $equity, $turnover, $commission, $record)`,
  );
  /** At most sixteen: one statement per set of conditions, so that each finds its index. */
  const prepared = new Map<string, Query<Row>>();
  const select = (columns: string, where: string): Query<Row> => {
    const sql = `SELECT ${columns}, folded FROM iterations ${where} ORDER BY started_at DESC, seq DESC LIMIT +$limit`;
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const query = store.prepare<Row>(sql);
    prepared.set(sql, query);
    return query;
  };
  return {
    record: (row) => store.write(() => insert.run(toParams(row))),
    iterations: (query) => {
      const conditions: string[] = [];
      // A negative LIMIT is none.
      const params: Record<string, string | bigint> = { limit: BigInt(query.limit ?? -1) };
      if (query.account !== undefined) {
        conditions.push('account = $account');
        params.account = query.account;
      }
      if (query.sinceMs !== undefined) {
        conditions.push('started_at >= $since');
        params.since = BigInt(query.sinceMs);
      }
      if (query.countedOnly) conditions.push('counted = 1');
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      const columns = query.bare ? `${BARE}, '' AS record` : COLUMNS;
      return select(columns, where).all(params).map(toIteration);
    },
  };
}

const toParams = (row: IterationRow): Params => ({
  iteration: row.iteration,
  account: row.account,
  brokerAccount: row.brokerAccount,
  startedAt: BigInt(row.startedAtMs),
  finishedAt: BigInt(row.finishedAtMs),
  status: row.status,
  reason: row.reason,
  dryRun: row.dryRun,
  counted: row.counted,
  equity: moneyOrNull(row.equity),
  turnover: raw(row.turnover),
  commission: raw(row.commission),
  record: row.record,
});

const toIteration = (row: Row): IterationRow => ({
  iteration: row.iteration,
  account: row.account,
  brokerAccount: row.broker_account,
  startedAtMs: Number(row.started_at),
  finishedAtMs: Number(row.finished_at),
  status: row.status,
  reason: row.reason,
  dryRun: row.dry_run === 1n,
  counted: row.counted === 1n,
  equity: toMoney(row.equity_nano),
  turnover: money(row.turnover_nano),
  commission: money(row.commission_nano),
  record: row.record,
  ...(row.folded === 1n ? { folded: true } : {}),
});
