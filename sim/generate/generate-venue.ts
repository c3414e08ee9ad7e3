// The venue of a seed: when the run begins, how prices move, how deep the book is, how long the wire takes.

import type { ExchangeOptions } from '../../src/exchange/exchange.ts';
import { DEFAULT_LIMITS, type LimitTable } from '../../src/exchange/limits.ts';
import { diceOf } from '../world/streams.ts';

export interface SimVenue {
  readonly startMs: number;
  readonly options: Pick<
    ExchangeOptions,
    'limits' | 'liveliness' | 'depthRub' | 'spreadTicks' | 'duplicateAnswer' | 'commission' | 'perSecond'
  >;
  /** Longest way out and back of an ordinary call. */
  readonly latencyMs: number;
}

/** A poorer tariff: the bot learns it from the venue. */
const TIGHT: LimitTable = {
  ...DEFAULT_LIMITS,
  operations: 25,
  orders: 20,
  get_orders: 25,
  market_data: 40,
  post_order: 30,
};
const HOUR_MS = 3_600_000;
/** 18:55. */
const MAIN_ENDS_HOUR = 18 + 55 / 60;
/** Monday 2026-11-16, 00:00 in Moscow. */
const MONDAY_MS = Date.UTC(2026, 10, 15, 21);

const LIVELINESS = [0, 0, 1, 1, 4] as const;

/** How much prices move; 0: not at all, in the past neither. */
export const livelinessOf = (seed: number): number => diceOf(seed, 'prices').pick(LIVELINESS);

/** @param worth of the largest account, RUB: the book takes its orders within a few levels, as funds' books do */
export function generateVenue(seed: number, worth: number): SimVenue {
  const dice = diceOf(seed, 'prices');
  const schedule = diceOf(seed, 'schedule');
  // Now and then at a weekend, when only some instruments trade, and only for those who trade by their hours.
  const day = schedule.chance(0.04) ? schedule.whole(5, 6) : schedule.whole(0, 4);
  // Mostly in the day's trading, now and then across its end.
  const usual = schedule.chance(0.85) ? 10 + schedule.random() * 7 : 17 + schedule.random() * 5.5;
  // Some are caught by the end of the main session: what was sent before it means something else after it.
  const late = diceOf(seed, 'session end');
  const hour = late.chance(0.05) ? MAIN_ENDS_HOUR - late.spread(1, 28) / 3_600 : usual;
  return {
    startMs: Math.floor(MONDAY_MS + day * 24 * HOUR_MS + hour * HOUR_MS),
    options: {
      limits: schedule.chance(0.2) ? TIGHT : DEFAULT_LIMITS,
      liveliness: dice.pick(LIVELINESS),
      depthRub: String(Math.ceil(Math.max(dice.pick([200_000, 5_000_000, 50_000_000]), 2 * worth))),
      spreadTicks: dice.pick([1, 1, 2]),
      duplicateAnswer: dice.pick(['state', '30057']),
      perSecond: 50,
    },
    latencyMs: diceOf(seed, 'latency').pick([1, 1, 20, 200]),
  };
}
