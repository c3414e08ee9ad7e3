// Everything that the adapter reads from the venue, with the methods behind it and the promises that its values keep.

import { raw } from '../../src/core/units.ts';
import type { Broker, Market, OrderReport, OrderRequest } from '../../src/ports.ts';

export const NOW = Date.parse('2026-11-20T10:00:00Z');
const DAY_MS = 86_400_000;

export interface Facts {
  readonly account: string;
  readonly uid: string;
  readonly other: string;
  readonly stranger: string;
  readonly assetUid: string;
  readonly request: OrderRequest;
  readonly orderId: string;
}

export interface Reading {
  readonly name: string;
  /** Methods of which one is damaged at a time. */
  readonly methods: readonly string[];
  read(broker: Broker, market: Market, facts: Facts): Promise<unknown>;
  /** What is wrong with a value, in words; empty when sound. */
  faults(value: never, facts: Facts): (string | false)[];
}

const reading = <T>(
  name: string,
  methods: readonly string[],
  read: (broker: Broker, market: Market, facts: Facts) => Promise<T>,
  faults: (value: T, facts: Facts) => (string | false)[],
): Reading => ({ name, methods, read, faults });

const twice = (names: readonly string[]): boolean => new Set(names).size !== names.length;
const ascending = (numbers: readonly number[]): boolean =>
  numbers.every((each, at) => at === 0 || numbers[at - 1]! < each);

function reportFaults(report: OrderReport): (string | false)[] {
  return [
    report.orderId === '' && 'an order without an id',
    raw(report.executed) < 0n && 'less than nothing executed',
    raw(report.executed) > raw(report.requested) && 'more executed than requested',
    report.value !== null && raw(report.value) < 0n && 'executed for less than nothing',
    report.value !== null &&
      raw(report.executed) === 0n &&
      raw(report.value) !== 0n &&
      'nothing executed for something',
    report.value !== null && raw(report.executed) > 0n && raw(report.value) <= 0n && 'executed for nothing',
    report.commission !== null && raw(report.commission) < 0n && 'a negative commission',
    report.status === 'filled' && raw(report.executed) !== raw(report.requested) && 'filled and not whole',
  ];
}

/** What no list of the day offers: the shares are listed as if they were all funds. */
export const STRANGER = 'a stranger';
export const HELD_STRANGER = 'a held stranger';
const LIST = ['Etfs', 'Shares'];
export const READINGS: readonly Reading[] = [
  reading(
    'accounts',
    ['GetAccounts'],
    (broker) => broker.accounts(),
    (accounts) => [
      twice(accounts.map(({ id }) => id)) && 'an id twice',
      accounts.some(({ id }) => id === '') && 'no id',
      accounts.some(({ openedAtMs }) => openedAtMs !== null && !Number.isFinite(openedAtMs)) &&
        'an impossible time',
    ],
  ),
  reading(
    'positions',
    ['GetPositions'],
    (broker, _, { account }) => broker.positions(account),
    (positions) => [
      raw(positions.blockedCash) < 0n && 'blocked cash below zero',
      twice(positions.securities.map(({ uid }) => uid)) && 'a security twice',
      ...positions.securities.map(
        ({ uid, pieces, blocked, kind }) =>
          (uid === '' ||
            (!['future', 'option'].includes(kind) &&
              (raw(pieces) < 0n || raw(blocked) < 0n || raw(blocked) > raw(pieces)))) &&
          `${uid}: ${pieces} pieces, ${blocked} blocked`,
      ),
    ],
  ),
  reading(
    'average prices',
    ['GetPortfolio'],
    (broker, _, { account }) => broker.averagePrices(account),
    (prices) =>
      [...prices].map(
        ([uid, { average, fifo }]) =>
          [average, fifo].some((each) => each !== null && raw(each) <= 0n) && `${uid}: a price that is none`,
      ),
  ),
  reading(
    'active orders',
    ['GetOrders'],
    (broker, _, { account }) => broker.activeOrders(account),
    (orders) => orders.flatMap(reportFaults),
  ),
  reading(
    'margin',
    ['GetMarginAttributes'],
    (broker, _, { account }) => broker.margin(account),
    (report) => [
      report.kind === 'disabled' && report.because === '' && 'disabled without a reason',
      report.kind === 'enabled' &&
        (raw(report.starting) < 0n || raw(report.minimal) < 0n) &&
        'a margin below zero',
    ],
  ),
  reading(
    'post',
    ['PostOrder'],
    (broker, _, { request }) => broker.post(request),
    (outcome, { request }) => {
      if (outcome.kind !== 'accepted')
        return [
          outcome.kind !== 'unknown' && `${outcome.kind} by a reply that was OK`,
          outcome.refusal.message === '' && 'unknown without words',
        ];
      const { report } = outcome;
      return [
        ...reportFaults(report),
        report.key !== null && report.key !== request.key && 'the key of another order',
        report.uid !== '' && report.uid !== request.uid && 'another instrument',
        report.side !== request.side && 'another side',
        raw(report.requested) !== raw(request.lots) && 'other lots',
      ];
    },
  ),
  reading(
    'order by key',
    ['GetOrderState'],
    (broker, _, { account, request }) => broker.orderByKey(account, request.key, request.lot),
    (found, { request }) =>
      found.kind === 'found'
        ? [
            ...reportFaults(found.report),
            found.report.key !== null && found.report.key !== request.key && 'the key of another order',
          ]
        : ['not found by a reply that was OK'],
  ),
  reading(
    'order by id',
    ['GetOrderState'],
    (broker, _, { account, orderId, request }) => broker.orderById(account, orderId, request.lot),
    (found, { orderId }) =>
      found.kind === 'found'
        ? [...reportFaults(found.report), found.report.orderId !== orderId && 'the id of another order']
        : ['not found by a reply that was OK'],
  ),
  reading(
    'cancel',
    ['CancelOrder'],
    (broker, _, { account, orderId }) => broker.cancel(account, orderId),
    (outcome) => [outcome.kind === 'refused' && 'refused by a reply that was OK'],
  ),
  reading(
    'operations',
    ['GetOperationsByCursor'],
    (broker, _, { account }) => broker.operations(account, NOW - DAY_MS, NOW + DAY_MS),
    (all) => [
      twice(all.map(({ id }) => id)) && 'an operation twice',
      all.some(({ id }) => id === '') && 'no id',
      all.some(({ atMs }) => !(atMs > NOW - DAY_MS && atMs <= NOW + DAY_MS)) && 'outside the span',
      all.some(({ atMs }, at) => at > 0 && all[at - 1]!.atMs > atMs) && 'out of order',
    ],
  ),
  reading(
    'resolve',
    LIST,
    (_, market) => market.resolve(['TMOS', 'SBER', 'NOBODY']),
    (found) => [
      found.length !== 3 && 'other answers than questions',
      ...found.map((one) =>
        one.kind === 'missing'
          ? one.because === '' && 'missing without a reason'
          : (one.listing.uid === '' ||
              raw(one.listing.lot) < 1n ||
              raw(one.listing.step) <= 0n ||
              one.listing.ticker === '') &&
            `${one.listing.ticker}: no listing to trade in`,
      ),
      ...found.map(
        (one) =>
          one.kind === 'found' &&
          one.listing.marginRate !== null &&
          (raw(one.listing.marginRate) <= 0n || raw(one.listing.marginRate) > 10_000_000_000n) &&
          'a margin rate that is none',
      ),
      ...found.map(
        (one) =>
          one.kind === 'found' &&
          one.listing.issued !== null &&
          raw(one.listing.issued) <= 0n &&
          'units that are none',
      ),
      ...found.map(
        (one) =>
          one.kind === 'found' &&
          one.listing.currency.toLowerCase() !== 'rub' &&
          `found in ${one.listing.currency}`,
      ),
    ],
  ),
  reading(
    STRANGER,
    ['FindInstrument', 'GetInstrumentBy'],
    (_, market) => market.resolve(['TRUR']),
    ([found, ...more]) => [
      (found === undefined || more.length > 0) && 'other answers than questions',
      found?.kind === 'missing' && found.because === '' && 'missing without a reason',
      found?.kind === 'found' &&
        (raw(found.listing.lot) < 1n ||
          raw(found.listing.step) <= 0n ||
          found.listing.currency.toLowerCase() !== 'rub') &&
        'no listing to trade in',
    ],
  ),
  reading(
    HELD_STRANGER,
    ['GetInstrumentBy'],
    (_, market, { stranger }) => market.listingByUid(stranger),
    (listing) => [
      listing !== null && (raw(listing.lot) < 1n || raw(listing.step) <= 0n) && 'no listing to size by',
    ],
  ),
  reading(
    'sessions',
    ['TradingSchedules'],
    (_, market) => market.sessions('MOEX'),
    (sessions) => [
      sessions.some(({ startMs, endMs }) => !(startMs < endMs)) && 'a session without an end',
      sessions.some(({ startMs }, at) => at > 0 && sessions[at - 1]!.endMs > startMs) &&
        'sessions that overlap',
    ],
  ),
  reading(
    'last prices',
    ['GetLastPrices'],
    (_, market, { uid, other }) => market.lastPrices([uid, other]),
    (quotes, { uid, other }) => [
      quotes.size !== 2 && 'other answers than questions',
      ...[uid, other].map((each) => {
        const quote = quotes.get(each);
        if (quote === undefined || quote.uid !== each) return `${each} has no quote`;
        if (quote.price === null) return quote.problem === null && 'no price and no problem';
        return (
          (raw(quote.price) <= 0n ||
            quote.timeMs === null ||
            quote.timeMs > NOW + 400_000 ||
            quote.problem !== null) &&
          'a price that is none'
        );
      }),
    ],
  ),
  reading(
    'trading statuses',
    ['GetTradingStatuses'],
    (_, market, { uid, other }) => market.tradingStatuses([uid, other]),
    (statuses, { uid, other }) =>
      [uid, other].map((each) => statuses.get(each)?.uid !== each && `${each} has no status`),
  ),
  reading(
    'fund asset',
    ['GetAssetBy'],
    (_, market, { assetUid }) => market.fundAsset(assetUid),
    (asset) => [
      asset !== null && asset.units !== null && raw(asset.units) <= 0n && 'units that are none',
      asset !== null && asset.navCode === '' && 'an empty code',
    ],
  ),
  reading(
    'daily closes',
    ['GetCandles'],
    (_, market, { uid }) => market.dailyCloses(uid, NOW - 20 * DAY_MS, NOW),
    (closes) => [
      !ascending(closes.map(({ dayMs }) => dayMs)) && 'days out of order',
      closes.some(({ dayMs }) => dayMs < NOW - 21 * DAY_MS || dayMs >= NOW) && 'a day outside the span',
      closes.some(({ price }) => raw(price) <= 0n) && 'a close that is none',
    ],
  ),
  reading(
    'order book',
    ['GetOrderBook'],
    (_, market, { uid }) => market.orderBook(uid, 20),
    ({ bids, asks }) => [
      [...bids, ...asks].some(({ price, lots: count }) => raw(price) <= 0n || raw(count) < 1n) &&
        'a level that is none',
      bids.some(({ price }, at) => at > 0 && raw(bids[at - 1]!.price) < raw(price)) && 'bids out of order',
      asks.some(({ price }, at) => at > 0 && raw(asks[at - 1]!.price) > raw(price)) && 'asks out of order',
    ],
  ),
  reading(
    'the tariff',
    ['GetUserTariff'],
    async (broker) => (await broker.accounts()).length,
    () => [],
  ),
];
