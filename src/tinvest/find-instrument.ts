// Instruments that the day's lists do not offer, asked for one by one: a fund or share that is tradable all the same,
// or what the name stands for and why it cannot be traded.

import { type Instrument, InstrumentIdType } from 'tinkoff-invest-api/dist/generated/instruments.js';
import { type Listing, WorldError } from '../ports.ts';
import type { Calls } from './call.ts';
import { worldError } from './failure.ts';
import { type Candidate, candidateOf, kindOf, normalTicker, obstacleTo } from './listing.ts';
import { SHARED_METHODS } from './methods.ts';
import type { WireLog } from './wire-log.ts';

/** Of one name, listings beyond these are not looked at. */
const LISTINGS_MAX = 10;

export interface Found {
  readonly candidates: readonly Candidate[];
  /** Why nothing can be traded, where there is no candidate. */
  readonly because: string;
}

/** @param ticker normalised */
export async function findByTicker(calls: Calls, ticker: string): Promise<Found> {
  const reply = await calls.read(SHARED_METHODS.findInstrument, { query: ticker });
  const named = reply.instruments.filter((short) => normalTicker(short.ticker) === ticker);
  const candidates: Candidate[] = [];
  const obstacles: string[] = [];
  for (const short of named.slice(0, LISTINGS_MAX)) {
    const where = `${short.ticker} in ${short.classCode} (${short.instrumentType || 'no type'})`;
    const entry = short.apiTradeAvailableFlag ? await instrumentByUid(calls, short.uid) : null;
    const outcome = entry === null ? 'not tradable through the API' : candidateOrObstacle(entry);
    if (typeof outcome === 'string') obstacles.push(`${where}: ${outcome}`);
    else candidates.push(outcome);
  }
  const because =
    obstacles.length === 0
      ? `the broker lists no instrument named ${ticker}`
      : `nothing named ${ticker} can be traded in rub through the API: ${obstacles.join('; ')}`;
  return { candidates, because };
}

function candidateOrObstacle(entry: Instrument): Candidate | string {
  const kind = kindOf(entry.instrumentKind, entry.instrumentType);
  try {
    return obstacleTo(entry, kind) ?? candidateOf(entry, kind);
  } catch (error) {
    return problemIn(error);
  }
}

/** Whatever has that uid, tradable or not; `null` where the venue does not know it or it makes no sense. */
export async function findByUid(calls: Calls, uid: string, log: WireLog): Promise<Listing | null> {
  const entry = await instrumentByUid(calls, uid);
  if (entry === null) return null;
  if (entry.uid !== uid)
    throw new WorldError('refused_data', `asked for instrument ${uid}, got ${entry.uid}`, 'later');
  try {
    return candidateOf(entry, kindOf(entry.instrumentKind, entry.instrumentType)).listing;
  } catch (error) {
    log.warn({ uid, problem: problemIn(error) }, 'a held instrument cannot be described');
    return null;
  }
}

async function instrumentByUid(calls: Calls, uid: string): Promise<Instrument | null> {
  const method = SHARED_METHODS.instrumentBy;
  const answer = await calls.ask(method, { idType: InstrumentIdType.INSTRUMENT_ID_TYPE_UID, id: uid });
  if (answer.ok) return answer.response.instrument ?? null;
  if (answer.failure.code === '50002' || answer.failure.code === 'NOT_FOUND') return null;
  throw worldError(answer.failure, method.path);
}

/** The words of refused data. @throws whatever is no WorldError */
function problemIn(error: unknown): string {
  if (error instanceof WorldError) return error.message;
  throw error;
}
