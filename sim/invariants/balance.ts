// "Balanced" and "nothing to do" in truth: an account that says so once the faults are over holds what its mode and rules ask
// for, by the venue's books at the prices that it was told. Each row, and all rows together, as near as whole lots, fees and
// the least that is worth trading allow.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import { longRate } from '../../src/exchange/margin.ts';
import { executedValue, type VenueOrder } from '../../src/exchange/order.ts';
import type { Check } from '../check.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { rateOf } from './decisions.ts';
import { closingOf, isClear } from './rules-books.ts';
import { DUST_PERCENT, missOf, offBy, type Row, type Standing, standingOf } from './targets.ts';
import type { Told } from './told.ts';

/** Keys that hold nothing back: with any other an account may rightly stay where it is. */
const FREE = new Set([
  ...['id', 'name', 't_invest_token', 'account_id', 'desired_wallet', 'balance_interval', 'dry_run'],
  ...['order_type', 'order_wait_seconds', 'sleep_between_orders', 'unlisted_positions', 'min_one_lot'],
  ...['min_improvement_pp', 'max_day_turnover_percent', 'max_drawdown_percent', 'commission_percent'],
  ...['exchange', 'exchange_closure_behavior', 'desired_mode', 'rebalance_mode', 'cash_reserve_rub'],
  ...['decorrelation_min_spread_pp', 'margin_trading', 'limits'],
]);
/** The same of `limits`: what is too small is reckoned with, what only slows down is judged once nothing is left to do. */
const SMALL = new Set(['min_trade_rub', 'dust_percent']);
const SLOW = new Set(['max_trade_percent', 'max_orders']);
/** Of the total that was traded: purchases reserve the commission and a step, and what is left over buys once more. */
const COST = 0.004;
/** Of that, what is really gone with a fill. */
const LOST = 0.002;
/** What the way there takes of the collateral, and of what the multiplier lets be owed. */
const CLEARANCE = 1.02;
const HOUR_MS = 3_600_000;

export function balanceChecks(world: World, told: Told): Check {
  /** Whether anything that this account may hold could be traded all the time, and nothing was barred to it. */
  function isFree(
    { id, brokerAccount, type }: SimAccount,
    { rows }: Standing,
    record: IterationRecord,
  ): boolean {
    const { exchange, timeline, alerts } = world;
    // What a restored backup forgot, or somebody else placed, holds its instrument.
    if (exchange.desk.activeOf(brokerAccount).length > 0) return false;
    if (alerts.some(({ alert }) => alert.account === id && alert.event === 'instrument_barred')) return false;
    return rows.every(({ ticker }) => {
      const instrument = exchange.instrument(ticker);
      // A session that began while the orders of a leg waited for one another is for the next iteration to use.
      const isOpen = [world.beganMs(record), timeline.now()].every((atMs) => {
        const { market, limit, bestPrice } = exchange.market.flags(instrument, atMs);
        return market && limit && bestPrice;
      });
      return isOpen && (type !== 'iis' || instrument.forIis);
    });
  }

  /** What may be owed overnight is not owed anew once sells have repaid it all on the way to it. */
  function mayOwe(account: SimAccount): number {
    const margin = Object(account.block.margin_trading) as Record<string, unknown>;
    const isLate = account.borrows && closingOf(world, account).maybe;
    if (!isLate || margin.balancing_strategy !== 'keep_if_small') return 0;
    return Number(margin.free_threshold ?? margin.free_transfer_threshold ?? 5_000);
  }

  /** @param done what was traded, and fees that were reserved and not charged: they buy more only of what was bought anyway */
  function troubleOf(
    account: SimAccount,
    standing: Standing,
    { status }: IterationRecord,
    done: { readonly traded: number; readonly spared: number },
  ): string | null {
    const { rows, cash, cashLow, cashHigh, total } = standing;
    const limits = Object(account.block.limits ?? {}) as Record<string, number>;
    const present = rows.filter(({ worth, high }) => worth > 0 || high > 0);
    const lots = present.map(({ lot }) => lot);
    const costliest = Math.max(0, ...lots);
    const small = Math.max(limits.min_trade_rub ?? 0, ((limits.dust_percent ?? DUST_PERCENT) * total) / 100);
    // Prices go on moving between the last order and the look after it.
    const invested = rows.reduce((sum, { worth }) => sum + worth, 0);
    const most = Math.max(total, done.traded, invested);
    // What fees and steps take of the total takes as many times more of what is held with borrowed money.
    const lost = (LOST * done.traded * invested) / total;
    const cost = Math.max(lost, most * (COST + 0.001 * world.liveliness)) + done.spared;
    const moved = status === 'balanced' ? cost : 0;
    const worthIt = (Number(account.block.min_improvement_pp ?? 0.25) / 100) * total;
    // What is too small to sell in several others pays for nothing here.
    const room = costliest * (1 + COST) + small * lots.length + worthIt / 2 + moved + mayOwe(account);
    const off = [...rows, { ticker: 'RUB', worth: cash, low: cashLow, high: cashHigh }].find(
      ({ worth, low, high }) => offBy(worth, low, high) > room,
    );
    if (off !== undefined)
      return `${off.ticker} is worth ${text(off.worth)} of ${text(total)} RUB, wanted are ${text(off.low)} to ${text(off.high)}, give or take ${text(room)}`;
    const roomOfAll =
      lots.reduce((sum, lot) => sum + lot, costliest) +
      2 * (small * lots.length + moved + mayOwe(account)) +
      worthIt;
    const miss = missOf(standing);
    return miss <= roomOfAll
      ? null
      : `all in all ${text(miss)} of ${text(total)} RUB are not where they should be, rounding explains ${text(roomOfAll)}`;
  }

  /**
   * What an owner lets be borrowed is borrowed, as far as collateral carries it: exposure is the most that the rules allow,
   * or what leaves `min_funds_sufficiency` times the starting margin. Only where all of it is collateral, nobody took the
   * margin away, and the day's last minutes are not near.
   */
  function borrowing(account: SimAccount, standing: Standing): Standing {
    const { exchange, coverage } = world;
    const { rows, total, cashLow, cashHigh } = standing;
    const rates = rows.map(({ ticker, high }) => (high > 0 ? longRate(exchange.instrument(ticker)) : 0n));
    const closes =
      closingOf(world, account).maybe || closingOf(world, account, world.timeline.now() + HOUR_MS).maybe;
    if (closes || 'margin_withdrawn' in coverage.tables.faults || !isClear(world, account)) return standing;
    if (cashLow >= cashHigh || rates.includes(null)) return standing;
    const enough = Number(Reflect.get(Object(account.block.margin_trading), 'min_funds_sufficiency') ?? 1.05);
    // Per ruble of the most that may be invested.
    const [most, least] = [total - cashLow, total - cashHigh];
    const asked = rows.reduce(
      (sum, { high }, at) => sum + (high / most) * enough * (Number(rates[at]) / 1e9),
      0,
    );
    const carried = Math.min(most, Math.max(least, asked > 0 ? total / (asked * CLEARANCE) : most));
    return {
      ...standing,
      rows: rows.map((row) => ({ ...row, low: (row.high * carried) / most })),
      cashHigh: total - carried,
    };
  }

  /** The fee by which the first plan of an iteration reckoned. */
  const feared = new Map<string, number>();

  /** What an iteration traded, and the fees of it that were reckoned with and not charged. */
  function sparedOf(
    account: SimAccount,
    record: IterationRecord,
  ): { fills: readonly VenueOrder[]; traded: number; spared: number } {
    const excess = (feared.get(record.iteration) ?? 0) - rateOf(world, account);
    const sinceMs = world.beganMs(record);
    const fills = world.exchange.desk.orders.filter(
      ({ accountId, executed, createdMs }) =>
        accountId === account.brokerAccount && executed > 0n && createdMs >= sinceMs,
    );
    const traded = fills.reduce((sum, order) => sum + Number(executedValue(order)) / 1e9, 0);
    return { fills, traded, spared: Math.max(0, excess * traded) };
  }

  /**
   * Where the fee turned out lower than it was reckoned at, less is owed than might be: what was sold for that is not bought
   * back at once.
   */
  function unlent(account: SimAccount, standing: Standing, record: IterationRecord): Standing {
    const { rows, total, cashLow, cashHigh } = standing;
    const { fills, spared } = sparedOf(account, record);
    if (spared === 0) return standing;
    const less = (spared / total) * (total - cashLow);
    const invested = rows.reduce((sum, { high }) => sum + high, 0);
    const lacking = ({ uid, high }: Row): number =>
      fills.some((order) => order.side === 'sell' && order.uid === uid) ? (less * high) / invested : 0;
    return {
      ...standing,
      rows: rows.map((row) => ({ ...row, low: row.low - lacking(row) })),
      cashHigh: rows.reduce((sum, row) => sum + lacking(row), cashHigh),
    };
  }

  return {
    onPlan({ account: id, iteration }) {
      const account = world.accounts.find((each) => each.id === id);
      if (account !== undefined && !feared.has(iteration)) feared.set(iteration, rateOf(world, account));
    },
    onRecord(record) {
      const account = world.accounts.find(({ id }) => id === record.account);
      // A price that came back from a gap meanwhile, also after the faults, is for the next iteration to answer.
      const sinceMs = Math.max(world.calmAtMs, world.cameBackMs);
      if (account === undefined || record.dry_run || world.beganMs(record) < sinceMs) return;
      if (record.status !== 'balanced' && record.status !== 'nothing_to_do') return;
      if (!isJudged(account, record) || !world.isUndisturbed(account.brokerAccount)) return;
      const known = standingOf(world, account, (uid) => told.worthTo(account, uid), told.toldMs(account));
      if (known === null || !isFree(account, known, record)) return;
      if (isStuck(account, known)) return;
      const standing = account.borrows ? unlent(account, borrowing(account, known), record) : known;
      const { traded, spared } = sparedOf(account, record);
      const trouble = troubleOf(account, standing, record, { traded, spared: account.borrows ? 0 : spared });
      if (trouble !== null)
        world.violate('balanced in truth', `${account.id} (${record.status}): ${trouble}`);
    },
  };
}

/** A lot that is dearer than an iteration may move never moves, nor does what it was to pay for. */
function isStuck({ block }: SimAccount, { rows, total }: Standing): boolean {
  const percent: unknown = Reflect.get(Object(block.limits ?? {}), 'max_trade_percent');
  return percent !== undefined && rows.some(({ lot }) => lot > (total * Number(percent)) / 100);
}

/** Whether what it should hold in the end is known: no rule that holds back, and where one slows down, the end. */
function isJudged({ block }: SimAccount, { status }: IterationRecord): boolean {
  if (Object.keys(block).some((key) => !FREE.has(key))) return false;
  const limits = Object.keys(Object(block.limits ?? {}));
  // A purchase and the sell that pays for it are two orders: with one an iteration an account may stay as it is for ever.
  if (Reflect.get(Object(block.limits ?? {}), 'max_orders') === 1) return false;
  // With the least above the most that may be traded nothing can be.
  if (limits.includes('min_trade_rub') && limits.includes('max_trade_percent')) return false;
  return limits.every((key) => SMALL.has(key) || (SLOW.has(key) && status === 'nothing_to_do'));
}

const text = (amount: number): string => amount.toFixed(2);
