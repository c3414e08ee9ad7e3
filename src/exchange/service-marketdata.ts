// MarketDataService: last prices, order book, trading statuses, candles.

import {
  CandleInterval,
  CandleSource,
  type GetCandlesRequest,
  type GetCandlesResponse,
  type GetLastPricesRequest,
  type GetLastPricesResponse,
  type GetOrderBookRequest,
  type GetOrderBookResponse,
  type GetTradingStatusResponse,
  LastPriceType,
  MarketDataServiceDefinition as Service,
} from 'tinkoff-invest-api/dist/generated/marketdata.js';
import { candlesOf } from './candles.ts';
import { VenueError } from './errors.ts';
import type { Instrument } from './instrument.ts';
import { DAY_MS, MINUTE_MS } from './moscow.ts';
import { type Call, type Route, route } from './route.ts';
import { isDealer } from './trading-status.ts';
import { date, int64, quotation } from './wire.ts';

function named(call: Call, instrumentId: string | undefined, figi: string | undefined): Instrument {
  const id = instrumentId || figi || '';
  if (id === '') throw new VenueError('30093');
  const found = call.venue.market.find(id);
  if (found === null) throw new VenueError('50002');
  return found;
}

/** Unknown ids come back with an empty price, as the real venue does. */
function lastPrices(call: Call, request: GetLastPricesRequest): GetLastPricesResponse {
  const { market } = call.venue;
  const ids = [...request.figi, ...request.instrumentId];
  const unknown = { figi: '', lastPriceType: LastPriceType.LAST_PRICE_UNSPECIFIED };
  return {
    lastPrices: ids.map((id) => {
      const instrument = market.find(id);
      if (instrument === null) return { ...unknown, instrumentUid: id };
      const last = market.last(instrument, call.nowMs);
      if (last === null) return { ...unknown, figi: instrument.figi, instrumentUid: instrument.uid };
      const dealer = isDealer(market.status(instrument, last.timeMs));
      return {
        figi: instrument.figi,
        price: quotation(last.price),
        time: date(last.timeMs),
        instrumentUid: instrument.uid,
        lastPriceType: dealer ? LastPriceType.LAST_PRICE_DEALER : LastPriceType.LAST_PRICE_EXCHANGE,
      };
    }),
  };
}

const DEPTHS = [1, 10, 20, 30, 40, 50];

function orderBook(call: Call, request: GetOrderBookRequest): GetOrderBookResponse {
  const { market } = call.venue;
  const instrument = named(call, request.instrumentId, request.figi);
  if (!DEPTHS.includes(request.depth)) throw new VenueError('30032');
  const last = market.last(instrument, call.nowMs);
  const close = market.previousClose(instrument, call.nowMs);
  const open = market.isMatching(instrument, call.nowMs);
  const side = (taker: 'buy' | 'sell') =>
    last === null || !open
      ? []
      : Array.from(
          call.venue.desk.offers(instrument, taker, last.step, request.depth),
          ({ price, lots }) => ({ price: quotation(price), quantity: int64(lots) }),
        );
  const band = last === null ? 0n : last.price / 5n - ((last.price / 5n) % instrument.step);
  return {
    figi: instrument.figi,
    depth: request.depth,
    bids: side('sell'),
    asks: side('buy'),
    lastPrice: last === null ? undefined : quotation(last.price),
    closePrice: close === null ? undefined : quotation(close.price),
    limitUp: last === null ? undefined : quotation(last.price + band),
    limitDown: last === null ? undefined : quotation(last.price - band),
    lastPriceTs: last === null ? undefined : date(last.timeMs),
    closePriceTs: close === null ? undefined : date(close.timeMs),
    orderbookTs: date(call.nowMs),
    instrumentUid: instrument.uid,
  };
}

function tradingStatus(call: Call, instrument: Instrument): GetTradingStatusResponse {
  const { market } = call.venue;
  const flags = market.flags(instrument, call.nowMs);
  return {
    figi: instrument.figi,
    tradingStatus: market.status(instrument, call.nowMs),
    limitOrderAvailableFlag: flags.limit,
    marketOrderAvailableFlag: flags.market,
    apiTradeAvailableFlag: market.apiTradable(instrument, call.nowMs),
    instrumentUid: instrument.uid,
    bestpriceOrderAvailableFlag: flags.bestPrice,
    onlyBestPrice: false,
  };
}

/** Length of a candle and the longest period one request may span. */
const INTERVALS: Readonly<Record<number, { readonly lengthMs: number; readonly periodMs: number }>> = {
  [CandleInterval.CANDLE_INTERVAL_1_MIN]: { lengthMs: MINUTE_MS, periodMs: DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_2_MIN]: { lengthMs: 2 * MINUTE_MS, periodMs: DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_3_MIN]: { lengthMs: 3 * MINUTE_MS, periodMs: DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_5_MIN]: { lengthMs: 5 * MINUTE_MS, periodMs: 7 * DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_10_MIN]: { lengthMs: 10 * MINUTE_MS, periodMs: 7 * DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_15_MIN]: { lengthMs: 15 * MINUTE_MS, periodMs: 21 * DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_30_MIN]: { lengthMs: 30 * MINUTE_MS, periodMs: 21 * DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_HOUR]: { lengthMs: 60 * MINUTE_MS, periodMs: 93 * DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_2_HOUR]: { lengthMs: 120 * MINUTE_MS, periodMs: 93 * DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_4_HOUR]: { lengthMs: 240 * MINUTE_MS, periodMs: 93 * DAY_MS },
  [CandleInterval.CANDLE_INTERVAL_DAY]: { lengthMs: DAY_MS, periodMs: 6 * 366 * DAY_MS },
};

function candles(call: Call, request: GetCandlesRequest): GetCandlesResponse {
  const instrument = named(call, request.instrumentId, request.figi);
  const interval = INTERVALS[request.interval];
  if (interval === undefined) throw new VenueError('30011');
  if (request.from === undefined) throw new VenueError('30001');
  const fromMs = request.from.getTime();
  const toMs = request.to?.getTime() ?? call.nowMs;
  if (toMs < fromMs) throw new VenueError('30012');
  if (toMs - fromMs > interval.periodMs) throw new VenueError('30014');
  const found = candlesOf(instrument, call.venue.market, { fromMs, toMs, ...interval, nowMs: call.nowMs });
  const limit = request.limit ?? found.length;
  return {
    candles: found.slice(-limit || found.length).map((candle) => ({
      open: quotation(candle.open),
      high: quotation(candle.high),
      low: quotation(candle.low),
      close: quotation(candle.close),
      volume: candle.volume,
      time: date(candle.startMs),
      isComplete: candle.complete,
      candleSourceType: candle.dealer
        ? CandleSource.CANDLE_SOURCE_DEALER_WEEKEND
        : CandleSource.CANDLE_SOURCE_EXCHANGE,
    })),
  };
}

const { methods } = Service;

export const marketDataRoutes: readonly Route[] = [
  route(Service, methods.getLastPrices, 'market_data', lastPrices),
  route(Service, methods.getOrderBook, 'market_data', orderBook),
  route(Service, methods.getTradingStatus, 'market_data', (call, request) =>
    tradingStatus(call, named(call, request.instrumentId, request.figi)),
  ),
  route(Service, methods.getTradingStatuses, 'market_data', (call, request) => ({
    tradingStatuses: request.instrumentId
      .map((id) => call.venue.market.find(id))
      .filter((instrument) => instrument !== null)
      .map((instrument) => tradingStatus(call, instrument)),
  })),
  route(Service, methods.getCandles, 'market_data', candles),
];
