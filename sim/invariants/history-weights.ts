// `inverse_volatility` and `sharpe` by product.md's formulas, reckoned from the venue's own daily closes.

import { candlesOf } from '../../src/exchange/candles.ts';
import { DAY_MS, moscowDay } from '../../src/exchange/moscow.ts';
import type { SimAccount } from '../generate/generate-accounts.ts';
import type { World } from '../world/world.ts';

const YEAR_DAYS = 252;
/** The most that one ticker takes under `sharpe`, of one. */
const MOST = 0.4;
/** A day that moves a price by more is an error or a split. */
const LEAP = 0.5;

/** What each ticker weighs, in proportion; `null` where nobody can weigh by its history. */
export function historyMetrics(
  world: World,
  { block, wallet }: SimAccount,
  mode: 'inverse_volatility' | 'sharpe',
  tickers: readonly string[],
): readonly number[] | null {
  const nowMs = world.exchange.now();
  const today = moscowDay(nowMs);
  if (mode === 'inverse_volatility') {
    const days = Number(block.volatility_window_days ?? 30);
    const returns = tickers.map((ticker) => returnsOf(world, ticker, days, today));
    return every(returns, (each) => (deviation(each) > 0 ? 1 / deviation(each) : null));
  }
  const riskFree = Number(block.risk_free_percent ?? 0) / 100 / YEAR_DAYS;
  const days = Number(block.sharpe_window_days ?? 252);
  const returns = tickers.map((ticker) => returnsOf(world, ticker, days, monthOf(today)));
  const ratios = every(returns, (each) =>
    deviation(each) > 0 ? Math.max(0, (mean(each) - riskFree) / deviation(each)) : null,
  );
  if (ratios === null) return null;
  if (ratios.every((ratio) => ratio === 0)) return tickers.map(() => 1);
  const sum = Object.values(wallet).reduce((all, percent) => all + percent, 0);
  return clipped(ratios, 1 - (wallet.RUB ?? 0) / sum);
}

/** In proportion, and none above its most: what is cut off goes to the others. */
function clipped(ratios: readonly number[], share: number): readonly number[] {
  const winners = ratios.filter((ratio) => ratio > 0).length;
  const most = Math.max(MOST, share / winners);
  let weights = ratios.map((ratio) => ratio);
  const full = new Set<number>();
  for (;;) {
    const left = share - full.size * most;
    const whole = ratios.reduce((all, ratio, at) => (full.has(at) ? all : all + ratio), 0);
    weights = ratios.map((ratio, at) => (full.has(at) ? most : (ratio / whole) * left));
    const over = weights.findIndex((weight, at) => !full.has(at) && weight > most + 1e-12);
    if (over < 0 || whole <= 0) return weights.map((weight) => (Number.isFinite(weight) ? weight : 0));
    for (const [at, weight] of weights.entries()) if (weight > most + 1e-12) full.add(at);
  }
}

function returnsOf(
  { exchange }: World,
  ticker: string,
  count: number,
  before: number,
): readonly number[] | null {
  const range = {
    fromMs: (before - 3 * count - 40) * DAY_MS,
    toMs: before * DAY_MS,
    lengthMs: DAY_MS,
    nowMs: exchange.now(),
  };
  const closes = candlesOf(exchange.instrument(ticker), exchange.market, range)
    .filter(({ complete }) => complete)
    .slice(-(count + 1))
    .map(({ close }) => Number(close));
  const returns = closes.slice(1).map((close, at) => close / (closes[at] ?? close) - 1);
  return returns.length < count || returns.some((change) => Math.abs(change) > LEAP) ? null : returns;
}

/** First day of a day's month. */
const monthOf = (day: number): number => {
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / DAY_MS;
};

function every(
  returns: readonly (readonly number[] | null)[],
  metricOf: (each: readonly number[]) => number | null,
): readonly number[] | null {
  const metrics = returns.flatMap((each) => (each === null ? [] : (metricOf(each) ?? [])));
  return metrics.length < returns.length ? null : metrics;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
