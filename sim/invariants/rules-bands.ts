// Bands by product.md's words: where a weight of the venue's books stands to its target, and what the owner's clock says.
// Requires: targets that follow from the wallet alone.

import { formatInTimeZone } from 'date-fns-tz/formatInTimeZone';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { keyOf, reserveOf, type Sight } from './rules-books.ts';

const MOSCOW = 'Europe/Moscow';

export interface Standing {
  readonly ticker: string;
  /** Points by which it may have moved between the look and the plan. */
  readonly moved: number;
  /** Percent of the total. */
  readonly weight: number;
  readonly target: number;
  /** Half its band in points, at its narrowest; infinite without one. */
  readonly half: number;
  /** The same at its widest. */
  readonly widest: number;
}

export const isPartial = (account: SimAccount): boolean => {
  const rule = (key: string) => keyOf(account, key, 'rebalance');
  const banded = rule('threshold_percent') !== undefined || rule('relative_threshold_percent') !== undefined;
  return banded && (rule('rebalance_to') === 'edge' || rule('rebalance_scope') === 'breached');
};

export function standingsOf(world: World, account: SimAccount, { cash, equity, rows }: Sight): Standing[] {
  const { wallet, block } = account;
  const rule = (key: string) => keyOf(account, key, 'rebalance') as number | undefined;
  const sum = Object.values(wallet).reduce((total, percent) => total + percent, 0);
  const positive = Object.keys(wallet).filter((ticker) => ticker !== 'RUB' && (wallet[ticker] ?? 0) > 0);
  const rub = ((wallet.RUB ?? 0) / sum) * 100;
  const isEqual = (block.desired_mode ?? block.rebalance_mode) === 'equal';
  // What is kept aside is RUB's least target: the others share what is left.
  const kept = Math.max(rub, (Number(reserveOf(account)) / Number(equity)) * 100);
  const part = (100 - kept) / (100 - rub || 1);
  const targetOf = (ticker: string): number => {
    if (!positive.includes(ticker)) return 0;
    return (isEqual ? (100 - rub) / positive.length : ((wallet[ticker] ?? 0) / sum) * 100) * part;
  };
  const halvesOf = (ticker: string, target: number): Pick<Standing, 'half' | 'widest'> => {
    const absolute = rule('threshold_percent') ?? Number.POSITIVE_INFINITY;
    const relative = rule('relative_threshold_percent');
    const narrow =
      ticker === 'RUB' || target < 1 || relative === undefined
        ? absolute
        : Math.min(absolute, (relative * target) / 100);
    // Volatility halves it at most, and doubles it at most.
    const scale = ticker !== 'RUB' && rule('volatility_adjusted') ? 2 : 1;
    return { half: narrow / scale, widest: narrow * scale };
  };
  const percent = (worth: bigint): number => (Number(worth) / Number(equity)) * 100;
  const standing = (ticker: string, worth: bigint, target: number): Standing => ({
    ticker,
    // Within minutes; prices that stand still move no weight.
    moved: 0.05 + 0.2 * world.liveliness,
    weight: percent(worth),
    target,
    ...halvesOf(ticker, target),
  });
  return [
    ...[...rows].map(([ticker, { worth }]) => standing(ticker, worth, targetOf(ticker))),
    standing('RUB', cash, kept),
  ];
}

/** Surely inside: what is to go, or lies near an edge, is not. */
export const isInside = ({ ticker, weight, target, half, moved }: Standing): boolean =>
  (ticker === 'RUB' || target > 0 || weight === 0) && Math.abs(weight - target) < half - moved;

/** RUB over its target, and what a lot and a total that moved add to it. */
export function surplusOf({ equity, cash, rows }: Sight, standings: readonly Standing[]): bigint {
  const target = standings.find(({ ticker }) => ticker === 'RUB')?.target ?? 0;
  const over = cash - (equity * BigInt(Math.round(target * 1e6))) / 100_000_000n;
  const lot = [...rows.values()].reduce(
    (most, row) => (row.lot * row.price > most ? row.lot * row.price : most),
    0n,
  );
  return (over > 0n ? over : 0n) + lot + equity / 100n;
}

export const wordsOf = (standings: readonly Standing[]): string =>
  standings
    .map(
      ({ ticker, weight, target, half }) =>
        `${ticker} ${weight.toFixed(2)} of ${target.toFixed(2)} ± ${half.toFixed(2)} %`,
    )
    .join(', ');

// ---- true time, as the owner's calendar has it

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const minutesOf = (clock: unknown): number => {
  const [hours = '0', minutes = '0'] = String(clock).split(':');
  return Number(hours) * 60 + Number(minutes);
};

export function isOutside(window: unknown, atMs: number): boolean {
  if (window === undefined) return false;
  const { days, from, to } = Object(window) as { days?: readonly string[]; from: string; to: string };
  const [day, minute] = momentOf(atMs);
  return (days !== undefined && !days.includes(day)) || minute < minutesOf(from) || minute >= minutesOf(to);
}

/** Day of the week and minute of the day in Moscow. */
function momentOf(atMs: number): readonly [day: string, minute: number] {
  const [weekday = '', clock = ''] = formatInTimeZone(atMs, MOSCOW, 'i HH:mm').split(' ');
  return [WEEKDAYS[Number(weekday) % 7] ?? '', minutesOf(clock)];
}

/** Whether an instant of the calendar may lie in a span: every day has one that might. */
export function instantBetween(calendar: unknown, fromMs: number, toMs: number): boolean {
  const { time, every } = Object(calendar) as { time?: string; every?: string };
  const at = minutesOf(time ?? '11:00');
  const [, from] = momentOf(fromMs);
  const [day, to] = momentOf(toMs);
  const sameDay =
    formatInTimeZone(fromMs, MOSCOW, 'yyyy-MM-dd') === formatInTimeZone(toMs, MOSCOW, 'yyyy-MM-dd');
  if (!sameDay) return true;
  // The run begins after the first week of its month: nothing longer than a week comes up on its days.
  if (every === 'monthly' || (every === 'weekly' && day !== 'mon')) return false;
  return from <= at && at <= to;
}
