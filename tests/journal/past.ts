// A made-up past of some accounts, written through the journal's own calls: quiet iterations, plans, trades, trades whose
// fills the record knows only in part, and iterations that were killed before their record. And what history says of it.

import { Database } from 'bun:sqlite';
import { historyCommand } from '../../src/cli/history.ts';
import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { decimal, lots, money, price } from '../../src/core/units.ts';
import { journalOf } from '../../src/journal/journal.ts';
import { migrate } from '../../src/journal/migrate.ts';
import { MIGRATIONS } from '../../src/journal/migrations.ts';
import { storeOf } from '../../src/journal/store.ts';
import type { Journal } from '../../src/ports.ts';
import { sampleIntent, sampleIteration } from './sample.ts';
import { to } from './with-journal.ts';

export const DAY_MS = 86_400_000;
/** Midnight in Moscow. */
export const FIRST_DAY = Date.UTC(2026, 0, 11, 21);
const TICKERS = ['TMOS', 'TBRU'];

export interface PastIteration {
  readonly account: string;
  readonly day: number;
  /** Minutes after midnight. */
  readonly minute: number;
  readonly kind: 'quiet' | 'failed' | 'closed' | 'uncounted' | 'plan' | 'traded' | 'learned_later' | 'killed';
  /** Prices of the two tickers in kopecks. */
  readonly prices: readonly [number, number];
  readonly pieces: readonly [number, number];
  readonly cash: number;
  readonly lots: number;
}

export interface MemoryJournal {
  readonly db: Database;
  readonly journal: Journal;
}

export function memoryJournal(): MemoryJournal {
  const db = new Database(':memory:', { strict: true, safeIntegers: true });
  db.run('PRAGMA foreign_keys = ON');
  migrate(db, MIGRATIONS, ':memory:');
  return { db, journal: journalOf(storeOf(db)) };
}

const rubles = (nano: bigint): string => decimal(money(nano));
const nanoOf = (kopecks: number): bigint => BigInt(kopecks) * 10_000_000n;

export const startOf = ({ day, minute }: PastIteration): number => FIRST_DAY + day * DAY_MS + minute * 60_000;

/** Times of one account must differ. */
export function write(journal: Journal, past: readonly PastIteration[]): void {
  for (const each of past) {
    const iteration = `${each.account}-${each.day}-${each.minute}`;
    if (each.kind === 'traded' || each.kind === 'learned_later' || each.kind === 'killed')
      trade(journal, each, iteration);
    else journal.record(rowOf(each, iteration, recordOf(each, iteration)));
  }
}

function trade(journal: Journal, each: PastIteration, iteration: string): void {
  const at = startOf(each);
  const side = each.pieces[0] % 2 === 0 ? 'buy' : 'sell';
  const intent = sampleIntent({
    account: each.account,
    iteration,
    side,
    ticker: TICKERS[each.day % 2] ?? '',
    sizedAt: price(nanoOf(each.prices[0])),
    request: { key: `key-${iteration}`, lots: lots(BigInt(each.lots)) },
  });
  const before = { cash: money(nanoOf(each.cash)), pieces: new Map() };
  journal.plan(each.account, iteration, 1, [intent], before, at);
  const { key } = intent.request;
  journal.attempt([key], at + 1);
  const worth = nanoOf(each.prices[0] * each.lots);
  const [value, commission] = [money(worth), money(worth / 1_000n)];
  const done = to(key, 'filled', BigInt(each.lots), { value, commission });
  journal.settle(to(key, 'live'), at + 2);
  if (each.kind === 'traded') journal.settle(done, at + 3);
  if (each.kind !== 'killed') {
    const known = each.kind === 'traded';
    const record: IterationRecord = {
      ...recordOf(each, iteration),
      status: known ? 'balanced' : 'unknown_outcome',
      orders: [
        {
          ticker: intent.ticker,
          direction: side,
          lots: each.lots,
          price_rub: rubles(nanoOf(each.prices[0])),
          amount_rub: decimal(value),
          status: known ? 'filled' : 'unknown',
          filled_lots: known ? each.lots : 0,
          commission_rub: known ? decimal(commission) : '0.00',
          idempotency_key: key,
          order_id: null,
          error: null,
        },
      ],
    };
    const amounts = known ? { turnover: value, commission } : {};
    journal.record({ ...rowOf(each, iteration, record), ...amounts });
  }
  if (each.kind !== 'traded') journal.settle(done, at + 30_000);
}

function recordOf(each: PastIteration, iteration: string): IterationRecord {
  const at = new Date(startOf(each)).toISOString();
  const valued = each.kind !== 'failed' && each.kind !== 'closed';
  const rows = [1, ...each.prices].map((one, index) => {
    const each_ = index === 0 ? 1_000_000_000n : nanoOf(one);
    const count = BigInt(index === 0 ? each.cash : (each.pieces[index - 1] ?? 0));
    const worth = index === 0 ? nanoOf(each.cash) : each_ * count;
    const after = each.kind === 'traded' ? worth - worth / 997n : worth;
    return {
      ticker: index === 0 ? 'RUB' : (TICKERS[index - 1] ?? ''),
      lots_before: 0,
      lots_after: 0,
      lot_size: 1,
      price_rub: rubles(each_),
      value_before_rub: rubles(worth),
      value_after_rub: rubles(after),
      before_percent: 0,
      target_percent: 0,
      after_percent: 0,
    };
  });
  return {
    schema: 1,
    iteration,
    account: each.account,
    broker_account: null,
    started_at: at,
    finished_at: at,
    mode: 'manual',
    exchange_open: true,
    dry_run: each.kind === 'plan',
    status:
      each.kind === 'plan'
        ? 'planned'
        : each.kind === 'failed'
          ? 'failed'
          : each.kind === 'closed'
            ? 'skipped'
            : 'nothing_to_do',
    reason: each.kind === 'failed' ? `no answer ${each.lots}` : null,
    equity_rub: null,
    positions: valued ? rows : [],
    apart: [],
    orders: [],
    held_back: [],
    warnings: [],
    tracking_error_pp: null,
  };
}

const rowOf = (each: PastIteration, iteration: string, record: IterationRecord) =>
  sampleIteration({
    iteration,
    account: each.account,
    startedAtMs: startOf(each),
    finishedAtMs: startOf(each) + 1_000,
    status: record.status,
    reason: record.reason,
    dryRun: record.dry_run,
    counted: each.kind !== 'closed' && each.kind !== 'uncounted',
    equity: record.positions.length > 0 ? money(nanoOf(each.cash)) : null,
    turnover: money(0n),
    commission: money(0n),
    record: JSON.stringify(record),
  });

/** Everything that `history --summary --json` says of the last so many days before a midnight. */
export function history(journal: Journal, nowMs: number, days: number, more: object = {}): string {
  const printed: string[] = [];
  const options = { stateDir: '', account: [], days, summary: true, json: true, ...more };
  const outside = {
    clock: { now: () => nowMs },
    readJournal: () => ({ ...journal, close() {} }),
    terminal: { out: (part: string) => void printed.push(part), err() {}, colors: false, width: 200 },
  };
  historyCommand(options as never, outside as never);
  return printed.toSorted().join('');
}

/** Tidies up until nothing is left to do that day; returns how many steps it took. */
export function tidyUp(journal: Journal, nowMs: number): number {
  let steps = 1;
  while (journal.summarise(nowMs)) steps += 1;
  return steps;
}

export const countOf = (db: Database, table: string): number =>
  Number(db.query<{ n: bigint }, []>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0n);
