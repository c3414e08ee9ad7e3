// What an account should hold by its wallet, its mode and its rules, reckoned from the venue's truth with formulas of its
// own (doubles of RUB: for judging, never for trading). `null` where something moves its targets that is not reckoned here.
// Guarantees: each target is a span; where no rule leaves a choice both its ends are the same.

import type { VenueOrder } from '../../src/exchange/order.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';
import { historyMetrics } from './history-weights.ts';

export interface Row {
  readonly ticker: string;
  readonly uid: string;
  readonly pieces: bigint;
  /** Pieces of a lot, and RUB of one. */
  readonly lotSize: bigint;
  readonly lot: number;
  readonly worth: number;
  /** Least and most RUB that it should be worth. */
  readonly low: number;
  readonly high: number;
}

export interface Standing {
  readonly rows: readonly Row[];
  /** RUB, and the span that it should be in. */
  readonly cash: number;
  readonly cashLow: number;
  readonly cashHigh: number;
  readonly total: number;
}

/** Nano per piece; `null`: in doubt. */
export type PriceOf = (uid: string) => bigint | null;

/** Keys that move targets by what this file does not reckon: caps, yesterday's weights. */
/** Of the total: an account without `limits` trades no less. */
export const DUST_PERCENT = 0.02;

const UNRECKONED = ['max_weight_percent', 'min_weight_percent', 'diff'];

/** @param toldMs when the account was told of those prices: what it weighs by it has read since */
export function standingOf(
  world: World,
  account: SimAccount,
  priceOf: PriceOf,
  toldMs = world.timeline.now(),
): Standing | null {
  if (UNRECKONED.some((key) => key in account.block)) return null;
  const weights = weightsOf(world, account, priceOf, toldMs);
  const worths = weights === null ? null : balancedIn(world, account, priceOf);
  if (weights === null || worths === null) return null;
  const cash = rub(world.exchange.registry.account(account.brokerAccount).cash());
  const total = worths.reduce((sum, { worth }) => sum + worth, cash);
  if (total <= 0) return null;
  const share = weights.get('RUB') ?? 0;
  const reserve = Number(account.block.cash_reserve_rub ?? 0);
  const own = weighedPart(account, total, share);
  const most = reserve > 0 ? own : exposureOf(account, total, share);
  const rows = worths.map((each) => {
    const weight = weights.get(each.ticker) ?? 0;
    return { ...each, low: weight * own, high: weight * most };
  });
  const invested = 1 - share;
  return { rows, cash, total, cashLow: total - invested * most, cashHigh: total - invested * own };
}

/** What weights are shares of: RUB that must stay and is more than its share is none of it. */
export function weighedPart({ block }: SimAccount, total: number, share: number): number {
  const reserve = Number(block.cash_reserve_rub ?? 0);
  return reserve > total * share && share < 1 ? Math.max(0, total - reserve) / (1 - share) : total;
}

type Worth = Omit<Row, 'low' | 'high'>;

/** What takes part in the balance, RUB apart: the wallet, and under `sell` whatever else is held. */
export function balancedIn(world: World, account: SimAccount, priceOf: PriceOf): readonly Worth[] | null {
  const { exchange } = world;
  const books = exchange.registry.account(account.brokerAccount);
  const listed = Object.keys(account.wallet).filter((ticker) => ticker !== 'RUB');
  const held = books.held().map((uid) => exchange.market.byUid(uid)?.ticker.replace(/@$/, '') ?? '');
  const strangers =
    account.block.unlisted_positions === 'sell' ? held.filter((ticker) => !listed.includes(ticker)) : [];
  const worths: Worth[] = [];
  for (const ticker of [...listed, ...strangers]) {
    const { uid, lot: lotSize } = exchange.instrument(ticker);
    const price = priceOf(uid);
    if (price === null) return null;
    const pieces = books.pieces(uid);
    worths.push({ ticker, uid, pieces, lotSize, lot: rub(lotSize * price), worth: rub(pieces * price) });
  }
  return worths;
}

/** E = max(Q, min(multiplier Q, (Q + max_margin_size) / (1 - r))): what collateral and the hour leave of it may be less. */
function exposureOf({ block, borrows }: SimAccount, total: number, share: number): number {
  if (!borrows || share >= 1) return total;
  const { multiplier = 1, max_margin_size: size = 5000 } = block.margin_trading as Record<string, number>;
  return Math.max(total, Math.min(multiplier * total, (total + size) / (1 - share)));
}

type Weights = ReadonlyMap<string, number>;

/** Shares of one, RUB included. */
export function weightsOf(
  world: World,
  account: SimAccount,
  priceOf: PriceOf,
  toldMs: number,
): Weights | null {
  const { wallet, block } = account;
  const sum = Object.values(wallet).reduce((total, percent) => total + percent, 0);
  const own = new Map(Object.entries(wallet).map(([ticker, percent]) => [ticker, percent / sum]));
  const mode = String(block.desired_mode ?? block.rebalance_mode ?? 'manual');
  if (mode === 'manual' || mode === 'default') return own;
  const share = own.get('RUB') ?? 0;
  const among = Object.keys(wallet).filter((ticker) => ticker !== 'RUB' && (wallet[ticker] ?? 0) > 0);
  const metrics =
    mode === 'inverse_volatility' || mode === 'sharpe'
      ? historyMetrics(world, account, mode, among)
      : metricsOf(world, mode, among, priceOf, toldMs, Number(block.decorrelation_min_spread_pp ?? 0.5));
  if (metrics === null) return null;
  const whole = metrics.reduce((total, metric) => total + metric, 0);
  if (whole <= 0) return own;
  return new Map([
    ...[...own.keys()].map((ticker) => [ticker, 0] as const),
    ...among.map((ticker, at) => [ticker, ((metrics[at] ?? 0) / whole) * (1 - share)] as const),
    ['RUB', share] as const,
  ]);
}

const BY_AUM: ReadonlySet<string> = new Set(['aum', 'decorrelation']);

/** All zero: the wallet's own weights. `null`: this mode is not reckoned here, or has nothing to weigh. */
function metricsOf(
  { exchange }: World,
  mode: string,
  tickers: readonly string[],
  priceOf: PriceOf,
  toldMs: number,
  leastSpread: number,
): readonly number[] | null {
  if (mode === 'equal') return tickers.map(() => 1);
  const funds = tickers.map((ticker) => exchange.instrument(ticker));
  if (funds.some(({ kind, uid }) => kind !== 'etf' || priceOf(uid) === null)) return null;
  const nowMs = exchange.now();
  // AUM follows the venue's price, and a premium that wanders by itself: once either has left what it was when the account was
  // told, nobody knows which AUM it was told with it.
  const isOld = funds.some(
    (fund) =>
      exchange.market.last(fund, nowMs)?.price !== priceOf(fund.uid) ||
      exchange.funds.aumAt(fund, nowMs) !== exchange.funds.aumAt(fund, toldMs),
  );
  if (isOld && BY_AUM.has(mode)) return null;
  const caps = funds.map((fund) => rub((priceOf(fund.uid) ?? 0n) * exchange.funds.unitsAt(fund, nowMs)));
  const aums = funds.map((fund) => rub(exchange.funds.aumAt(fund, nowMs) ?? 0n));
  switch (mode) {
    case 'marketcap':
    // The venue's funds all have a market cap.
    case 'marketcap_aum':
      return caps;
    case 'aum':
      return aums;
    case 'decorrelation': {
      const premiums = caps.map((cap, at) => (cap / (aums[at] ?? 1) - 1) * 100);
      const highest = Math.max(...premiums);
      const spread = highest - Math.min(...premiums);
      if (premiums.length < 2 || spread < leastSpread) return tickers.map(() => 0);
      return premiums.map((premium) => highest - premium);
    }
    default:
      return null;
  }
}

/** Orders of the bot that were executed and that it remembers, oldest first. */
export const fillsOf = (
  { exchange, forgotten }: World,
  { brokerAccount }: SimAccount,
): readonly VenueOrder[] =>
  exchange.desk.orders.filter(
    ({ accountId, foreign, key, executed }) =>
      accountId === brokerAccount && !foreign && executed > 0n && !forgotten.has(key),
  );

/** Whether the bot remembers a fill of its own: from then on it knows what commission it pays. Others' fills teach it nothing. */
export const hasTraded = (world: World, account: SimAccount): boolean => fillsOf(world, account).length > 0;

/** From nano-rubles, to a thousandth. */
export const rub = (nano: bigint): number => Number(nano / 1_000_000n) / 1_000;

/** How far a worth is outside its span. */
export const offBy = (worth: number, low: number, high: number): number =>
  Math.max(0, low - worth, worth - high);

/**
 * Half the band of RUB, in RUB, as far as RUB goes: it has only the absolute one, and beside relative ones alone it has none
 * that would hold it. RUB that may be borrowed has no edge, and nothing has one where no band is set.
 */
export function rubEdge(
  { threshold_percent: absolute, relative_threshold_percent: relative }: Readonly<Record<string, unknown>>,
  { total, cashLow }: Standing,
): number {
  if (cashLow <= 0 || (absolute === undefined && relative === undefined)) return 0;
  return absolute === undefined ? cashLow : Math.min(cashLow, total * (Number(absolute) / 100));
}

/** Sum of how far everything is from where it should be, RUB included. */
export const missOf = ({ rows, cash, cashLow, cashHigh }: Standing): number =>
  rows.reduce((sum, { worth, low, high }) => sum + offBy(worth, low, high), offBy(cash, cashLow, cashHigh));

/** The same by the one exposure that leaves most to do. Each row's miss bends once and never down: one of the ends is the most. */
export const mostMissing = (standing: Standing): number =>
  Math.max(missOf(at(standing, 0)), missOf(at(standing, 1)));

/**
 * How much further off its targets it is now than `before`, as `[before, now]`, by the one exposure that tells best for
 * it: between the ends of their spans all targets move together, so a debt that one row pays for is missing in no other.
 * @param more RUB that `now` is off besides
 */
export function growthOf(before: Standing, now: Standing, more: number): readonly [number, number] {
  const parts = [0, 1, ...bendsOf(before), ...bendsOf(now)].filter((part) => part >= 0 && part <= 1);
  const pairs = parts.map((part) => [missOf(at(before, part)), missOf(at(now, part)) + more] as const);
  return pairs.reduce((best, pair) => (pair[1] - pair[0] < best[1] - best[0] ? pair : best));
}

/** Its targets by one exposure: the least is 0, the most 1. */
function at({ rows, cash, cashLow, cashHigh, total }: Standing, part: number): Standing {
  const wanted = cashHigh - part * (cashHigh - cashLow);
  const aimed = rows.map((row) => {
    const target = row.low + part * (row.high - row.low);
    return { ...row, low: target, high: target };
  });
  return { rows: aimed, cash, cashLow: wanted, cashHigh: wanted, total };
}

/** Where something is just what it should be: between two of these a miss is a straight line. */
const bendsOf = ({ rows, cash, cashLow, cashHigh }: Standing): readonly number[] => [
  ...rows.filter(({ low, high }) => high > low).map(({ worth, low, high }) => (worth - low) / (high - low)),
  ...(cashHigh > cashLow ? [(cashHigh - cash) / (cashHigh - cashLow)] : []),
];
