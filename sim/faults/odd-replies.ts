// Replies that are odd in a way of their own: right ones in another order, or before a fee is booked, which some venues of
// some seeds always give; and replies about something else than what was asked, which are corrupt.

import type {
  GetLastPricesResponse,
  GetTradingStatusesResponse,
} from 'tinkoff-invest-api/dist/generated/marketdata.js';
import type { PositionsResponse } from 'tinkoff-invest-api/dist/generated/operations.js';
import {
  OrderExecutionReportStatus,
  type OrderState,
  type PostOrderResponse,
} from 'tinkoff-invest-api/dist/generated/orders.js';
import type { Rewrite } from '../../src/exchange/rewrite.ts';
import { type Dice, diceOf } from '../world/streams.ts';

/** What a venue does to every reply of a method. */
export type Habits = ReadonlyMap<string, Rewrite>;

/** The named boundary: each habit says which message it changes. */
const of =
  <Reply>(change: (reply: Reply) => Reply): Rewrite =>
  (reply) =>
    change(reply as Reply);

/** Nobody promises that answers come in the order of the questions. */
const BACKWARDS: readonly (readonly [string, Rewrite])[] = [
  ['GetLastPrices', of<GetLastPricesResponse>(({ lastPrices }) => ({ lastPrices: lastPrices.toReversed() }))],
  [
    'GetTradingStatuses',
    of<GetTradingStatusesResponse>(({ tradingStatuses }) => ({
      tradingStatuses: tradingStatuses.toReversed(),
    })),
  ],
];

/** A fee is booked a moment after its fill. */
const FEE_LATER: readonly (readonly [string, Rewrite])[] = [
  [
    'PostOrder',
    of<PostOrderResponse>((reply) => ({
      ...reply,
      executedCommission: reply.executedCommission && { ...reply.executedCommission, units: 0, nano: 0 },
    })),
  ],
];

export function habitsOf(seed: number): Habits {
  const dice = diceOf(seed, 'habits');
  return new Map([...(dice.chance(0.3) ? BACKWARDS : []), ...(dice.chance(0.06) ? FEE_LATER : [])]);
}

/** Of another order, which was cancelled before it traded: only one of the fields that must be ours says so. */
const another = (told: (reply: PostOrderResponse) => Partial<PostOrderResponse>): Rewrite =>
  of<PostOrderResponse>((reply) => ({ ...reply, ...CANCELLED, ...told(reply) }));

const CANCELLED = {
  orderId: '69999999999',
  executionReportStatus: OrderExecutionReportStatus.EXECUTION_REPORT_STATUS_CANCELLED,
  lotsExecuted: 0,
} as const;
const OTHER_KEY = { orderRequestId: '6f0c7f0e-0000-5b0e-9d53-000000000000' } as const;

/** Replies about something else than what was asked, by method. */
export const OTHERS: ReadonlyMap<string, readonly (readonly [string, Rewrite])[]> = new Map([
  [
    'PostOrder',
    [
      ['other_key', another(() => OTHER_KEY)],
      ['other_instrument', another(() => ({ instrumentUid: '6f0c7f0e-0000-4b0e-9d53-000000000000' }))],
      ['other_side', another(({ direction }) => ({ direction: 3 - direction }))],
      ['other_size', another(({ lotsRequested }) => ({ lotsRequested: lotsRequested + 1 }))],
    ],
  ],
  ['GetOrderState', [['other_order', of<OrderState>((reply) => ({ ...reply, ...CANCELLED, ...OTHER_KEY }))]]],
  [
    'GetPositions',
    [
      [
        'other_account',
        of<PositionsResponse>((reply) => ({
          ...reply,
          accountId: '2999999999',
          money: reply.money.map((each) => ({ ...each, units: each.units + 100_000 })),
        })),
      ],
    ],
  ],
]);

/** Most often one of them, or one for sure: a reply can be wrong in other ways. */
export function otherOf(method: string, dice: Dice, surely = false): readonly [string, Rewrite] | null {
  const others = OTHERS.get(method);
  return others?.[dice.whole(surely ? 0 : -2, others.length - 1)] ?? null;
}

/** Statuses that keep these instruments from the API, and say nothing else. */
export const withoutApi = (uids: ReadonlySet<string>): Rewrite =>
  of<GetTradingStatusesResponse>(({ tradingStatuses }) => ({
    tradingStatuses: tradingStatuses.map((each) =>
      uids.has(each.instrumentUid) ? { ...each, apiTradeAvailableFlag: false } : each,
    ),
  }));

/** Prices of an earlier hour. */
export const older = (byMs: number): Rewrite =>
  of<GetLastPricesResponse>(({ lastPrices }) => ({
    lastPrices: lastPrices.map((each) => ({
      ...each,
      time: each.time && new Date(each.time.getTime() - byMs),
    })),
  }));
