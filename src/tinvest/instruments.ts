// Looks tickers and uids up. The day's lists of funds and shares are megabytes: they are read once a Moscow day, and of
// them only what can be traded in RUB is kept. A name that is not there is asked for by itself, to say what it is.

import { distance } from 'fastest-levenshtein';
import { InstrumentStatus } from 'tinkoff-invest-api/dist/generated/common.js';
import {
  Etf,
  type Instrument,
  InstrumentIdType,
  Share,
} from 'tinkoff-invest-api/dist/generated/instruments.js';
import { type Clock, type Listing, type Resolution, WorldError } from '../ports.ts';
import type { Calls } from './call.ts';
import { chooseListing } from './choose-listing.ts';
import { createDayCache } from './day-cache.ts';
import { worldError } from './failure.ts';
import {
  type Candidate,
  candidateOf,
  kindOf,
  type ListedFields,
  normalTicker,
  obstacleTo,
} from './listing.ts';
import { SHARED_METHODS } from './methods.ts';
import type { WireLog } from './wire-log.ts';

const NEAREST_MAX = 3;
/** Of one name, listings beyond these are not looked at one by one. */
const LISTINGS_MAX = 10;

interface DayLists {
  readonly byTicker: ReadonlyMap<string, readonly Candidate[]>;
  readonly byUid: ReadonlyMap<string, Listing>;
}

export interface Instruments {
  resolve(tickers: readonly string[]): Promise<readonly Resolution[]>;
  listingByUid(uid: string): Promise<Listing | null>;
}

export function createInstruments(calls: Calls, clock: Clock, log: WireLog): Instruments {
  const lists = createDayCache<DayLists>(clock);
  const strangers = createDayCache<Resolution>(clock);
  const byUid = createDayCache<Listing | null>(clock);
  const readLists = () => lists.get('lists', () => readDayLists(calls, log));

  async function resolveOne(ticker: string, day: DayLists): Promise<Resolution> {
    const wanted = normalTicker(ticker);
    const listed = day.byTicker.get(wanted);
    if (listed === undefined) return strangers.get(wanted, () => resolveStranger(wanted, day));
    return asResolution(chooseListing(listed), wanted, day);
  }

  /** A name that the day's lists do not offer: found apart (rare), or what it is instead. */
  async function resolveStranger(ticker: string, day: DayLists): Promise<Resolution> {
    const reply = await calls.read(SHARED_METHODS.findInstrument, { query: ticker });
    const named = reply.instruments.filter((short) => normalTicker(short.ticker) === ticker);
    const found: Candidate[] = [];
    const obstacles: string[] = [];
    for (const short of named.slice(0, LISTINGS_MAX)) {
      const where = `${short.ticker} in ${short.classCode} (${short.instrumentType || 'no type'})`;
      const entry = short.apiTradeAvailableFlag ? await instrumentByUid(short.uid) : null;
      const kind = entry ? kindOf(entry.instrumentKind, entry.instrumentType) : 'other';
      const outcome = entry ? candidateOrObstacle(entry, kind) : 'not tradable through the API';
      if (typeof outcome === 'string') obstacles.push(`${where}: ${outcome}`);
      else found.push(outcome);
    }
    if (found.length > 0) return asResolution(chooseListing(found), ticker, day);
    const because =
      obstacles.length === 0
        ? `the broker lists no instrument named ${ticker}`
        : `nothing named ${ticker} can be traded in rub through the API: ${obstacles.join('; ')}`;
    return { kind: 'missing', because, nearest: nearestTo(ticker, day) };
  }

  async function instrumentByUid(uid: string): Promise<Instrument | null> {
    const answer = await calls.ask(SHARED_METHODS.instrumentBy, {
      idType: InstrumentIdType.INSTRUMENT_ID_TYPE_UID,
      id: uid,
    });
    if (answer.ok) return answer.response.instrument ?? null;
    if (answer.failure.code === '50002' || answer.failure.code === 'NOT_FOUND') return null;
    throw worldError(answer.failure, SHARED_METHODS.instrumentBy.path);
  }

  return {
    async resolve(tickers) {
      const day = await readLists();
      return Promise.all(tickers.map((ticker) => resolveOne(ticker, day)));
    },
    async listingByUid(uid) {
      const day = await readLists();
      const known = day.byUid.get(uid);
      if (known) return known;
      return byUid.get(uid, async () => {
        const entry = await instrumentByUid(uid);
        if (entry === null) return null;
        if (entry.uid !== uid)
          throw new WorldError('refused_data', `asked for instrument ${uid}, got ${entry.uid}`, 'later');
        try {
          return candidateOf(entry, kindOf(entry.instrumentKind, entry.instrumentType)).listing;
        } catch (error) {
          log.warn({ uid, problem: problemIn(error) }, 'a held instrument cannot be described');
          return null;
        }
      });
    },
  };
}

function candidateOrObstacle(entry: Instrument, kind: Listing['kind']): Candidate | string {
  try {
    return obstacleTo(entry, kind) ?? candidateOf(entry, kind);
  } catch (error) {
    return problemIn(error);
  }
}

/** The words of refused data. @throws whatever is no WorldError */
function problemIn(error: unknown): string {
  if (error instanceof WorldError) return error.message;
  throw error;
}

function asResolution(choice: ReturnType<typeof chooseListing>, ticker: string, day: DayLists): Resolution {
  if (choice.kind === 'chosen') return { kind: 'found', listing: choice.listing };
  return { kind: 'missing', because: choice.because, nearest: nearestTo(ticker, day) };
}

/** Tradable names that differ by few letters, nearest first. */
function nearestTo(ticker: string, day: DayLists): readonly string[] {
  const most = Math.max(2, Math.floor(ticker.length / 2));
  return [...day.byTicker.keys()]
    .map((name) => ({ name, far: distance(ticker, name) }))
    .filter(({ far }) => far > 0 && far <= most)
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, NEAREST_MAX)
    .map(({ name }) => name);
}

async function readDayLists(calls: Calls, log: WireLog): Promise<DayLists> {
  const base = { instrumentStatus: InstrumentStatus.INSTRUMENT_STATUS_BASE };
  const [etfs, shares] = await Promise.all([
    calls.read(SHARED_METHODS.etfs, base),
    calls.read(SHARED_METHODS.shares, base),
  ]);
  const candidates = [
    ...tradable(etfs, (bytes) => Etf.decode(bytes), 'etf', log),
    ...tradable(shares, (bytes) => Share.decode(bytes), 'share', log),
  ];
  if (candidates.length === 0)
    throw new WorldError(
      'refused_data',
      'the broker lists no fund and no share that can be traded in rub',
      'soon',
    );
  const byTicker = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const same = byTicker.get(candidate.listing.ticker);
    if (same) same.push(candidate);
    else byTicker.set(candidate.listing.ticker, [candidate]);
  }
  return { byTicker, byUid: new Map(candidates.map(({ listing }) => [listing.uid, listing])) };
}

/** Decodes one element at a time and keeps what can be traded; an element that makes no sense is left out, said aloud. */
function tradable(
  elements: readonly Uint8Array[],
  decode: (bytes: Uint8Array) => ListedFields,
  kind: 'etf' | 'share',
  log: WireLog,
): Candidate[] {
  const kept: Candidate[] = [];
  for (const element of elements) {
    try {
      const fields = decode(element);
      if (obstacleTo(fields, kind) === null) kept.push(candidateOf(fields, kind));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log.warn({ list: kind, problem }, 'an entry of the list of instruments is left out');
    }
  }
  return kept;
}
