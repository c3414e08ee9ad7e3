// A day of a trading schedule as the contract's message. The real venue mixes styles, so this one does: the MOEX
// schedules fill the session fields and `intervals`, the broker's fund schedule only `intervals`, start and end.

import type { TradingDay } from 'tinkoff-invest-api/dist/generated/instruments.js';
import type { Calendar, Span } from './calendar.ts';
import { DAY_MS } from './moscow.ts';
import { date } from './wire.ts';

const INTERVAL_TYPES: Readonly<Record<Span['session'], string>> = {
  morning: 'regular_trading_session_morning',
  main: 'regular_trading_session_main',
  evening: 'regular_trading_session_evening',
};

/** Day number is counted in Moscow days; the message dates it at midnight UTC. */
export function tradingDay(calendar: Calendar, exchange: string, day: number): TradingDay {
  const spans = calendar.spans(exchange, day);
  const open = spans.filter((span) => span.phase === 'normal' || span.phase === 'dealer');
  const main = open.find((span) => span.session === 'main');
  if (main === undefined) return { date: date(day * DAY_MS), isTradingDay: false, intervals: [] };
  const base: TradingDay = {
    date: date(day * DAY_MS),
    isTradingDay: true,
    startTime: date(main.startMs),
    endTime: date(main.endMs),
    intervals: open.map((span) => ({
      type: INTERVAL_TYPES[span.session],
      interval: { startTs: date(span.startMs), endTs: date(span.endMs) },
    })),
  };
  return exchange === 'spb_etf_t' ? base : { ...base, ...sessionFields(spans) };
}

function sessionFields(spans: readonly Span[]): Partial<TradingDay> {
  const opening = spans.find((span) => span.phase === 'opening');
  const closing = spans.find((span) => span.phase === 'closing');
  const evening = spans.find((span) => span.phase === 'normal' && span.session === 'evening');
  const morning = spans.find((span) => span.phase === 'normal' && span.session === 'morning');
  const pause = spans.find((span) => span.phase === 'break');
  const at = (ms: number | undefined) => (ms === undefined ? undefined : date(ms));
  return {
    openingAuctionStartTime: at(opening?.startMs),
    openingAuctionEndTime: at(opening?.endMs),
    closingAuctionStartTime: at(closing?.startMs),
    closingAuctionEndTime: at(closing?.endMs),
    eveningOpeningAuctionStartTime: at(pause?.startMs),
    eveningStartTime: at(evening?.startMs),
    eveningEndTime: at(evening?.endMs),
    premarketStartTime: at(morning?.startMs),
    premarketEndTime: at(morning?.endMs),
  };
}
