// The daily returns that a weighting by history is reckoned from: so many trading days up to a given day.
// Requires: closes of finished days. Guarantees: a window that is too short, old, torn or implausible is unknown, in words.

import type { Close } from '../close.ts';
import { DAY_MS, MOSCOW_OFFSET_MS, moscowDay } from '../moscow-day.ts';
import { decimal, raw } from '../units.ts';

/** The longest the exchange rests, New Year's holidays with weekends, and some more. */
const RESTS_DAYS = 15;
/** A day that moves a price by more than half is a split or an error far more often than a market. */
const HALF = 0.5;

export type Returns =
  | { readonly kind: 'returns'; readonly returns: readonly number[] }
  | { readonly kind: 'unknown'; readonly because: string };

export interface CloseWindow {
  /** Trading days. */
  readonly days: number;
  /** The first day that is no part of it, midnight UTC. */
  readonly endMs: number;
}

/** The earliest day whose close such a window may hold: a close more than it has days. */
export const startOf = ({ days, endMs }: CloseWindow): number => endMs - reachMs(days + 1);

/** Calendar time that surely holds so many trading days, weekends and holidays included. */
const reachMs = (tradingDays: number): number => (Math.ceil(tradingDays * 1.6) + 2 * RESTS_DAYS) * DAY_MS;

/** The Moscow date of an instant as closes name days: its midnight UTC. */
export const dayOf = (atMs: number): number => moscowDay(atMs) * DAY_MS;

/** Whether a Moscow day begins at that instant. */
export const isMidnight = (atMs: number): boolean => (atMs + MOSCOW_OFFSET_MS) % DAY_MS === 0;

/** First day of the Moscow month that holds the instant. */
export function monthOf(atMs: number): number {
  const day = new Date(dayOf(atMs));
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1);
}

/**
 * Simple returns of the last `count` trading days before the day `endMs`.
 * @param closes oldest first; `undefined` where there are none
 */
export function returnsBefore(closes: readonly Close[] | undefined, count: number, endMs: number): Returns {
  if (closes === undefined)
    return unknown('its daily closes are not there (a snapshot carries them as instruments[].closes)');
  const fromMs = startOf({ days: count, endMs });
  const within = closes.filter(({ dayMs }) => dayMs < endMs && dayMs >= fromMs).slice(-(count + 1));
  const [first, last] = [within[0], within.at(-1)];
  if (first === undefined || last === undefined || within.length < count + 1)
    return unknown(
      `${count + 1} daily closes before ${dateOf(endMs)} are needed, it has ${within.length}${first ? ` (from ${dateOf(first.dayMs)})` : ''}`,
    );
  if (endMs - last.dayMs > RESTS_DAYS * DAY_MS)
    return unknown(`its last daily close before ${dateOf(endMs)} is of ${dateOf(last.dayMs)}`);
  const prices = within.map(({ price }) => Number(raw(price)));
  const returns: number[] = [];
  for (const [index, close] of within.entries()) {
    const [before, now] = [prices[index - 1], prices[index] ?? 0];
    if (now <= 0) return unknown(`its close of ${dateOf(close.dayMs)} is not above zero`);
    if (before === undefined) continue;
    const change = now / before - 1;
    if (change > HALF || change < -HALF) return unknown(leap(within[index - 1] ?? close, close));
    returns.push(change);
  }
  return { kind: 'returns', returns };
}

const leap = (before: Close, { dayMs, price }: Close): string =>
  `its close went from ${decimal(before.price)} to ${decimal(price)} on ${dateOf(dayMs)}, by more than half in a day: a split, or a wrong price`;

export const dateOf = (dayMs: number): string => new Date(dayMs).toISOString().slice(0, 10);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation of a sample; below any that a traded price can have it is 0 and nothing else. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  const sum = values.reduce((squares, value) => squares + (value - middle) ** 2, 0);
  const found = Math.sqrt(sum / (values.length - 1));
  return found < LEAST_DEVIATION ? 0 : found;
}

/** What is left of a constant return in doubles is noise, not risk. */
const LEAST_DEVIATION = 1e-9;

const unknown = (because: string): Returns => ({ kind: 'unknown', because });
