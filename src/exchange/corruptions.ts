// Replies gone wrong in named ways: what a client must survive without trading on it. Each is a change to the decoded
// reply of one method (and of its sandbox twin).

import type { Quotation } from 'tinkoff-invest-api/dist/generated/common.js';
import type {
  EtfsResponse,
  SharesResponse,
  TradingSchedulesResponse,
} from 'tinkoff-invest-api/dist/generated/instruments.js';
import type {
  GetLastPricesResponse,
  GetTradingStatusesResponse,
  LastPrice,
} from 'tinkoff-invest-api/dist/generated/marketdata.js';
import type { PositionsResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import type { OrderState, PostOrderResponse } from 'tinkoff-invest-api/dist/generated/orders.js';
import type { GetAccountsResponse } from 'tinkoff-invest-api/dist/generated/users.js';
import type { Rewrite } from './rewrite.ts';
import { date } from './wire.ts';

export interface Corruption {
  readonly method: string;
  readonly change: Rewrite;
}

/** The named boundary: each corruption says which message it changes. */
const of = <Reply>(method: string, change: (reply: Reply) => Reply): Corruption => ({
  method,
  change: (reply) => change(reply as Reply),
});

const prices = (change: (price: LastPrice) => LastPrice): Corruption =>
  of<GetLastPricesResponse>('GetLastPrices', (reply) => ({ lastPrices: reply.lastPrices.map(change) }));

const priced = (price: Quotation): Corruption => prices((each) => ({ ...each, price }));

/** A value that no enum of the contract has. */
const UNKNOWN: number = 99;

export const CORRUPTIONS = {
  empty_prices: prices(({ price: _, ...rest }) => rest),
  zero_prices: priced({ units: 0, nano: 0 }),
  negative_prices: priced({ units: -1, nano: 0 }),
  mixed_sign_prices: priced({ units: 5, nano: -500_000_000 }),
  big_nano_prices: priced({ units: 5, nano: 1_000_000_000 }),
  epoch_price_times: prices((each) => ({ ...each, time: date(0) })),
  no_price_times: prices((each) => ({ ...each, time: undefined })),
  duplicated_prices: of<GetLastPricesResponse>('GetLastPrices', (reply) => ({
    lastPrices: [...reply.lastPrices, ...reply.lastPrices.map((each) => ({ ...each, price: undefined }))],
  })),
  no_prices: of<GetLastPricesResponse>('GetLastPrices', () => ({ lastPrices: [] })),
  unknown_trading_status: of<GetTradingStatusesResponse>('GetTradingStatuses', (reply) => ({
    tradingStatuses: reply.tradingStatuses.map((each) => ({ ...each, tradingStatus: UNKNOWN })),
  })),
  no_trading_statuses: of<GetTradingStatusesResponse>('GetTradingStatuses', () => ({ tradingStatuses: [] })),
  lot_zero: of<EtfsResponse>('Etfs', (reply) => ({
    instruments: reply.instruments.map((each) => ({ ...each, lot: 0 })),
  })),
  lot_zero_shares: of<SharesResponse>('Shares', (reply) => ({
    instruments: reply.instruments.map((each) => ({ ...each, lot: 0 })),
  })),
  step_zero: of<EtfsResponse>('Etfs', (reply) => ({
    instruments: reply.instruments.map((each) => ({ ...each, minPriceIncrement: { units: 0, nano: 0 } })),
  })),
  step_missing: of<EtfsResponse>('Etfs', (reply) => ({
    instruments: reply.instruments.map((each) => ({ ...each, minPriceIncrement: undefined })),
  })),
  foreign_currency: of<EtfsResponse>('Etfs', (reply) => ({
    instruments: reply.instruments.map((each) => ({ ...each, currency: 'usd' })),
  })),
  duplicated_instruments: of<EtfsResponse>('Etfs', (reply) => ({
    instruments: [...reply.instruments, ...reply.instruments],
  })),
  empty_positions: of<PositionsResponse>('GetPositions', (reply) => ({
    ...reply,
    money: [],
    securities: [],
  })),
  no_securities: of<PositionsResponse>('GetPositions', (reply) => ({ ...reply, securities: [] })),
  duplicated_position: of<PositionsResponse>('GetPositions', (reply) => ({
    ...reply,
    securities: [...reply.securities, ...reply.securities],
  })),
  wrong_account: of<PositionsResponse>('GetPositions', (reply) => ({ ...reply, accountId: '2999999999' })),
  mixed_sign_money: of<PositionsResponse>('GetPositions', (reply) => ({
    ...reply,
    money: reply.money.map((each) => ({ ...each, units: 10, nano: -1 })),
  })),
  unknown_order_status: of<OrderState>('GetOrderState', (reply) => ({
    ...reply,
    executionReportStatus: UNKNOWN,
  })),
  unknown_post_status: of<PostOrderResponse>('PostOrder', (reply) => ({
    ...reply,
    executionReportStatus: UNKNOWN,
  })),
  post_without_key: of<PostOrderResponse>('PostOrder', (reply) => ({ ...reply, orderRequestId: '' })),
  empty_post_reply: of<PostOrderResponse>('PostOrder', (reply) => ({
    ...reply,
    orderId: '',
    executionReportStatus: 0,
    lotsRequested: 0,
    lotsExecuted: 0,
  })),
  executed_more_than_asked: of<PostOrderResponse>('PostOrder', (reply) => ({
    ...reply,
    lotsExecuted: reply.lotsRequested + 1,
  })),
  no_schedules: of<TradingSchedulesResponse>('TradingSchedules', () => ({ exchanges: [] })),
  backward_schedules: of<TradingSchedulesResponse>('TradingSchedules', (reply) => ({
    exchanges: reply.exchanges.map((each) => ({
      ...each,
      days: each.days.map((day) => ({
        ...day,
        startTime: day.endTime,
        endTime: day.startTime,
        intervals: day.intervals.map((one) => ({
          ...one,
          interval: { startTs: one.interval?.endTs, endTs: one.interval?.startTs },
        })),
      })),
    })),
  })),
  unknown_account_type: of<GetAccountsResponse>('GetAccounts', (reply) => ({
    accounts: reply.accounts.map((each) => ({ ...each, type: UNKNOWN, accessLevel: UNKNOWN })),
  })),
} as const satisfies Record<string, Corruption>;

export type CorruptionName = keyof typeof CORRUPTIONS;
