// InstrumentsService: schedules, lists, look-ups by any id, search, assets.

import { InstrumentStatus, InstrumentType } from 'tinkoff-invest-api/dist/generated/common.js';
import {
  type AssetRequest,
  type FindInstrumentRequest,
  InstrumentIdType,
  type InstrumentRequest,
  type InstrumentsRequest,
  InstrumentsServiceDefinition as Service,
  type TradingSchedulesRequest,
  type TradingSchedulesResponse,
} from 'tinkoff-invest-api/dist/generated/instruments.js';
import type { Calendar } from './calendar.ts';
import { VenueError } from './errors.ts';
import type { Instrument } from './instrument.ts';
import {
  assetMessage,
  etfMessage,
  instrumentMessage,
  shareMessage,
  shortMessage,
} from './listing-messages.ts';
import { DAY_MS, moscowDay } from './moscow.ts';
import { type Call, type Route, route } from './route.ts';
import { tradingDay } from './schedule-message.ts';

const PERIOD_MAX_MS = 14 * DAY_MS;
const utcDay = (atMs: number): number => Math.floor(atMs / DAY_MS);

function tradingSchedules(call: Call, request: TradingSchedulesRequest): TradingSchedulesResponse {
  const { market } = call.venue;
  const fromMs = request.from?.getTime() ?? call.nowMs;
  const toMs = request.to?.getTime() ?? fromMs;
  if (utcDay(fromMs) < utcDay(call.nowMs)) throw new VenueError('30003');
  if (toMs < fromMs) throw new VenueError('30012');
  if (toMs - fromMs > PERIOD_MAX_MS) throw new VenueError('30002');
  const asked = request.exchange ?? '';
  const exchanges = asked === '' ? market.calendar.exchanges : [asked];
  if (!exchanges.every((exchange) => market.calendar.exchanges.includes(exchange)))
    throw new VenueError('50001');
  const first = moscowDay(fromMs);
  const days = moscowDay(toMs) - first + 1;
  const kept = schedulesOf(market.calendar);
  const about = `${asked} ${first} ${days}`;
  const known = kept.get(about);
  if (known !== undefined) return known;
  const reply = {
    exchanges: exchanges.map((exchange) => ({
      exchange,
      days: Array.from({ length: days }, (_, i) => tradingDay(market.calendar, exchange, first + i)),
    })),
  };
  if (kept.size >= SCHEDULES_KEPT) kept.clear();
  kept.set(about, reply);
  return reply;
}

/** As many as a few days ask for: those of days that are over are not asked for again. */
const SCHEDULES_KEPT = 64;
const schedules = new WeakMap<Calendar, Map<string, TradingSchedulesResponse>>();

/** A calendar never changes: what it says of some days is said once. */
function schedulesOf(calendar: Calendar): Map<string, TradingSchedulesResponse> {
  const kept = schedules.get(calendar) ?? new Map<string, TradingSchedulesResponse>();
  schedules.set(calendar, kept);
  return kept;
}

/** BASE (the default) lists what the API can trade, ALL everything. */
function listed(call: Call, kind: Instrument['kind'], request: InstrumentsRequest): readonly Instrument[] {
  const all = request.instrumentStatus === InstrumentStatus.INSTRUMENT_STATUS_ALL;
  return call.venue.market.all().filter((each) => each.kind === kind && (all || each.apiTradable));
}

function one(call: Call, request: InstrumentRequest, kind: Instrument['kind'] | null): Instrument {
  if (request.id === '') throw new VenueError('30007');
  const found = call.venue.market.all().find((each) => matches(each, request));
  if (found === undefined || (kind !== null && found.kind !== kind)) throw new VenueError('50002');
  return found;
}

function matches(instrument: Instrument, request: InstrumentRequest): boolean {
  switch (request.idType) {
    case InstrumentIdType.INSTRUMENT_ID_TYPE_FIGI:
      return instrument.figi === request.id;
    case InstrumentIdType.INSTRUMENT_ID_TYPE_TICKER:
      if ((request.classCode ?? '') === '') throw new VenueError('30013');
      return instrument.ticker === request.id && instrument.classCode === request.classCode;
    case InstrumentIdType.INSTRUMENT_ID_TYPE_UID:
      return instrument.uid === request.id;
    case InstrumentIdType.INSTRUMENT_ID_TYPE_POSITION_UID:
      return instrument.positionUid === request.id;
    default:
      throw new VenueError('30005');
  }
}

function find(call: Call, request: FindInstrumentRequest) {
  const query = request.query.trim().toLowerCase();
  if (query === '') throw new VenueError('30087');
  const kinds: Readonly<Record<string, Instrument['kind']>> = {
    [InstrumentType.INSTRUMENT_TYPE_ETF]: 'etf',
    [InstrumentType.INSTRUMENT_TYPE_SHARE]: 'share',
  };
  const kind = kinds[String(request.instrumentKind ?? '')];
  const found = call.venue.market.all().filter((each) => {
    const texts = [each.ticker, each.isin, each.figi, each.uid, each.positionUid, each.name];
    const fits = texts.some((text) => text.toLowerCase().includes(query));
    return (
      fits &&
      (kind === undefined || each.kind === kind) &&
      (request.apiTradeAvailableFlag !== true || each.apiTradable)
    );
  });
  return { instruments: found.map(shortMessage) };
}

function asset(call: Call, request: AssetRequest) {
  const listings = call.venue.market.all().filter((each) => each.assetUid === request.id);
  const [first] = listings;
  if (first === undefined) throw new VenueError('50009');
  return { asset: assetMessage(first, listings, call.venue.saidUnits(first, call.nowMs)) };
}

const fund = (call: Call, instrument: Instrument) =>
  etfMessage(instrument, call.venue.market, call.nowMs, call.venue.saidUnits(instrument, call.nowMs));

const share = (call: Call, instrument: Instrument) => shareMessage(instrument, call.venue.market, call.nowMs);

const sameList = <Item>(a: readonly Item[], b: readonly Item[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at]);

/** A list of messages; the last one again while each paper says the same as then. */
function lastingList<Message>(
  kind: Instrument['kind'],
  messageOf: (call: Call, each: Instrument) => Message,
) {
  const said = new WeakMap<Instrument, { state: string; message: Message }>();
  let last: { readonly instruments: Message[] } = { instruments: [] };
  return (call: Call, request: InstrumentsRequest) => {
    const instruments = listed(call, kind, request).map((each) => {
      // Whatever else a message says of a paper, the paper itself says.
      const state = `${call.venue.market.status(each, call.nowMs)} ${call.venue.saidUnits(each, call.nowMs)}`;
      const known = said.get(each);
      if (known?.state === state) return known.message;
      const message = messageOf(call, each);
      said.set(each, { state, message });
      return message;
    });
    if (!sameList(instruments, last.instruments)) last = { instruments };
    return last;
  };
}

const { methods } = Service;

export const instrumentRoutes: readonly Route[] = [
  route(Service, methods.tradingSchedules, 'instruments', tradingSchedules, true),
  route(Service, methods.etfs, 'instruments', lastingList('etf', fund), true),
  route(Service, methods.shares, 'instruments', lastingList('share', share), true),
  route(Service, methods.etfBy, 'instruments', (call, request) => ({
    instrument: fund(call, one(call, request, 'etf')),
  })),
  route(Service, methods.shareBy, 'instruments', (call, request) => ({
    instrument: share(call, one(call, request, 'share')),
  })),
  route(Service, methods.getInstrumentBy, 'instruments', (call, request) => ({
    instrument: instrumentMessage(one(call, request, null), call.venue.market, call.nowMs),
  })),
  route(Service, methods.findInstrument, 'instruments', find),
  route(Service, methods.getAssetBy, 'instruments', asset),
];
