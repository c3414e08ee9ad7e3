// Last prices as quotes: matched by uid, never by place; a price that cannot be true is no price, and says why.

import type { LastPrice } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { price } from '../core/units.ts';
import { type Quote, WorldError } from '../ports.ts';
import { amountOf, timeOf } from './convert.ts';

/** A quote that is further ahead of our clock than this has an impossible time. */
const AHEAD_MAX_MS = 5 * 60_000;

/** One quote per uid asked. `nowMs`: our clock. */
export function quotesOf(
  uids: readonly string[],
  answers: readonly LastPrice[],
  nowMs: number,
): ReadonlyMap<string, Quote> {
  const newest = new Map<string, LastPrice>();
  const contradicted = new Set<string>();
  for (const answer of answers) {
    const known = newest.get(answer.instrumentUid);
    const later = known && (timeOf(answer.time) ?? 0) - (timeOf(known.time) ?? 0);
    if (known && later === 0 && !isSamePrice(known, answer)) contradicted.add(answer.instrumentUid);
    if (later === undefined || later >= 0) newest.set(answer.instrumentUid, answer);
    if (later !== undefined && later > 0) contradicted.delete(answer.instrumentUid);
  }
  return new Map(
    uids.map((uid) => {
      const quote = quoteOf(uid, newest.get(uid), nowMs);
      const isTwofold = quote.price !== null && contradicted.has(uid);
      return [uid, isTwofold ? { ...quote, price: null, problem: TWO_PRICES } : quote];
    }),
  );
}

const TWO_PRICES = 'the broker gave two last prices of the same time that differ';

const isSamePrice = ({ price: one }: LastPrice, { price: other }: LastPrice): boolean =>
  one?.units === other?.units && one?.nano === other?.nano;

function quoteOf(uid: string, answer: LastPrice | undefined, nowMs: number): Quote {
  const none = (problem: string, timeMs: number | null = null): Quote => ({
    uid,
    price: null,
    timeMs,
    problem,
  });
  if (answer?.price === undefined) return none('the broker gave no last price');
  const timeMs = timeOf(answer.time);
  const nano = nanoOrProblem(answer.price);
  if (typeof nano === 'string') return none(nano, timeMs);
  if (nano === 0n) return none('the last price is zero', timeMs);
  if (nano < 0n) return none('the last price is negative', timeMs);
  if (timeMs === null) return none('the last price has no time (or that of 1970)');
  if (timeMs > nowMs + AHEAD_MAX_MS)
    return none(
      `the last price is from ${new Date(timeMs).toISOString()}, more than five minutes ahead of this computer's clock`,
      timeMs,
    );
  return { uid, price: price(nano), timeMs, problem: null };
}

function nanoOrProblem(value: NonNullable<LastPrice['price']>): bigint | string {
  try {
    return amountOf(value, 'the last price');
  } catch (error) {
    if (error instanceof WorldError) return error.message;
    throw error;
  }
}
