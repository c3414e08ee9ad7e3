// Which orders an instrument takes now: what its trading status allows AND the venue's own flags. A status that is not
// known here takes none.

import { SecurityTradingStatus as Status } from 'tinkoff-invest-api/dist/generated/common.js';
import type { GetTradingStatusResponse } from 'tinkoff-invest-api/dist/generated/marketdata.js';
import type { OrderTypes } from '../core/portfolio.ts';
import type { InstrumentStatus } from '../ports.ts';

const NONE: OrderTypes = { market: false, limit: false, bestPrice: false };
const ALL: OrderTypes = { market: true, limit: true, bestPrice: true };
const NO_MARKET: OrderTypes = { market: false, limit: true, bestPrice: true };

/** Statuses under which orders are taken. DEALER_…: the broker's own market, on weekends. */
const ALLOWED: ReadonlyMap<Status, OrderTypes> = new Map([
  [Status.SECURITY_TRADING_STATUS_NORMAL_TRADING, ALL],
  [Status.SECURITY_TRADING_STATUS_DEALER_NORMAL_TRADING, NO_MARKET],
  [Status.SECURITY_TRADING_STATUS_OPENING_PERIOD, NO_MARKET],
  [Status.SECURITY_TRADING_STATUS_CLOSING_PERIOD, NO_MARKET],
]);

/** One status per uid asked, matched by uid. */
export function statusesOf(
  uids: readonly string[],
  answers: readonly GetTradingStatusResponse[],
): ReadonlyMap<string, InstrumentStatus> {
  const byUid = new Map(answers.map((answer) => [answer.instrumentUid, answer]));
  return new Map(uids.map((uid) => [uid, statusOf(uid, byUid.get(uid))]));
}

function statusOf(uid: string, answer: GetTradingStatusResponse | undefined): InstrumentStatus {
  if (answer === undefined) return { uid, status: 'missing', apiTradable: false, orderTypes: NONE };
  const allowed = answer.apiTradeAvailableFlag ? (ALLOWED.get(answer.tradingStatus) ?? NONE) : NONE;
  return {
    uid,
    status: nameOf(answer.tradingStatus),
    apiTradable: answer.apiTradeAvailableFlag,
    orderTypes: {
      market: allowed.market && answer.marketOrderAvailableFlag && !answer.onlyBestPrice,
      limit: allowed.limit && answer.limitOrderAvailableFlag && !answer.onlyBestPrice,
      bestPrice: allowed.bestPrice && answer.bestpriceOrderAvailableFlag,
    },
  };
}

const nameOf = (status: Status): string =>
  Status[status]?.replace('SECURITY_TRADING_STATUS_', '') ?? `UNKNOWN_${status}`;
