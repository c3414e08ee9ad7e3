// What a record explains: why nothing was done, what keeps a position off its target, what an order was refused for, what an
// earlier iteration left behind, what a plan costs, whether the exchange was open, how far off all of it is afterwards.
// Held against the record's own figures, the venue's calendar and what the journal settles.

import type { IterationRecord, OrderRecord } from '../../src/core/iteration-record.ts';
import { parseNano } from '../../src/core/units.ts';
import { isTrading } from '../../src/exchange/calendar.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { LOOKED_WITHIN_MS, reserveOf, schedulesOf } from './rules-books.ts';

/** Percentages are rounded to ten-thousandths. */
const ROUNDED = 0.0001;
/** What a row may be off its target without a word, in lots: the nearest lot is half a lot away, and the total has moved. */
const LOTS = 2;
const DONE: ReadonlySet<string> = new Set(['balanced', 'nothing_to_do', 'planned']);
const FINAL: ReadonlySet<string> = new Set(['filled', 'cancelled', 'rejected', 'absent']);

export function reasonChecks(world: World): Check {
  /** Orders of earlier iterations that an account has settled since its last record. */
  const settled = new Map<string, Set<string>>();
  /** The iteration that an account has planned for since its last record. */
  const current = new Map<string, string>();
  const wrong = (text: string): void => world.violate('reasons', text);

  function sumsUp({ iteration, positions, costs, orders, status }: IterationRecord): void {
    if (costs === undefined || (status !== 'planned' && status !== 'nothing_to_do')) return;
    const sum = (column: 'value_before_rub' | 'value_after_rub'): bigint =>
      positions.reduce((all, row) => all + parseNano(row[column]), 0n);
    const off = (what: string, says: string, is: bigint): void => {
      if (parseNano(says) !== is) wrong(`${iteration}: ${what} are told as ${says}, its rows say ${is} nano`);
    };
    off('fees', costs.fees_rub, sum('value_before_rub') - sum('value_after_rub'));
    off(
      'turnover',
      costs.turnover_rub,
      orders.reduce((all, { amount_rub: amount }) => all + parseNano(amount), 0n),
    );
    const cash = parseNano(positions.find(({ ticker }) => ticker === 'RUB')?.value_after_rub ?? '0');
    off('debts', costs.debt_rub, cash < 0n ? -cash : 0n);
  }

  /** How far off everything is afterwards: the rows keep the targets that were planned by, so only where those stand still. */
  function errorAfter(
    account: SimAccount,
    { iteration, positions, orders, ...record }: IterationRecord,
  ): void {
    const { tracking_error_pp: error } = record;
    if (error === null || (isAnew(orders) && !standsStill(account))) return;
    const is = positions.reduce((all, row) => all + Math.abs(row.after_percent - row.target_percent), 0);
    if (Math.abs(error.after - is) > 2 * ROUNDED * positions.length)
      wrong(`${iteration}: tracking error ${error.after} after, the rows say ${is}`);
  }

  /** Whatever is not where it should be by more than lots explain has a cause that is named. */
  function explained(
    account: SimAccount,
    { iteration, positions, orders, held_back: held, status, costs }: IterationRecord,
  ): void {
    if (!DONE.has(status)) return;
    // The rows keep the targets that were planned by, what is held back goes by those of the account after trading: money
    // that left meanwhile makes of a reserve all there is.
    if (isAnew(orders) && !standsStill(account)) return;
    const named = new Set(held.map(({ ticker }) => ticker));
    const invested = positions.reduce(
      (all, { ticker, value_after_rub: worth }) => all + (ticker === 'RUB' ? 0n : parseNano(worth)),
      0n,
    );
    for (const { ticker, price_rub: price, lot_size: size, ...row } of positions) {
      if (ticker === 'RUB' || price === null || named.has(ticker)) continue;
      const total = positions.reduce((all, each) => all + parseNano(each.value_after_rub), 0n);
      const lot = Number(parseNano(price) * BigInt(size));
      const off = Math.abs(
        Number(parseNano(row.value_after_rub)) - (row.target_percent / 100) * Number(total),
      );
      // Plans go by the total before fees, rows by what they leave of it.
      const room = LOTS * lot + Number(total > invested ? total : invested) / 100;
      if (off > room + Number(parseNano(costs?.fees_rub ?? '0')))
        wrong(
          `${iteration} leaves ${ticker} at ${row.after_percent} of ${row.target_percent} %, and does not say why`,
        );
    }
  }

  /** By the venue's calendar, where it is the same at both ends of the iteration. */
  function hours(account: SimAccount, record: IterationRecord): void {
    const { exchange, faults, timeline, skewMs, skewedAtMs } = world;
    const fromMs = world.beganMs(record);
    if (skewMs !== 0 || skewedAtMs >= fromMs - LOOKED_WITHIN_MS || faults.spoiltTheDay) return;
    // Hours that were told wrong are kept for the day.
    if (faults.hoursSpoiltMs > Number.NEGATIVE_INFINITY) return;
    const { calendar } = exchange.market;
    const isOpenAt = (atMs: number): boolean =>
      schedulesOf(world, account).some((name) => isTrading(calendar.phase(name, atMs)));
    const open = [fromMs, timeline.now()].map(isOpenAt);
    if (record.exchange_open && !open.some(Boolean))
      wrong(`${record.iteration} says that a closed exchange is open`);
  }

  function left({ iteration, account, warnings, reason }: IterationRecord): void {
    // What a full disk ends says that, and no more.
    if (world.coverage.tables.faults.disk_full) return;
    for (const key of settled.get(account) ?? [])
      if (!warnings.some((warning) => warning.includes(key)) && !reason?.includes(key))
        wrong(`${iteration} does not tell what became of ${key}, which an earlier iteration left`);
  }

  /** The exchange turns an order down without a word; the venue that does not take one says why. */
  const wasRefused = ({ brokerAccount }: SimAccount, { idempotency_key: key }: OrderRecord): boolean =>
    world.exchange.desk.ordersOfKey(brokerAccount, key ?? '').length === 0;

  return {
    onPlan: ({ account, iteration }) => void current.set(account, iteration),
    onSettle({ after }) {
      const { account, iteration, request } = after;
      if (!FINAL.has(after.state) || after.attempts === 0 || current.get(account) === iteration) return;
      settled.set(account, (settled.get(account) ?? new Set()).add(request.key));
    },
    onRecord(record) {
      const account = world.accounts.find(({ id }) => id === record.account);
      if (account === undefined) return;
      const { iteration, status, reason, orders } = record;
      if (status === 'nothing_to_do' && reason === null)
        wrong(`${iteration} does nothing and does not say why`);
      const mute = orders.find(
        (order) => order.status === 'rejected' && order.error === null && wasRefused(account, order),
      );
      if (mute !== undefined) wrong(`${iteration} does not say why ${mute.idempotency_key} was rejected`);
      hours(account, record);
      left(record);
      settled.delete(record.account);
      current.delete(record.account);
      if (record.positions.length === 0) return;
      sumsUp(record);
      errorAfter(account, record);
      explained(account, record);
    },
    onDeath() {
      settled.clear();
      current.clear();
    },
  };
}

/** Once orders have left, what is off is reckoned anew, from the account as it is then. */
const isAnew = (orders: readonly OrderRecord[]): boolean => orders.some(({ status }) => status !== 'planned');

/** Targets that trading does not move: the wallet's or equal parts, of own money, none of it kept aside. */
const standsStill = (account: SimAccount): boolean =>
  !account.borrows &&
  reserveOf(account) === 0n &&
  account.block.diff === undefined &&
  ['manual', 'equal'].includes(
    String(account.block.desired_mode ?? account.block.rebalance_mode ?? 'manual'),
  );
