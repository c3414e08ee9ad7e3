// "Nothing to do" in truth, at any time: of what the record does not name as held back, no whole lots would have brought the
// account nearer to its targets by more than the least that is worth trading. By the venue's books, at the prices that the
// account was told.

import type { IterationRecord } from '../../src/core/iteration-record.ts';
import type { Check } from '../check.ts';
import type { FaultKind } from '../faults/fault-kinds.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { betterLots } from './better-lots.ts';
import { rateOf } from './decisions.ts';
import { DUST_PERCENT, missOf, type Standing, standingOf } from './targets.ts';
import type { Told } from './told.ts';
import type { Traded } from './turnover.ts';

/** Fewer orders are taken where what they leave is as near but for this part. */
const TIE = 0.002;
/** Of one: what a step of the price is of it, at most. */
const STEPS = 0.003;
const MORE = 1.1;
const GRAIN_RUB = 1;
/**
 * Rules over several instruments at once, and those that hold what is at its nearest lots already: what they keep back is not
 * told row by row.
 */
const UNTOLD = [
  ...['rebalance', 'buy_requires_total_marginal_sell', 'confirmationThresholdRub', 'buy_only'],
  ...['do_not_buy', 'do_not_sell', 'min_profit_percent_for_close_position'],
];
const UNTOLD_LIMITS = ['below_moving_average', 'max_premium_percent', 'max_spread_percent', 'max_orders'];
const BARRING: readonly FaultKind[] = ['trading_barred', 'instrument_halted', 'halted_after_sells'];
/** What hinders nothing by itself. */
const BY_LOTS: ReadonlySet<string> = new Set([
  ...['rounding', 'cash', 'min_improvement_pp'],
  // It slows down, and is reckoned with. A cap on turnover cuts the whole plan in proportion, of costly lots to none.
  'limits.max_trade_percent',
]);
type Held = IterationRecord['held_back'][number];

/** What a plan had for a sell that is too small to be sent it does not spend on another purchase instead. */
const isSmallSell = (held: Held): boolean => isSmall(held) && (held.lots ?? 0) < 0;
const isSmall = ({ rule }: Held): boolean => /^limits\.(dust_percent|min_trade_rub)$/.test(rule);
/** Nor, on another, what RUB it has for a purchase that is too small yet: that waits for more, as if it were made. */
function withWaiting(standing: Standing, { held_back }: IterationRecord): Standing {
  let spare = Math.max(0, standing.cash - standing.cashLow);
  const rows = standing.rows.map((row) => {
    const held = held_back.find((each) => isSmall(each) && each.ticker === row.ticker);
    const waits = Math.min(spare, Math.max(0, held?.lots ?? 0) * row.lot);
    spare -= waits;
    return { ...row, worth: row.worth + waits };
  });
  return { ...standing, rows, cash: Math.min(standing.cash, standing.cashLow + spare) };
}

/** Prices and with them the total move between the look and the record. */
const ROOM = 0.95;

const isTold = ({ block }: SimAccount): boolean =>
  !UNTOLD.some((key) => key in block) && !UNTOLD_LIMITS.some((key) => key in Object(block.limits ?? {}));

export function worthTradingChecks(world: World, told: Told, traded: Traded): Check {
  /** What `limits` let be traded now, by one instrument and in all. */
  function limitsOf(account: SimAccount, total: number): { readonly ofOne: number; readonly ofAll: number } {
    const limits = Object(account.block.limits ?? {}) as Record<string, unknown>;
    const turnover = limits.max_turnover_percent ?? {};
    const both = typeof turnover === 'object' ? turnover : { iteration: turnover, day: turnover };
    const { iteration, day } = both as { readonly iteration?: number; readonly day?: number };
    const part = (percent: unknown): number =>
      percent === undefined ? Number.POSITIVE_INFINITY : (Number(percent) / 100) * total * ROOM;
    return {
      ofOne: part(limits.max_trade_percent),
      ofAll: Math.min(part(iteration), part(day) - traded.today(account)),
    };
  }

  function missedBy(account: SimAccount, record: IterationRecord): string | null {
    const { block } = account;
    const standing = standingOf(world, account, (uid) => told.worthTo(account, uid), told.toldMs(account));
    if (standing === null) return null;
    const { total } = standing;
    const limits = Object(block.limits ?? {}) as Record<string, number>;
    const held = record.held_back.filter(({ rule }) => !BY_LOTS.has(rule)).map(({ ticker }) => ticker);
    const better = betterLots(withWaiting(standing, record), {
      rate: rateOf(world, account) + STEPS,
      least: Math.max(limits.min_trade_rub ?? 0, ((limits.dust_percent ?? DUST_PERCENT) * total) / 100),
      kept: Number(block.cash_reserve_rub ?? 0),
      ...limitsOf(account, total),
      held: new Set(held),
    });
    const least = (Number(block.min_improvement_pp ?? 0.25) / 100) * total;
    if (better === null || better.gain <= least * MORE + TIE * missOf(standing) + GRAIN_RUB) return null;
    const words = [...better.lots].map(([ticker, lots]) => `${lots} of ${ticker}`).join(', ');
    return `has nothing to do; ${words} would bring ${text(total)} RUB nearer by ${text(better.gain)}, the least worth trading is ${text(least)}`;
  }

  return {
    onRecord(record) {
      const account = world.accounts.find(({ id }) => id === record.account);
      if (account === undefined || record.status !== 'nothing_to_do' || account.borrows) return;
      if (!isTold(account) || !world.isUndisturbed(account.brokerAccount)) return;
      if (record.held_back.some(isSmallSell)) return;
      if (BARRING.some((kind) => kind in world.coverage.tables.faults)) return;
      if (world.exchange.desk.activeOf(account.brokerAccount).length > 0) return;
      const missed = missedBy(account, record);
      if (missed !== null) world.violate('worth trading', `${account.id} ${missed}`);
    },
  };
}

const text = (amount: number): string => amount.toFixed(2);
