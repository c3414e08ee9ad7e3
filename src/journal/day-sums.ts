// Adds to the sums of a Moscow day what rows said that are about to go. Every amount is added once, in the transaction
// that removes (or marks) its row. Requires: to be called inside a write.

import type { Earned } from '../core/earnings.ts';
import { type Money, raw } from '../core/units.ts';
import { jsonIn } from './json-in.ts';
import { moneyOrNull } from './order-rows.ts';
import type { Store } from './store.ts';

export interface GroupPart {
  readonly account: string;
  readonly dayMs: number;
  readonly status: string;
  readonly dryRun: boolean;
  readonly counted: boolean;
  readonly iterations: number;
  readonly traded: number;
  readonly orders: number;
  readonly turnover: Money;
  readonly commission: Money;
  readonly atMs: number;
  readonly equity: Money | null;
  readonly reason: string | null;
}

export interface EarnedPart extends Earned {
  readonly account: string;
  readonly dayMs: number;
  readonly atMs: number;
  readonly before: Money;
  readonly after: Money;
}

export interface TickerPart {
  readonly account: string;
  readonly dayMs: number;
  readonly counted: boolean;
  readonly ticker: string;
  readonly filled: boolean;
  readonly bought: Money;
  readonly sold: Money;
  readonly commission: Money;
}

export interface DaySums {
  addGroup(part: GroupPart): void;
  addEarned(part: EarnedPart): void;
  addTicker(part: TickerPart): void;
}

/** Reasons name amounts and instants; without those few are different, and no more than this are told apart. */
const REASONS_MAX = 16;
const AMOUNT = /(?<![A-Za-z\d])[+-]?\d[\d.,:TZ-]*(?<![.,:-])/g;
const OTHER_REASONS = 'other reasons';

export const daySums = (store: Store): DaySums => ({
  ...groups(store),
  addEarned: earned(store),
  addTicker: tickers(store),
});

function groups(store: Store): Pick<DaySums, 'addGroup'> {
  const where =
    'account = $account AND day = $day AND status = $status AND dry_run = $dryRun AND counted = $counted';
  const find = store.prepare<{ reasons: string }>(`SELECT reasons FROM iteration_days WHERE ${where}`);
  const upsert = store.prepare(
    `INSERT INTO iteration_days (account, day, status, dry_run, counted, iterations, traded, orders, turnover_nano,
       commission_nano, first_at, last_at, equity_nano, reasons)
     VALUES ($account, $day, $status, $dryRun, $counted, $iterations, $traded, $orders, $turnover, $commission,
       $at, $at, $equity, $reasons)
     ON CONFLICT (account, day, status, dry_run, counted) DO UPDATE SET
       iterations = iterations + excluded.iterations,
       traded = traded + excluded.traded,
       orders = orders + excluded.orders,
       turnover_nano = turnover_nano + excluded.turnover_nano,
       commission_nano = commission_nano + excluded.commission_nano,
       equity_nano = iif(excluded.last_at >= last_at, coalesce(excluded.equity_nano, equity_nano), equity_nano),
       first_at = min(first_at, excluded.first_at),
       last_at = max(last_at, excluded.last_at),
       reasons = excluded.reasons`,
  );
  return {
    addGroup(part) {
      const key = {
        account: part.account,
        day: BigInt(part.dayMs),
        status: part.status,
        dryRun: part.dryRun,
        counted: part.counted,
      };
      upsert.run({
        ...key,
        iterations: BigInt(part.iterations),
        traded: BigInt(part.traded),
        orders: BigInt(part.orders),
        turnover: raw(part.turnover),
        commission: raw(part.commission),
        at: BigInt(part.atMs),
        equity: moneyOrNull(part.equity),
        reasons: withReason(find.get(key)?.reasons ?? '{}', part.reason),
      });
    },
  };
}

function withReason(counted: string, given: string | null): string {
  if (given === null) return counted;
  const reasons = reasonsOf(counted);
  const reason = given.replace(AMOUNT, '…');
  const name = reasons.has(reason) || reasons.size < REASONS_MAX ? reason : OTHER_REASONS;
  return JSON.stringify(Object.fromEntries(reasons.set(name, (reasons.get(name) ?? 0) + 1)));
}

/** How often each reason was given, from the JSON that holds it. */
export function reasonsOf(text: string): Map<string, number> {
  const written = jsonIn(text, 'the reasons of a day');
  return new Map(
    Object.entries(Object(written)).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );
}

function earned(store: Store): DaySums['addEarned'] {
  const upsert = store.prepare(
    `INSERT INTO account_days (account, day, first_at, first_nano, last_at, last_nano, profit_nano, flows_nano)
     VALUES ($account, $day, $at, $before, $at, $after, $profit, $flows)
     ON CONFLICT (account, day) DO UPDATE SET
       first_nano = iif(excluded.first_at < first_at, excluded.first_nano, first_nano),
       last_nano = iif(excluded.last_at >= last_at, excluded.last_nano, last_nano),
       first_at = min(first_at, excluded.first_at),
       last_at = max(last_at, excluded.last_at),
       profit_nano = profit_nano + excluded.profit_nano,
       flows_nano = flows_nano + excluded.flows_nano`,
  );
  return ({ account, dayMs, atMs, before, after, profit, flows }) =>
    upsert.run({
      account,
      day: BigInt(dayMs),
      at: BigInt(atMs),
      before: raw(before),
      after: raw(after),
      profit: raw(profit),
      flows: raw(flows),
    });
}

function tickers(store: Store): DaySums['addTicker'] {
  const upsert = store.prepare(
    `INSERT INTO ticker_days (account, day, counted, ticker, orders, fills, bought_nano, sold_nano, commission_nano)
     VALUES ($account, $day, $counted, $ticker, 1, $filled, $bought, $sold, $commission)
     ON CONFLICT (account, day, counted, ticker) DO UPDATE SET
       orders = orders + 1,
       fills = fills + excluded.fills,
       bought_nano = bought_nano + excluded.bought_nano,
       sold_nano = sold_nano + excluded.sold_nano,
       commission_nano = commission_nano + excluded.commission_nano`,
  );
  return ({ account, dayMs, counted, ticker, filled, bought, sold, commission }) =>
    upsert.run({
      account,
      day: BigInt(dayMs),
      counted,
      ticker,
      filled: filled ? 1n : 0n,
      bought: raw(bought),
      sold: raw(sold),
      commission: raw(commission),
    });
}
