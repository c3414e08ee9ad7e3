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
  for (const answer of answers) {
    const known = newest.get(answer.instrumentUid);
    if (known === undefined || (timeOf(known.time) ?? 0) <= (timeOf(answer.time) ?? 0))
      newest.set(answer.instrumentUid, answer);
  }
  return new Map(uids.map((uid) => [uid, quoteOf(uid, newest.get(uid), nowMs)]));
}

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
