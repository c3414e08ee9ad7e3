// The Market port over the venue's methods: instruments, sessions, prices, trading statuses, candles, books, assets.

import { LastPriceType } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import type { Clock, Market } from '../ports.ts';
import type { Calls } from './call.ts';
import { readDailyCloses } from './daily-closes.ts';
import { readFundAsset } from './fund-asset.ts';
import { createInstruments } from './instruments.ts';
import { SHARED_METHODS } from './methods.ts';
import { readOrderBook } from './order-book.ts';
import { quotesOf } from './quotes.ts';
import { createSessions } from './sessions.ts';
import { statusesOf } from './trading-status.ts';
import type { WireLog } from './wire-log.ts';

/** Instruments in one request, at most. */
const CHUNK = 3_000;

export function createMarket(calls: Calls, clock: Clock, log: WireLog): Market {
  const instruments = createInstruments(calls, clock, log);
  const sessions = createSessions(calls, clock, log);
  return {
    ...instruments,
    ...sessions,
    async lastPrices(uids) {
      const replies = await Promise.all(
        chunksOf(uids).map((instrumentId) =>
          calls.read(SHARED_METHODS.lastPrices, {
            figi: [],
            instrumentId,
            lastPriceType: LastPriceType.LAST_PRICE_UNSPECIFIED,
          }),
        ),
      );
      return quotesOf(
        uids,
        replies.flatMap((reply) => reply.lastPrices),
        clock.now(),
      );
    },
    async tradingStatuses(uids) {
      const replies = await Promise.all(
        chunksOf(uids).map((instrumentId) => calls.read(SHARED_METHODS.tradingStatuses, { instrumentId })),
      );
      return statusesOf(
        uids,
        replies.flatMap((reply) => reply.tradingStatuses),
      );
    },
    fundAsset: (assetUid) => readFundAsset(calls, assetUid),
    dailyCloses: (uid, fromMs, toMs) => readDailyCloses(calls, { uid, fromMs, toMs }, log),
    orderBook: (uid, depth) => readOrderBook(calls, uid, depth),
  };
}

/** No uids, no request. */
function chunksOf(uids: readonly string[]): string[][] {
  const distinct = [...new Set(uids)];
  const chunks: string[][] = [];
  for (let at = 0; at < distinct.length; at += CHUNK) chunks.push(distinct.slice(at, at + CHUNK));
  return chunks;
}
