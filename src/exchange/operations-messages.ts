// Positions, portfolio and operations as the contract's messages.

import { InstrumentType } from 'tinkoff-invest-api/dist/generated/common.js';
import {
  type GetOperationsByCursorRequest,
  type GetOperationsByCursorResponse,
  type OperationItem,
  OperationState,
  type OperationsRequest,
  type OperationsResponse,
  OperationType,
  type PortfolioPosition,
  type PortfolioResponse,
  type PositionsResponse,
} from 'tinkoff-invest-api/dist/generated/operations.js';
import type { Account } from './account.ts';
import { uidOf } from './catalogue.ts';
import { VenueError } from './errors.ts';
import { cashViews, type PieceView, pieceViews } from './holdings.ts';
import { type LoggedOperation, operationsOf } from './operations-log.ts';
import type { Call } from './route.ts';
import { date, int64, moneyValue, quotation } from './wire.ts';

const NANO = 1_000_000_000n;
/** Currencies are instruments too; roubles have had this id from the beginning. */
const RUB_UID = 'a92e2e25-a698-45cc-a781-167cf465257c';
const RUB_FIGI = 'RUB000UTSTOM';

export function positionsMessage(call: Call, account: Account): PositionsResponse {
  const { venue, nowMs } = call;
  const { positionsLagMs, limitsLoading } = venue.faults.conditions;
  const cash = cashViews(venue, account, nowMs, positionsLagMs);
  const pieces = pieceViews(venue, account, nowMs, positionsLagMs);
  return {
    money: cash.map((view) => moneyValue(view.free, view.currency)),
    blocked: cash
      .filter((view) => view.blocked !== 0n)
      .map((view) => moneyValue(view.blocked, view.currency)),
    securities: pieces.map((view) => {
      const instrument = venue.market.byUid(view.uid);
      return {
        figi: instrument?.figi ?? '',
        blocked: int64(view.blocked),
        balance: int64(view.free),
        positionUid: instrument?.positionUid ?? '',
        instrumentUid: view.uid,
        exchangeBlocked: view.frozen,
        instrumentType: instrument?.kind ?? 'share',
      };
    }),
    limitsLoadingInProgress: limitsLoading,
    futures: [],
    options: [],
    accountId: account.id,
  };
}

function portfolioPosition(call: Call, account: Account, view: PieceView): PortfolioPosition {
  const { venue, nowMs } = call;
  const instrument = venue.market.byUid(view.uid);
  const currency = instrument?.currency ?? 'rub';
  const basis = account.basis(view.uid);
  const price = instrument === null ? 0n : (venue.market.last(instrument, nowMs)?.price ?? 0n);
  const pieces = view.free + view.blocked;
  const lot = instrument?.lot ?? 1n;
  return {
    figi: instrument?.figi ?? '',
    instrumentType: instrument?.kind ?? 'share',
    quantity: quotation(pieces * NANO),
    averagePositionPrice: moneyValue(basis.average(), currency),
    expectedYield: quotation(pieces * (price - basis.average())),
    currentNkd: undefined,
    averagePositionPricePt: undefined,
    currentPrice: moneyValue(price, currency),
    averagePositionPriceFifo: moneyValue(basis.fifo(), currency),
    quantityLots: quotation((pieces * NANO) / lot),
    blocked: view.frozen,
    blockedLots: quotation((view.blocked * NANO) / lot),
    positionUid: instrument?.positionUid ?? '',
    instrumentUid: view.uid,
    varMargin: undefined,
    expectedYieldFifo: quotation(pieces * (price - basis.fifo())),
    dailyYield: undefined,
  };
}

function currencyPosition(currency: string, amount: bigint): PortfolioPosition {
  const rub = currency === 'rub';
  return {
    figi: rub ? RUB_FIGI : `${currency.toUpperCase()}000000TOM`,
    instrumentType: 'currency',
    quantity: quotation(amount),
    averagePositionPrice: moneyValue(rub ? NANO : 0n),
    expectedYield: quotation(0n),
    currentPrice: moneyValue(rub ? NANO : 0n),
    averagePositionPriceFifo: moneyValue(rub ? NANO : 0n),
    quantityLots: quotation(amount),
    blocked: false,
    blockedLots: quotation(0n),
    positionUid: rub ? '33e24a92-aab0-409c-88b8-f2d57415b920' : uidOf(`position:${currency}`),
    instrumentUid: rub ? RUB_UID : uidOf(`currency:${currency}`),
    expectedYieldFifo: quotation(0n),
  };
}

export function portfolioMessage(call: Call, account: Account): PortfolioResponse {
  const { venue, nowMs } = call;
  const lagMs = venue.faults.conditions.portfolioLagMs;
  const views = pieceViews(venue, account, nowMs, lagMs);
  const cash = cashViews(venue, account, nowMs, lagMs);
  const worth = (kind: 'etf' | 'share') =>
    views.reduce((sum, view) => {
      const instrument = venue.market.byUid(view.uid);
      if (instrument?.kind !== kind || instrument.currency !== 'rub') return sum;
      return sum + (view.free + view.blocked) * (venue.market.last(instrument, nowMs)?.price ?? 0n);
    }, 0n);
  const rub = cash.find((view) => view.currency === 'rub');
  const money = (rub?.free ?? 0n) + (rub?.blocked ?? 0n);
  return {
    totalAmountShares: moneyValue(worth('share')),
    totalAmountBonds: moneyValue(0n),
    totalAmountEtf: moneyValue(worth('etf')),
    totalAmountCurrencies: moneyValue(money),
    totalAmountFutures: moneyValue(0n),
    expectedYield: quotation(0n),
    positions: [
      ...views.map((view) => portfolioPosition(call, account, view)),
      ...cash.map((view) => currencyPosition(view.currency, view.free + view.blocked)),
    ],
    accountId: account.id,
    totalAmountOptions: moneyValue(0n),
    totalAmountSp: moneyValue(0n),
    totalAmountPortfolio: moneyValue(worth('share') + worth('etf') + money),
    virtualPositions: [],
    dailyYield: moneyValue(0n),
    dailyYieldRelative: quotation(0n),
  };
}

const isExecutedAsked = (state: OperationState | undefined): boolean =>
  state === undefined ||
  state === OperationState.OPERATION_STATE_UNSPECIFIED ||
  state === OperationState.OPERATION_STATE_EXECUTED;

export function operationsMessage(
  call: Call,
  account: Account,
  request: OperationsRequest,
): OperationsResponse {
  const fromMs = request.from?.getTime() ?? 0;
  const toMs = request.to?.getTime() ?? call.nowMs;
  if (toMs < fromMs) throw new VenueError('30012');
  const wanted = request.figi ? call.venue.market.find(request.figi)?.uid : undefined;
  const found = isExecutedAsked(request.state)
    ? operationsOf(account).filter(
        (each) => each.atMs >= fromMs && each.atMs <= toMs && (!request.figi || each.uid === wanted),
      )
    : [];
  return {
    operations: found.map((each) => {
      const instrument = each.uid === null ? null : call.venue.market.byUid(each.uid);
      return {
        id: each.id,
        parentOperationId: each.parentId,
        currency: each.currency,
        payment: moneyValue(each.payment, each.currency),
        price: moneyValue(each.price, each.currency),
        state: OperationState.OPERATION_STATE_EXECUTED,
        quantity: int64(each.pieces),
        quantityRest: 0,
        figi: instrument?.figi ?? '',
        instrumentType: instrument?.kind ?? '',
        date: date(each.atMs),
        type: each.text,
        operationType: each.type,
        trades: each.trades.map((trade) => ({
          tradeId: trade.tradeId,
          dateTime: date(trade.atMs),
          quantity: int64(trade.pieces),
          price: moneyValue(trade.price, each.currency),
        })),
        assetUid: instrument?.assetUid ?? '',
        positionUid: instrument?.positionUid ?? '',
        instrumentUid: each.uid ?? '',
        childOperations: [],
      };
    }),
  };
}

const PAGE_DEFAULT = 100;
const PAGE_MAX = 1000;

/** The cursor names the last operation of the page before, so that new operations do not shift the pages. */
export function operationsPage(
  call: Call,
  account: Account,
  request: GetOperationsByCursorRequest,
): GetOperationsByCursorResponse {
  const limit = request.limit ?? PAGE_DEFAULT;
  if (limit > PAGE_MAX || limit < 0) throw new VenueError('30069');
  const size = limit === 0 ? PAGE_DEFAULT : limit;
  const fromMs = request.from?.getTime() ?? 0;
  const toMs = request.to?.getTime() ?? call.nowMs;
  const instrumentId = request.instrumentId ?? '';
  const wanted = instrumentId === '' ? null : (call.venue.market.find(instrumentId)?.uid ?? instrumentId);
  const all = operationsOf(account).filter(
    (each) =>
      isExecutedAsked(request.state) &&
      each.atMs >= fromMs &&
      each.atMs <= toMs &&
      (wanted === null || each.uid === wanted) &&
      (request.operationTypes.length === 0 || request.operationTypes.includes(each.type)) &&
      (request.withoutCommissions !== true || each.type !== OperationType.OPERATION_TYPE_BROKER_FEE),
  );
  const cursor = request.cursor ?? '';
  const start = cursor === '' ? 0 : all.findIndex((each) => each.id === cursor) + 1;
  const page = all.slice(start, start + size);
  const hasNext = start + size < all.length;
  return {
    hasNext,
    nextCursor: hasNext ? (page.at(-1)?.id ?? '') : '',
    items: page.map((each) => item(call, account, each, request.withoutTrades === true)),
  };
}

function item(call: Call, account: Account, each: LoggedOperation, withoutTrades: boolean): OperationItem {
  const instrument = each.uid === null ? null : call.venue.market.byUid(each.uid);
  const kinds = {
    etf: InstrumentType.INSTRUMENT_TYPE_ETF,
    share: InstrumentType.INSTRUMENT_TYPE_SHARE,
  } as const;
  return {
    cursor: each.id,
    brokerAccountId: account.id,
    id: each.id,
    parentOperationId: each.parentId,
    name: instrument?.name ?? '',
    date: date(each.atMs),
    type: each.type,
    description: each.text,
    state: OperationState.OPERATION_STATE_EXECUTED,
    instrumentUid: each.uid ?? '',
    figi: instrument?.figi ?? '',
    instrumentType: instrument?.kind ?? '',
    instrumentKind: instrument === null ? InstrumentType.INSTRUMENT_TYPE_UNSPECIFIED : kinds[instrument.kind],
    positionUid: instrument?.positionUid ?? '',
    payment: moneyValue(each.payment, each.currency),
    price: moneyValue(each.price, each.currency),
    commission: moneyValue(each.commission, each.currency),
    yield: moneyValue(0n, each.currency),
    yieldRelative: quotation(0n),
    accruedInt: moneyValue(0n, each.currency),
    quantity: int64(each.pieces),
    quantityRest: 0,
    quantityDone: int64(each.pieces),
    cancelDateTime: undefined,
    cancelReason: '',
    tradesInfo:
      withoutTrades || each.trades.length === 0
        ? undefined
        : {
            trades: each.trades.map((trade) => ({
              num: trade.tradeId,
              date: date(trade.atMs),
              quantity: int64(trade.pieces),
              price: moneyValue(trade.price, each.currency),
            })),
          },
    assetUid: instrument?.assetUid ?? '',
    childOperations: [],
  };
}
