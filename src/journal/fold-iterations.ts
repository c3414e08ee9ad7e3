// Iterations that are a few days old: what they earned goes into their day's sums; those without an order go altogether,
// one row per day and outcome stays of them. Guarantees: the newest rows of an account stay whatever their age (status
// and the engine look at them); nothing is folded from the oldest order on whose fate is open; one call is small.

import { earnedFrom, isValued, worthAfter, worthBefore } from '../core/earnings.ts';
import type { IterationRecord } from '../core/iteration-record.ts';
import { type LateFill, lateFill } from '../core/late-fill.ts';
import { DAY_MS, moscowMidnight } from '../core/moscow-day.ts';
import { money } from '../core/units.ts';
import type { DaySums } from './day-sums.ts';
import { jsonIn } from './json-in.ts';
import { OPEN_STATES } from './order-book.ts';
import { type OrderRow, SELECT_ORDER, toMoney, toOrder } from './order-rows.ts';
import type { Store } from './store.ts';

/** Days that stay row by row, besides today. */
const WHOLE_DAYS = 3;
/** Newest rows of an account that stay. */
const NEWEST = 64;
const NEVER = 2n ** 63n - 1n;
/** Rows folded by one call. */
const AT_ONCE = 32;

interface Row {
  readonly seq: bigint;
  readonly iteration: string;
  readonly account: string;
  readonly started_at: bigint;
  readonly status: string;
  readonly reason: string | null;
  readonly dry_run: bigint;
  readonly counted: bigint;
  readonly equity_nano: bigint | null;
  readonly turnover_nano: bigint;
  readonly commission_nano: bigint;
  readonly record: string;
  readonly has_orders: bigint;
}

const COLUMNS = `seq, iteration, account, started_at, status, reason, dry_run, counted, equity_nano, turnover_nano,
  commission_nano, record, EXISTS (SELECT 1 FROM legs WHERE legs.iteration = iterations.iteration) AS has_orders`;

/** Folds the next few rows of some account; false where none has any. Requires: to be called inside a write. */
export function iterationFolder(store: Store, sums: DaySums): (nowMs: number) => boolean {
  const accounts = store.prepare<{ account: string }>(
    `WITH RECURSIVE each (account) AS (
       SELECT min(account) FROM iterations
       UNION ALL SELECT (SELECT min(account) FROM iterations WHERE account > each.account) FROM each
       WHERE each.account IS NOT NULL)
     SELECT account FROM each WHERE account IS NOT NULL`,
  );
  const firstOpen = store.prepare<{ at: bigint | null }>(
    `SELECT min(created_at) AS at FROM orders WHERE account = $account AND state IN ${OPEN_STATES}`,
  );
  const firstOfNewest = store.prepare<{ started_at: bigint }>(
    `SELECT started_at FROM iterations WHERE account = $account
     ORDER BY started_at DESC, seq DESC LIMIT 1 OFFSET ${NEWEST - 1}`,
  );
  const old = store.prepare<Row>(
    `SELECT ${COLUMNS} FROM iterations WHERE folded = 0 AND account = $account AND started_at < $before
     ORDER BY started_at, seq LIMIT ${AT_ONCE}`,
  );
  const fold = accountFolder(store, sums);
  return (nowMs) => {
    const cutoff = BigInt(moscowMidnight(nowMs) - WHOLE_DAYS * DAY_MS);
    return accounts.all({}).some(({ account }) => {
      const newest = firstOfNewest.get({ account })?.started_at;
      if (newest === undefined) return false;
      const openFrom = firstOpen.get({ account })?.at ?? NEVER;
      return fold(account, old.all({ account, before: [cutoff, newest, openFrom].reduce(least) }), openFrom);
    });
  };
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Rows of one account, oldest first; returns whether any could be folded. From `openFrom` on fills may still be learned. */
function accountFolder(
  store: Store,
  sums: DaySums,
): (account: string, rows: readonly Row[], openFrom: bigint) => boolean {
  const next = store.prepare<Row>(
    `SELECT ${COLUMNS} FROM iterations WHERE account = $account AND counted = 1 AND equity_nano IS NOT NULL
     AND (started_at, seq) > ($at, $seq) ORDER BY started_at, seq LIMIT 1`,
  );
  const mark = store.prepare('UPDATE iterations SET folded = 1 WHERE seq = $seq');
  const remove = store.prepare('DELETE FROM iterations WHERE seq = $seq');
  const lateBetween = lateFinder(store);
  return (account, rows, openFrom) => {
    let folded = 0;
    for (const row of rows) {
      const record = row.counted === 1n ? recordOf(row) : null;
      if (record !== null && isValued(record)) {
        const following = next.get({ account, at: row.started_at, seq: row.seq });
        // What it held until the next valuation is not known yet: it waits for that.
        if (following === null) continue;
        if (following.started_at > openFrom) break;
        const after = recordOf(following);
        const late = lateBetween(account, row.started_at, following.started_at);
        sums.addEarned({
          account,
          dayMs: moscowMidnight(Number(row.started_at)),
          atMs: Number(row.started_at),
          before: worthBefore(record),
          after: worthAfter(record),
          ...earnedFrom(record, after, late),
        });
      }
      if (row.has_orders === 1n) mark.run({ seq: row.seq });
      else {
        sums.addGroup(groupPart(row, record ?? recordOf(row)));
        remove.run({ seq: row.seq });
      }
      folded += 1;
    }
    return folded > 0;
  };
}

/** The named boundary: the engine wrote it. What has no positions was not valued. @throws {JournalError} */
export const recordOf = (row: Pick<Row, 'iteration' | 'record'>): IterationRecord => {
  const written = jsonIn(row.record, `the record of iteration ${row.iteration}`) as Partial<IterationRecord>;
  return { ...written, positions: written.positions ?? [], orders: written.orders ?? [] } as IterationRecord;
};

/** A row's part in its group, all of its amounts included. */
export const groupPart = (row: Omit<Row, 'seq' | 'has_orders'>, record: IterationRecord) => ({
  account: row.account,
  dayMs: moscowMidnight(Number(row.started_at)),
  status: row.status,
  dryRun: row.dry_run === 1n,
  counted: row.counted === 1n,
  iterations: 1,
  traded: row.turnover_nano > 0n ? 1 : 0,
  orders: row.dry_run === 1n ? 0 : record.orders.length,
  turnover: money(row.turnover_nano),
  commission: money(row.commission_nano),
  atMs: Number(row.started_at),
  equity: toMoney(row.equity_nano),
  reason: row.reason,
});

/** Fills first sent from one record on and before the next that no record tells of, as history counts them. */
function lateFinder(store: Store): (account: string, from: bigint, until: bigint) => LateFill[] {
  const sent = store.prepare<OrderRow>(
    `${SELECT_ORDER} WHERE account = $account AND executed > 0
     AND key IN (SELECT key FROM attempts WHERE n = 1 AND at >= $from AND at < $until) ORDER BY seq`,
  );
  const find = store.prepare<{ record: string; counted: bigint }>(
    'SELECT record, counted FROM iterations WHERE iteration = $iteration',
  );
  return (account, from, until) =>
    sent.all({ account, from, until }).flatMap((row) => {
      const told = find.get({ iteration: row.iteration });
      if (told?.counted === 0n) return [];
      const late = lateFill(toOrder(row), told && recordOf({ ...row, ...told }));
      return late === null ? [] : [late];
    });
}
